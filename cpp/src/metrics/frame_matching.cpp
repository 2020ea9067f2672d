#include "boxtrail/metrics/frame_matching.hpp"

#include <algorithm>

namespace boxtrail::metrics {

namespace {

constexpr double kMargin = 1e-9;  // far more than rounding, far less than scores that differ in earnest

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Calls visit(overlap, column in the frame) for every overlap of a row with a score.
template <class Visit>
void each_score(std::int64_t row, const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores,
                const Visit& visit) {
  for (auto e = at(overlaps.row_start[at(row)]); e < at(overlaps.row_start[at(row + 1)]); ++e)
    if (scores[e] > 0.0) visit(e, at(overlaps.row[e] - frame.prediction_begin));
}

}  // namespace

const std::vector<std::size_t>& FrameMatcher::match(const FrameSpan& frame, const Overlaps& overlaps,
                                                    std::span<const double> scores) {
  matches_.clear();
  if (!is_one_to_one(frame, overlaps, scores) && !assign_contested(frame, overlaps, scores))
    assign(frame, overlaps, scores);
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

// Numbers the rows and columns over which there is something to choose; all others have one partner, or none. False if
// that is most of the frame, or if a partner's score is so small that rounding may decide.
bool FrameMatcher::find_contested(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores) {
  const auto num_rows = frame.truth_end - frame.truth_begin,
             num_columns = frame.prediction_end - frame.prediction_begin;
  suitors_.assign(at(num_columns), 0);
  for (auto i = frame.truth_begin; i < frame.truth_end; ++i)
    each_score(i, frame, overlaps, scores, [&](std::size_t, std::size_t column) { ++suitors_[column]; });
  place_.assign(at(num_columns), -1);
  contested_rows_.clear();
  for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
    std::int32_t choices = 0, rivals = 0;
    double least = 1.0;
    each_score(i, frame, overlaps, scores, [&](std::size_t e, std::size_t column) {
      ++choices;
      rivals = std::max(rivals, suitors_[column] - 1);
      least = std::min(least, scores[e]);
    });
    if (choices == 0) continue;
    if (least <= kMargin) return false;
    if (choices == 1 && rivals == 0) continue;
    contested_rows_.push_back(i);
    each_score(i, frame, overlaps, scores, [&](std::size_t, std::size_t column) { place_[column] = 0; });
  }
  std::int32_t num_contested = 0;
  for (std::int32_t& place : place_)
    if (place == 0) place = num_contested++;
  return 4 * static_cast<std::int64_t>(contested_rows_.size()) * num_contested < num_rows * num_columns;
}

// The assignment of the contested rows and columns alone, if no other comes near it: then it is part of the assignment
// of the whole frame, whatever that does about equal ones. Another comes near if it wins when every pair of the first
// choice is worth a little less.
bool FrameMatcher::assign_contested(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores) {
  if (!find_contested(frame, overlaps, scores)) return false;
  const auto num_rows = static_cast<std::int32_t>(contested_rows_.size());
  const std::int32_t num_columns = 1 + *std::max_element(place_.begin(), place_.end());
  const auto weight = [&](std::int32_t row, std::int32_t column) -> double& {
    return weights_[at(row) * at(num_columns) + at(column)];
  };
  weights_.assign(at(num_rows) * at(num_columns), 0.0);
  for (std::int32_t k = 0; k < num_rows; ++k)
    each_score(contested_rows_[at(k)], frame, overlaps, scores,
               [&](std::size_t e, std::size_t column) { weight(k, place_[column]) = scores[e]; });
  const auto choose = [&](std::vector<std::int32_t>& chosen) {
    chosen = assigner_.assign(weights_, num_rows, num_columns);
    for (std::int32_t k = 0; k < num_rows; ++k)
      if (chosen[at(k)] >= 0 && weight(k, chosen[at(k)]) == 0.0) chosen[at(k)] = -1;
  };
  choose(first_choice_);
  for (std::int32_t k = 0; k < num_rows; ++k)
    if (first_choice_[at(k)] >= 0) weight(k, first_choice_[at(k)]) -= kMargin;
  choose(second_choice_);
  if (first_choice_ != second_choice_) return false;
  std::size_t k = 0;
  for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
    const bool is_contested = k < contested_rows_.size() && contested_rows_[k] == i;
    each_score(i, frame, overlaps, scores, [&](std::size_t e, std::size_t column) {
      if (!is_contested || place_[column] == first_choice_[k]) matches_.push_back(e);
    });
    k += is_contested ? 1 : 0;
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
