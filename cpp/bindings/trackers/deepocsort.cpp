#include "boxtrail/trackers/deepocsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_deepocsort(py::module_& m) { bind_tracker<DeepOcSort>(m, "DeepOcSort"); }

}  // namespace boxtrail::bindings
