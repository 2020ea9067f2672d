#include "boxtrail/trackers/strongsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_strongsort(py::module_& m) { bind_tracker<StrongSort>(m, "StrongSort"); }

}  // namespace boxtrail::bindings
