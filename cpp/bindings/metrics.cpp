// The metrics of one sequence: similarities, what counts by the kits' rules, and the scores.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <string_view>

#include "bindings.hpp"
#include "boxtrail/metrics/clear.hpp"
#include "boxtrail/metrics/comparison.hpp"
#include "boxtrail/metrics/dense_assignment.hpp"
#include "boxtrail/metrics/hota.hpp"
#include "boxtrail/metrics/identity.hpp"
#include "boxtrail/metrics/preprocessing.hpp"
#include "boxtrail/metrics/timeline.hpp"
#include "boxtrail/metrics/track_map.hpp"
#include "metric_arrays.hpp"
#include "score_dicts.hpp"

namespace boxtrail::bindings {

namespace {

using namespace pybind11::literals;
using metrics::Comparison;
using KeptMarks = py::typing::Tuple<Marks, Marks>;
using MaskList = py::typing::List<py::typing::Tuple<std::int64_t, std::int64_t, py::object>>;

template <class Shape>
std::vector<Shape> shapes(const Floats& rows) {
  std::vector<Shape> out;
  out.reserve(static_cast<std::size_t>(rows.shape(0)));
  for (py::ssize_t i = 0; i < rows.shape(0); ++i) {
    const double* row = rows.data() + i * rows.shape(1);
    if constexpr (std::is_same_v<Shape, Point>)
      out.push_back({row[0], row[1]});
    else
      out.push_back(Shape::from(row));
  }
  return out;
}

// A mask as (height, width, compressed text or list of runs).
std::vector<metrics::Mask> masks(const MaskList& rows) {
  std::vector<metrics::Mask> out;
  for (const auto item : rows) {
    const auto row = py::cast<py::tuple>(item);
    const auto height = py::cast<std::int64_t>(row[0]), width = py::cast<std::int64_t>(row[1]);
    if (py::isinstance<py::bytes>(row[2]))
      out.push_back(metrics::mask_from_text(height, width, std::string_view(py::cast<py::bytes>(row[2]))));
    else
      out.push_back(metrics::mask_from_runs(height, width, py::cast<std::vector<std::int64_t>>(row[2])));
  }
  return out;
}

template <class T>
std::vector<T> kept_of(std::span<const T> values, std::span<const std::uint8_t> kept) {
  std::vector<T> out;
  out.reserve(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] != 0) out.push_back(values[i]);
  return out;
}

// The pairs of one sequence with a similarity above 0, and what follows from them.
class Overlaps {
 public:
  Overlaps(const Ints& truth_frames, const Ints& prediction_frames)
      : frames_(metrics::frame_spans(span_of(truth_frames), span_of(prediction_frames))),
        truth_frames_(truth_frames.data(), truth_frames.data() + truth_frames.size()) {}

  static Overlaps of_boxes(const Ints& truth_frames, const Ints& prediction_frames, const Floats& truth,
                           const Floats& prediction) {
    Overlaps out(truth_frames, prediction_frames);
    py::gil_scoped_release release;
    const auto compare = [&]<class Box>(Box) {
      const auto a = shapes<Box>(truth), b = shapes<Box>(prediction);
      out.pairs_ = metrics::box_overlaps(out.frames_, std::span<const Box>(a), std::span<const Box>(b));
    };
    if (truth.shape(1) == Obb::kSize)
      compare(Obb{});
    else
      compare(Aabb{});
    return out;
  }

  static Overlaps of_points(const Ints& truth_frames, const Ints& prediction_frames, const Floats& truth,
                            const Floats& prediction, double zero_distance) {
    Overlaps out(truth_frames, prediction_frames);
    py::gil_scoped_release release;
    const auto a = shapes<Point>(truth), b = shapes<Point>(prediction);
    out.pairs_ = metrics::point_overlaps(out.frames_, a, b, zero_distance);
    return out;
  }

