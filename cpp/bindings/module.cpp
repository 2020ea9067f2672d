#include "bindings.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The compiled core of boxtrail; use it through boxtrail.trackers.";
  m.attr("__version__") = BOXTRAIL_VERSION;
  boxtrail::bindings::bind_kernels(m);
  boxtrail::bindings::bind_metrics(m);
  boxtrail::bindings::bind_track_text(m);
  boxtrail::bindings::bind_trackers(m);
}
