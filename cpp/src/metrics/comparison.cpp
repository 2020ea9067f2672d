#include "boxtrail/metrics/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "boxtrail/association.hpp"

namespace boxtrail::metrics {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

std::span<const std::int64_t>::iterator run_end(std::span<const std::int64_t>::iterator begin,
                                                std::span<const std::int64_t>::iterator end, std::int64_t value) {
  return std::find_if(begin, end, [&](std::int64_t other) { return other != value; });
}

template <class Shape, class Measure>
Overlaps every_pair(const std::vector<FrameSpan>& frames, std::span<const Shape> truth,
                    std::span<const Shape> prediction, const Measure& measure) {
  Overlaps out;
  for (const FrameSpan& frame : frames) {
    for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
      for (auto j = frame.prediction_begin; j < frame.prediction_end; ++j) {
        const double value = measure(truth[at(i)], prediction[at(j)]);
        if (!(value > 0.0)) continue;
        out.row.push_back(j);
        out.value.push_back(value);
      }
      out.row_start.push_back(static_cast<std::int64_t>(out.row.size()));
    }
  }
  return out;
}

template <class Box>
Overlaps near_pairs(const std::vector<FrameSpan>& frames, std::span<const Box> truth, std::span<const Box> prediction) {
  Overlaps out;
  PairFinder finder;
  SparseMatrix found;
  const Similarity similarity{Measure::kIou, 1.0, 0.0};
  for (const FrameSpan& frame : frames) {
    finder.find<Box>(similarity, truth.subspan(at(frame.truth_begin), at(frame.truth_end - frame.truth_begin)),
                     prediction.subspan(at(frame.prediction_begin), at(frame.prediction_end - frame.prediction_begin)),
                     true, found);
    const auto before = static_cast<std::int64_t>(out.row.size());
    for (const std::int32_t column : found.column) out.row.push_back(frame.prediction_begin + column);
    out.value.insert(out.value.end(), found.value.begin(), found.value.end());
    for (std::size_t i = 1; i < found.row_start.size(); ++i) out.row_start.push_back(before + found.row_start[i]);
  }
  return out;
}

// Numbers the ids of the rows that count from 0 in ascending order; how many there are.
std::int32_t number_ids(const Rows& rows, std::vector<std::int32_t>& numbers) {
  std::vector<std::int64_t> distinct;
  for (std::size_t i = 0; i < rows.ids.size(); ++i)
    if (rows.kept[i] != 0) distinct.push_back(rows.ids[i]);
  numbers.clear();
  if (distinct.empty()) return 0;
  const auto num_rows = distinct.size();
  const auto [low, high] = std::minmax_element(distinct.begin(), distinct.end());
  const std::int64_t lowest = *low;
  const auto spread = static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(lowest);
  if (spread <= 8 * num_rows + 1024) {  // a table costs less than sorting
    std::vector<std::int32_t> number(static_cast<std::size_t>(spread) + 1, 0);
    for (const std::int64_t id : distinct) number[at(id - lowest)] = 1;
    std::int32_t count = 0;
    for (std::int32_t& entry : number) entry = entry != 0 ? count++ : -1;
    numbers.resize(num_rows);
    for (std::size_t k = 0; k < num_rows; ++k) numbers[k] = number[at(distinct[k] - lowest)];
    return count;
  }
  const std::vector<std::int64_t> ids = distinct;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  numbers.resize(num_rows);
  for (std::size_t k = 0; k < num_rows; ++k)
    numbers[k] =
        static_cast<std::int32_t>(std::lower_bound(distinct.begin(), distinct.end(), ids[k]) - distinct.begin());
  return static_cast<std::int32_t>(distinct.size());
}

// Rows that count before each row, and in all.
std::vector<std::int64_t> places(std::span<const std::uint8_t> kept) {
  std::vector<std::int64_t> before(kept.size() + 1, 0);
  for (std::size_t i = 0; i < kept.size(); ++i) before[i + 1] = before[i] + (kept[i] != 0 ? 1 : 0);
  return before;
}