  static Overlaps of_masks(const Ints& truth_frames, const Ints& prediction_frames, const MaskList& truth,
                           const MaskList& prediction) {
    Overlaps out(truth_frames, prediction_frames);
    const auto a = masks(truth), b = masks(prediction);
    py::gil_scoped_release release;
    out.pairs_ = metrics::mask_overlaps(out.frames_, a, b);
    return out;
  }

  // Rows of the truth, rows of the prediction, similarities.
  py::typing::Tuple<Ints, Ints, Floats> pairs() const {
    std::vector<std::int64_t> truth;
    for (std::size_t i = 0; i + 1 < pairs_.row_start.size(); ++i)
      truth.insert(truth.end(), static_cast<std::size_t>(pairs_.row_start[i + 1] - pairs_.row_start[i]),
                   static_cast<std::int64_t>(i));
    return py::make_tuple(to_array(truth), to_array(pairs_.row), to_array(pairs_.value));
  }

  KeptMarks keep_mot(const Ints& labels, const Floats& flags, std::int64_t label,
                     const std::vector<std::int64_t>& distractors) const {
    metrics::Kept kept;
    {
      py::gil_scoped_release release;
      kept = metrics::keep_mot(frames_, pairs_, span_of(labels), span_of(flags), {label, distractors});
    }
    return py::make_tuple(to_marks(kept.truth), to_marks(kept.prediction));
  }

  KeptMarks keep_kitti(const Ints& labels, const Floats& truncations, const Floats& occlusions,
                       const Ints& prediction_frames, const Ints& prediction_labels, const Floats& prediction,
                       const Ints& ignored_frames, const Floats& ignored, std::int64_t label,
                       const std::vector<std::int64_t>& distractors, double max_truncation, double max_occlusion,
                       double min_height) const {
    metrics::Kept kept;
    {
      py::gil_scoped_release release;
      const auto boxes = shapes<Aabb>(prediction), regions = shapes<Aabb>(ignored);
      kept = metrics::keep_kitti(frames_, pairs_, {span_of(labels), span_of(truncations), span_of(occlusions)},
                                 span_of(prediction_frames), span_of(prediction_labels), boxes,
                                 {span_of(ignored_frames), regions},
                                 {label, distractors, max_truncation, max_occlusion, min_height});
    }
    return py::make_tuple(to_marks(kept.truth), to_marks(kept.prediction));
  }

  py::dict score(const Ints& truth_ids, const Marks& truth_kept, const Ints& prediction_ids,
                 const Marks& prediction_kept, double threshold, std::int64_t num_frames) const {
    Comparison compared;
    metrics::Hota hota;
    metrics::Clear clear;
    metrics::Identity identity;
    std::vector<metrics::ClearMatch> matches;
    std::vector<metrics::TimelinePiece> pieces;
    std::vector<std::int64_t> frames;
    {
      py::gil_scoped_release release;
      compared = metrics::compare(frames_, pairs_, {span_of(truth_ids), span_of(truth_kept)},
                                  {span_of(prediction_ids), span_of(prediction_kept)});
      hota = metrics::hota(compared);
      clear = metrics::clear(compared, threshold, num_frames, &matches);
      identity = metrics::identity(compared, threshold);
      frames = kept_of(std::span<const std::int64_t>(truth_frames_), span_of(truth_kept));
      pieces = metrics::timeline(compared, matches, frames);
    }
    return py::dict("hota"_a = to_dict(hota), "clear"_a = to_dict(clear), "identity"_a = to_dict(identity),
                    "counts"_a = to_dict(compared),
                    "timeline"_a = to_dict(pieces, frames, kept_of(span_of(truth_ids), span_of(truth_kept)),
                                           kept_of(span_of(prediction_ids), span_of(prediction_kept))));
  }

