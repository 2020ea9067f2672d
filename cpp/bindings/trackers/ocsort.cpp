#include "boxtrail/trackers/ocsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_ocsort(py::module_& m) { bind_tracker<OcSort>(m, "OcSort"); }

}  // namespace boxtrail::bindings
