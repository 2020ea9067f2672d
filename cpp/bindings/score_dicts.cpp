#include "score_dicts.hpp"

#include "metric_arrays.hpp"

namespace boxtrail::bindings {

using namespace pybind11::literals;

namespace {

Floats to_curve(const metrics::AlphaCurve& curve) {
  return Floats(static_cast<py::ssize_t>(curve.size()), curve.data());
}

}  // namespace

py::dict to_dict(const metrics::Hota& h) {
  return py::dict("tp"_a = to_curve(h.tp), "fn"_a = to_curve(h.fn), "fp"_a = to_curve(h.fp),
                  "ass_a"_a = to_curve(h.ass_a), "ass_re"_a = to_curve(h.ass_re), "ass_pr"_a = to_curve(h.ass_pr),
                  "loc"_a = to_curve(h.loc));
}

py::dict to_dict(const metrics::Clear& c) {
  return py::dict("tp"_a = c.tp, "fn"_a = c.fn, "fp"_a = c.fp, "id_switches"_a = c.id_switches,
                  "fragmentations"_a = c.fragmentations, "mostly_tracked"_a = c.mostly_tracked,
                  "partly_tracked"_a = c.partly_tracked, "mostly_lost"_a = c.mostly_lost, "similarity"_a = c.similarity,
                  "frames"_a = c.frames);
}

py::dict to_dict(const metrics::Identity& i) { return py::dict("tp"_a = i.tp, "fn"_a = i.fn, "fp"_a = i.fp); }

py::dict to_dict(const metrics::Comparison& c) {
  return py::dict("truth_boxes"_a = c.truth_id.size(), "truth_tracks"_a = c.num_truth_ids,
                  "prediction_boxes"_a = c.prediction_id.size(), "prediction_tracks"_a = c.num_prediction_ids);
}

py::dict to_dict(const std::vector<metrics::TimelinePiece>& pieces, std::span<const std::int64_t> frames,
                 std::span<const std::int64_t> truth_ids, std::span<const std::int64_t> prediction_ids) {
  const auto size = static_cast<py::ssize_t>(pieces.size());
  Ints tracks(size), first(size), last(size), predictions(size);
  Marks matched(size), switches(size), fragmentations(size);
  for (py::ssize_t i = 0; i < size; ++i) {
    const metrics::TimelinePiece& piece = pieces[static_cast<std::size_t>(i)];
    const auto begin = static_cast<std::size_t>(piece.first), end = static_cast<std::size_t>(piece.last);
    const bool has_match = piece.match.prediction >= 0;
    tracks.mutable_at(i) = truth_ids[begin];
    first.mutable_at(i) = frames[begin];
    last.mutable_at(i) = frames[end];
    matched.mutable_at(i) = has_match;
    predictions.mutable_at(i) = has_match ? prediction_ids[static_cast<std::size_t>(piece.match.prediction)] : 0;
    switches.mutable_at(i) = piece.match.is_switch;
    fragmentations.mutable_at(i) = piece.match.is_fragmentation;
  }
  return py::dict("tracks"_a = tracks, "first"_a = first, "last"_a = last, "matched"_a = matched,
                  "predictions"_a = predictions, "switches"_a = switches, "fragmentations"_a = fragmentations);
}

}  // namespace boxtrail::bindings
