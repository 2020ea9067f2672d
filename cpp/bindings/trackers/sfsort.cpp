#include "boxtrail/trackers/sfsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_sfsort(py::module_& m) { bind_tracker<SFSORT>(m, "SFSORT"); }

}  // namespace boxtrail::bindings
