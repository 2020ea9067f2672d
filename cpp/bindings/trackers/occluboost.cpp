#include "boxtrail/trackers/occluboost.hpp"

#include "../tracker_class.hpp"

namespace boxtrail::bindings {

void bind_occluboost(py::module_& m) { bind_tracker<OccluBoost>(m, "OccluBoost"); }

}  // namespace boxtrail::bindings
