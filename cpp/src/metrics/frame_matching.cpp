#include "boxtrail/metrics/frame_matching.hpp"

namespace boxtrail::metrics {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

}  // namespace

const std::vector<std::size_t>& FrameMatcher::match(const FrameSpan& frame, const Overlaps& overlaps,
                                                    std::span<const double> scores) {
  matches_.clear();
  if (!is_one_to_one(frame, overlaps, scores)) assign(frame, overlaps, scores);
  return matches_;
}

// Where no box has two partners there is nothing to choose.
bool FrameMatcher::is_one_to_one(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores) {
  taken_.assign(at(frame.prediction_end - frame.prediction_begin), 0);
  for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
    const auto before = matches_.size();
    for (auto e = at(overlaps.row_start[at(i)]); e < at(overlaps.row_start[at(i + 1)]); ++e) {
      if (!(scores[e] > 0.0)) continue;
      std::uint8_t& taken = taken_[at(overlaps.row[e] - frame.prediction_begin)];
      if (taken != 0 || matches_.size() > before) {
        matches_.clear();
        return false;
      }
      taken = 1;
      matches_.push_back(e);
    }
  }
  return true;
}

void FrameMatcher::assign(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores) {
  const auto num_rows = frame.truth_end - frame.truth_begin,
             num_columns = frame.prediction_end - frame.prediction_begin;
  weights_.assign(at(num_rows * num_columns), 0.0);
  for (std::int64_t i = 0; i < num_rows; ++i)
    for (auto e = at(overlaps.row_start[at(frame.truth_begin + i)]);
         e < at(overlaps.row_start[at(frame.truth_begin + i + 1)]); ++e)
      weights_[at(i * num_columns + overlaps.row[e] - frame.prediction_begin)] = scores[e];
  const auto& columns =
      assigner_.assign(weights_, static_cast<std::int32_t>(num_rows), static_cast<std::int32_t>(num_columns));
  for (std::int64_t i = 0; i < num_rows; ++i)
    for (auto e = at(overlaps.row_start[at(frame.truth_begin + i)]);
         e < at(overlaps.row_start[at(frame.truth_begin + i + 1)]); ++e)
      if (overlaps.row[e] - frame.prediction_begin == columns[at(i)] && scores[e] > 0.0) matches_.push_back(e);
}

}  // namespace boxtrail::metrics
