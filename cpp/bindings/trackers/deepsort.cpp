#include "boxtrail/trackers/deepsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_deepsort(py::module_& m) { bind_tracker<DeepSort>(m, "DeepSort"); }

}  // namespace boxtrail::bindings
