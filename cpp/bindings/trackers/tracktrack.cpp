#include "boxtrail/trackers/tracktrack.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_tracktrack(py::module_& m) { bind_tracker<TrackTrack>(m, "TrackTrack"); }

}  // namespace boxtrail::bindings