// Numbers the distinct (truth id, prediction id) of the overlaps, grouped by the truth's id.
void number_pairs(Comparison& out) {
  const auto num_rows = out.truth_id.size();
  std::vector<std::int64_t> start(at(out.num_truth_ids) + 1, 0), rows(num_rows);
  for (const std::int32_t id : out.truth_id) ++start[at(id) + 1];
  for (std::size_t k = 1; k < start.size(); ++k) start[k] += start[k - 1];
  std::vector<std::int64_t> next(start.begin(), start.end() - 1);
  for (std::size_t i = 0; i < num_rows; ++i) rows[at(next[at(out.truth_id[i])]++)] = static_cast<std::int64_t>(i);
  std::vector<std::int32_t> last_truth(at(out.num_prediction_ids), -1), number(at(out.num_prediction_ids));
  std::vector<std::int32_t> met;
  out.pair.resize(out.overlaps.row.size());
  const auto each = [&](std::int32_t id, const auto& visit) {
    for (auto k = start[at(id)]; k < start[at(id) + 1]; ++k)
      for (auto e = out.overlaps.row_start[at(rows[at(k)])]; e < out.overlaps.row_start[at(rows[at(k)]) + 1]; ++e)
        visit(at(e), out.prediction_id[at(out.overlaps.row[at(e)])]);
  };
  for (std::int32_t id = 0; id < out.num_truth_ids; ++id) {
    met.clear();
    each(id, [&](std::size_t, std::int32_t other) {
      if (last_truth[at(other)] == id) return;
      last_truth[at(other)] = id;
      met.push_back(other);
    });
    std::sort(met.begin(), met.end());
    for (const std::int32_t other : met) {
      number[at(other)] = static_cast<std::int32_t>(out.num_pairs());
      out.pair_truth_id.push_back(id);
      out.pair_prediction_id.push_back(other);
    }
    each(id, [&](std::size_t e, std::int32_t other) { out.pair[e] = number[at(other)]; });
  }
}

}  // namespace

std::vector<FrameSpan> frame_spans(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction) {
  std::vector<FrameSpan> out;
  auto t = truth.begin(), p = prediction.begin();
  while (t != truth.end() || p != prediction.end()) {
    const bool from_truth = p == prediction.end() || (t != truth.end() && *t <= *p);
    const std::int64_t frame = from_truth ? *t : *p;
    const auto t_end = run_end(t, truth.end(), frame), p_end = run_end(p, prediction.end(), frame);
    out.push_back({t - truth.begin(), t_end - truth.begin(), p - prediction.begin(), p_end - prediction.begin()});
    t = t_end;
    p = p_end;
  }
  return out;
}

Overlaps box_overlaps(const std::vector<FrameSpan>& frames, std::span<const Aabb> truth,
                      std::span<const Aabb> prediction) {
  return near_pairs(frames, truth, prediction);
}

Overlaps box_overlaps(const std::vector<FrameSpan>& frames, std::span<const Obb> truth,
                      std::span<const Obb> prediction) {
  return near_pairs(frames, truth, prediction);
}

Overlaps mask_overlaps(const std::vector<FrameSpan>& frames, std::span<const Mask> truth,
                       std::span<const Mask> prediction) {
  return every_pair(frames, truth, prediction, [](const Mask& a, const Mask& b) { return iou(a, b); });
}

Overlaps point_overlaps(const std::vector<FrameSpan>& frames, std::span<const Point> truth,
                        std::span<const Point> prediction, double zero_distance) {
  return every_pair(frames, truth, prediction, [&](const Point& a, const Point& b) {
    const double dx = a.x - b.x, dy = a.y - b.y;
    return 1.0 - std::sqrt(dx * dx + dy * dy) / zero_distance;
  });
}

Comparison compare(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, const Rows& truth,
                   const Rows& prediction) {
  Comparison out;
  const auto truth_place = places(truth.kept), prediction_place = places(prediction.kept);
  for (const FrameSpan& frame : frames) {
    const FrameSpan kept{truth_place[at(frame.truth_begin)], truth_place[at(frame.truth_end)],
                         prediction_place[at(frame.prediction_begin)], prediction_place[at(frame.prediction_end)]};
    if (kept.truth_begin != kept.truth_end || kept.prediction_begin != kept.prediction_end) out.frames.push_back(kept);
  }
  out.num_truth_ids = number_ids(truth, out.truth_id);
  out.num_prediction_ids = number_ids(prediction, out.prediction_id);
  out.overlaps.row.reserve(overlaps.row.size());
  out.overlaps.value.reserve(overlaps.row.size());
  for (std::size_t i = 0; i < truth.ids.size(); ++i) {
    if (truth.kept[i] == 0) continue;
    for (auto k = at(overlaps.row_start[i]); k < at(overlaps.row_start[i + 1]); ++k) {
      if (prediction.kept[at(overlaps.row[k])] == 0) continue;
      out.overlaps.row.push_back(prediction_place[at(overlaps.row[k])]);
      out.overlaps.value.push_back(overlaps.value[k]);
    }
    out.overlaps.row_start.push_back(static_cast<std::int64_t>(out.overlaps.row.size()));
  }
  number_pairs(out);
  return out;
}

}  // namespace boxtrail::metrics
