#include "boxtrail/trackers/boosttrack.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_boosttrack(py::module_& m) { bind_tracker<BoostTrack>(m, "BoostTrack"); }

}  // namespace boxtrail::bindings
