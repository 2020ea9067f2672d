#include "boxtrail/trackers/bytetrack.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_bytetrack(py::module_& m) { bind_tracker<ByteTrack>(m, "ByteTrack"); }

}  // namespace boxtrail::bindings
