#include "boxtrail/trackers/sort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_sort(py::module_& m) { bind_tracker<Sort>(m, "Sort"); }

}  // namespace boxtrail::bindings
