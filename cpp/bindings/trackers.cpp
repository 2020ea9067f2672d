// The trackers, one file each in trackers/, and what they all hand to Python.
#include <pybind11/stl.h>

#include "tracker_class.hpp"

namespace boxtrail::bindings {

py::dict to_dict(const Record& record) {
  py::list stages, refusals;
  for (const StageRecord& stage : record.stages) {
    py::list candidates;
    for (const Candidate& pair : stage.candidates)
      candidates.append(py::make_tuple(pair.track, pair.row, pair.similarity));
    py::dict out;
    out["stage"] = stage.stage;
    out["threshold"] = stage.threshold;
    out["tracks"] = stage.tracks;
    out["detections"] = stage.rows;
    out["candidates"] = candidates;
    out["matches"] = stage.matches;
    stages.append(out);
  }
  for (const Refusal& refusal : record.refusals)
    refusals.append(py::make_tuple(refusal.row, refusal.gate, refusal.value, refusal.threshold));
  py::dict out;
  out["stages"] = stages;
  out["refusals"] = refusals;
  out["births"] = record.births;
  out["deaths"] = record.deaths;
  return out;
}

void bind_trackers(py::module_& m) {
  bind_boosttrack(m);
  bind_botsort(m);
  bind_bytetrack(m);
  bind_cbiou(m);
  bind_deepocsort(m);
  bind_deepsort(m);
  bind_hybridsort(m);
  bind_occluboost(m);
  bind_ocsort(m);
  bind_sfsort(m);
  bind_sort(m);
  bind_strongsort(m);
  bind_tracktrack(m);
}

}  // namespace boxtrail::bindings