  // `shared` and the areas are those of all pairs and rows, whether they count or not.
  py::dict track_map(const Ints& truth_ids, const Marks& truth_kept, const Floats& truth_areas,
                     const Ints& prediction_ids, const Marks& prediction_kept, const Floats& prediction_areas,
                     const Floats& scores, const Floats& shared) const {
    metrics::TrackMap found;
    {
      py::gil_scoped_release release;
      const auto truth_marks = span_of(truth_kept), prediction_marks = span_of(prediction_kept);
      const Comparison compared = metrics::compare(frames_, pairs_, {span_of(truth_ids), truth_marks},
                                                   {span_of(prediction_ids), prediction_marks});
      std::vector<double> areas;
      for (std::size_t i = 0; i < truth_marks.size(); ++i)
        for (auto e = pairs_.row_start[i]; e < pairs_.row_start[i + 1]; ++e)
          if (truth_marks[i] != 0 &&
              prediction_marks[static_cast<std::size_t>(pairs_.row[static_cast<std::size_t>(e)])] != 0)
            areas.push_back(shared.data()[e]);
      const auto ones = std::vector<double>(compared.truth_id.size(), 1.0);
      const auto truth = metrics::track_sizes(compared.truth_id, compared.num_truth_ids,
                                              kept_of(span_of(truth_areas), truth_marks), ones);
      const auto prediction = metrics::track_sizes(compared.prediction_id, compared.num_prediction_ids,
                                                   kept_of(span_of(prediction_areas), prediction_marks),
                                                   kept_of(span_of(scores), prediction_marks));
      found = metrics::track_map(compared, truth, prediction, areas);
    }
    py::array_t<std::uint8_t> outcomes({found.outcomes.size(), metrics::kNumGroups, metrics::kNumVolumes});
    std::uint8_t* out = outcomes.mutable_data();
    for (const auto& track : found.outcomes)
      for (const auto& group : track) out = std::copy(group.begin(), group.end(), out);
    return py::dict("scores"_a = to_array(found.scores), "outcomes"_a = outcomes,
                    "num_truth"_a = Ints(static_cast<py::ssize_t>(metrics::kNumGroups), found.num_truth.data()));
  }

 private:
  std::vector<metrics::FrameSpan> frames_;
  std::vector<std::int64_t> truth_frames_;
  metrics::Overlaps pairs_;
};

Ints assign_dense(const Floats& weights) {
  metrics::DenseAssigner assigner;
  const auto& columns = assigner.assign(span_of(weights), static_cast<std::int32_t>(weights.shape(0)),
                                        static_cast<std::int32_t>(weights.shape(1)));
  Ints out(static_cast<py::ssize_t>(columns.size()));
  std::copy(columns.begin(), columns.end(), out.mutable_data());
  return out;
}

}  // namespace

void bind_metrics(py::module_& m) {
  const auto frames = [] { return py::arg("truth_frames"); };
  py::class_<Overlaps>(m, "Overlaps")
      .def_static("of_boxes", &Overlaps::of_boxes, frames(), "prediction_frames"_a, "truth"_a, "prediction"_a)
      .def_static("of_points", &Overlaps::of_points, frames(), "prediction_frames"_a, "truth"_a, "prediction"_a,
                  "zero_distance"_a)
      .def_static("of_masks", &Overlaps::of_masks, frames(), "prediction_frames"_a, "truth"_a, "prediction"_a)
      .def("pairs", &Overlaps::pairs)
      .def("keep_mot", &Overlaps::keep_mot, "labels"_a, "flags"_a, "label"_a, "distractors"_a)
      .def("keep_kitti", &Overlaps::keep_kitti, "labels"_a, "truncations"_a, "occlusions"_a, "prediction_frames"_a,
           "prediction_labels"_a, "prediction"_a, "ignored_frames"_a, "ignored"_a, "label"_a, "distractors"_a,
           "max_truncation"_a, "max_occlusion"_a, "min_height"_a)
      .def("score", &Overlaps::score, "truth_ids"_a, "truth_kept"_a, "prediction_ids"_a, "prediction_kept"_a,
           "threshold"_a, "num_frames"_a)
      .def("track_map", &Overlaps::track_map, "truth_ids"_a, "truth_kept"_a, "truth_areas"_a, "prediction_ids"_a,
           "prediction_kept"_a, "prediction_areas"_a, "scores"_a, "shared"_a);
  m.def("assign_dense", &assign_dense, "weights"_a);
}

}  // namespace boxtrail::bindings
