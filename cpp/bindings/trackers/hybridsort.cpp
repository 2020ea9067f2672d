#include "boxtrail/trackers/hybridsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_hybridsort(py::module_& m) { bind_tracker<HybridSort>(m, "HybridSort"); }

}  // namespace boxtrail::bindings
