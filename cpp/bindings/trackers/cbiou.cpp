#include "boxtrail/trackers/cbiou.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_cbiou(py::module_& m) { bind_tracker<CBIoU>(m, "CBIoU"); }

}  // namespace boxtrail::bindings
