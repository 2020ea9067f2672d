#include "boxtrail/trackers/botsort.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_botsort(py::module_& m) { bind_tracker<BotSort>(m, "BotSort"); }

}  // namespace boxtrail::bindings
