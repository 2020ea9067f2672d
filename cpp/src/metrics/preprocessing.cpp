#include "boxtrail/metrics/preprocessing.hpp"

#include <algorithm>

#include "boxtrail/metrics/frame_matching.hpp"

namespace boxtrail::metrics {

namespace {

constexpr double kMinSimilarity = 0.5;  // for a prediction to belong to a true row
constexpr double kMaxIgnored = 0.5;     // share of a prediction that may lie in a region to ignore

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

bool is_in(std::int64_t label, const std::vector<std::int64_t>& labels) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

double share_inside(const Aabb& box, const Aabb& region) {
  const double w = std::min(box.x2, region.x2) - std::max(box.x1, region.x1);
  const double h = std::min(box.y2, region.y2) - std::max(box.y1, region.y1);
  const double area = (box.x2 - box.x1) * (box.y2 - box.y1);
  return area > kTolerance ? std::max(w, 0.0) * std::max(h, 0.0) / area : 0.0;
}

std::vector<double> clear_similarities(const Overlaps& overlaps) {
  std::vector<double> scores = overlaps.value;
  for (double& score : scores)
    if (score < kMinSimilarity - kTolerance) score = 0.0;
  return scores;
}

// The overlaps between the rows of two lists of marks.
Overlaps between(const Overlaps& all, std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction,
                 std::vector<std::int64_t>& truth_rows, std::vector<std::int64_t>& prediction_rows) {
  std::vector<std::int64_t> place(prediction.size());
  for (std::size_t j = 0; j < prediction.size(); ++j) {
    place[j] = static_cast<std::int64_t>(prediction_rows.size());
    if (prediction[j] != 0) prediction_rows.push_back(static_cast<std::int64_t>(j));
  }
  Overlaps out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] == 0) continue;
    truth_rows.push_back(static_cast<std::int64_t>(i));
    for (auto e = at(all.row_start[i]); e < at(all.row_start[i + 1]); ++e) {
      if (prediction[at(all.row[e])] == 0) continue;
      out.row.push_back(place[at(all.row[e])]);
      out.value.push_back(all.value[e]);
    }
    out.row_start.push_back(static_cast<std::int64_t>(out.row.size()));
  }
  return out;
}

FrameSpan within(const FrameSpan& frame, std::span<const std::int64_t> truth_rows,
                 std::span<const std::int64_t> prediction_rows) {
  const auto place = [](std::span<const std::int64_t> rows, std::int64_t row) {
    return std::lower_bound(rows.begin(), rows.end(), row) - rows.begin();
  };
  return {place(truth_rows, frame.truth_begin), place(truth_rows, frame.truth_end),
          place(prediction_rows, frame.prediction_begin), place(prediction_rows, frame.prediction_end)};
}

// Predictions that belong to no true row do not count where they are too low or mostly to be ignored.
void leave_free(std::span<const std::int64_t> frames, std::span<const Aabb> boxes,
                const std::vector<std::uint8_t>& free, const Regions& ignored, double min_height,
                std::vector<std::uint8_t>& kept) {
  std::size_t begin = 0, end = 0;  // the regions of the frame
  for (std::size_t j = 0; j < boxes.size(); ++j) {
    while (begin < ignored.frames.size() && ignored.frames[begin] < frames[j]) ++begin;
    end = std::max(begin, end);
    while (end < ignored.frames.size() && ignored.frames[end] == frames[j]) ++end;
    if (kept[j] == 0 || free[j] == 0) continue;
    const auto covers = [&](const Aabb& region) { return share_inside(boxes[j], region) > kMaxIgnored + kTolerance; };
    const auto regions = ignored.boxes.subspan(begin, end - begin);
    if (boxes[j].y2 - boxes[j].y1 <= min_height + kTolerance || std::any_of(regions.begin(), regions.end(), covers))
      kept[j] = 0;
  }
}

}  // namespace

Kept keep_mot(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, std::span<const std::int64_t> labels,
              std::span<const double> flags, const MotRules& rules) {
  std::size_t num_predictions = 0;
  for (const FrameSpan& frame : frames) num_predictions = std::max(num_predictions, at(frame.prediction_end));
  Kept kept{std::vector<std::uint8_t>(labels.size()), std::vector<std::uint8_t>(num_predictions, 1)};
  const auto scores = clear_similarities(overlaps);
  FrameMatcher matcher;
  for (const FrameSpan& frame : frames) {
    if (frame.prediction_begin == frame.prediction_end) continue;
    const auto first = labels.begin() + frame.truth_begin, last = labels.begin() + frame.truth_end;
    if (std::none_of(first, last, [&](std::int64_t label) { return is_in(label, rules.distractors); })) continue;
    const auto& matches = matcher.match(frame, overlaps, scores);
    auto i = frame.truth_begin;
    for (const std::size_t e : matches) {
      while (at(overlaps.row_start[at(i + 1)]) <= e) ++i;
      if (is_in(labels[at(i)], rules.distractors)) kept.prediction[at(overlaps.row[e])] = 0;
    }
  }
  for (std::size_t i = 0; i < labels.size(); ++i) kept.truth[i] = flags[i] != 0.0 && labels[i] == rules.label;
  return kept;
}

Kept keep_kitti(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, const KittiTruth& truth,
                std::span<const std::int64_t> prediction_frames, std::span<const std::int64_t> prediction_labels,
                std::span<const Aabb> prediction, const Regions& ignored, const KittiRules& rules) {
  const auto num_truths = truth.labels.size(), num_predictions = prediction.size();
  std::vector<std::uint8_t> similar(num_truths), target(num_predictions);
  for (std::size_t i = 0; i < num_truths; ++i)
    similar[i] = truth.labels[i] == rules.label || is_in(truth.labels[i], rules.distractors);
  for (std::size_t j = 0; j < num_predictions; ++j) target[j] = prediction_labels[j] == rules.label;
  std::vector<std::int64_t> truth_rows, prediction_rows;
  const Overlaps near = between(overlaps, similar, target, truth_rows, prediction_rows);
  const auto is_hard = [&](std::size_t i) {
    return truth.truncations[i] > rules.max_truncation + kTolerance ||
           truth.occlusions[i] > rules.max_occlusion + kTolerance;
  };
  Kept kept{std::vector<std::uint8_t>(num_truths), target};
  std::vector<std::uint8_t> free(num_predictions, 1);
  const auto scores = clear_similarities(near);
  FrameMatcher matcher;
  for (const FrameSpan& whole : frames) {
    const FrameSpan frame = within(whole, truth_rows, prediction_rows);
    auto i = frame.truth_begin;
    for (const std::size_t e : matcher.match(frame, near, scores)) {
      while (at(near.row_start[at(i + 1)]) <= e) ++i;
      const auto row = at(truth_rows[at(i)]), matched = at(prediction_rows[at(near.row[e])]);
      free[matched] = 0;
      if (is_in(truth.labels[row], rules.distractors) || is_hard(row)) kept.prediction[matched] = 0;
    }
  }
  leave_free(prediction_frames, prediction, free, ignored, rules.min_height, kept.prediction);
  for (std::size_t i = 0; i < num_truths; ++i) kept.truth[i] = truth.labels[i] == rules.label && !is_hard(i);
  return kept;
}

}  // namespace boxtrail::metrics
