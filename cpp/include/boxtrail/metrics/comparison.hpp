// Ground truth and prediction of one sequence, frame by frame, with how alike the boxes of a frame are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/box.hpp"
#include "boxtrail/metrics/mask.hpp"

namespace boxtrail::metrics {

// Rows of one frame on both sides; ends excluded.
struct FrameSpan {
  std::int64_t truth_begin, truth_end, prediction_begin, prediction_end;
  bool operator==(const FrameSpan&) const = default;
};

// The frames in which either side has rows, ascending. Both lists of frame numbers ascend.
std::vector<FrameSpan> frame_spans(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction);

// Similarities above 0 of the pairs within a frame: a row of the truth has the entries row_start[row] up to
// row_start[row + 1], each with a row of the prediction (ascending).
struct Overlaps {
  std::vector<std::int64_t> row_start{0};
  std::vector<std::int64_t> row;  // of the prediction
  std::vector<double> value;      // in (0, 1]
};

Overlaps box_overlaps(const std::vector<FrameSpan>& frames, std::span<const Aabb> truth,
                      std::span<const Aabb> prediction);
Overlaps box_overlaps(const std::vector<FrameSpan>& frames, std::span<const Obb> truth,
                      std::span<const Obb> prediction);
Overlaps mask_overlaps(const std::vector<FrameSpan>& frames, std::span<const Mask> truth,
                       std::span<const Mask> prediction);
// 1 at distance 0, falling to 0 at `zero_distance`.
Overlaps point_overlaps(const std::vector<FrameSpan>& frames, std::span<const Point> truth,
                        std::span<const Point> prediction, double zero_distance);

// What the metrics look at: tracks numbered from 0 on both sides, and the pairs of tracks that ever overlap.
struct Comparison {
  std::vector<FrameSpan> frames;
  std::vector<std::int32_t> truth_id, prediction_id;  // one a row
  std::int32_t num_truth_ids = 0, num_prediction_ids = 0;
  Overlaps overlaps;
  std::vector<std::int32_t> pair;                               // one an overlap: which pair of tracks
  std::vector<std::int32_t> pair_truth_id, pair_prediction_id;  // one a pair, ascending

  std::size_t num_pairs() const { return pair_truth_id.size(); }
};

// A side before it is compared: the id of every row, in any numbering, and whether the row counts.
struct Rows {
  std::span<const std::int64_t> ids;
  std::span<const std::uint8_t> kept;
};

// Leaves the rows that do not count and numbers the tracks anew, in the order of their ids.
Comparison compare(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, const Rows& truth,
                   const Rows& prediction);

}  // namespace boxtrail::metrics
