// Which rows count, by the rules of the official kits: boxes on what is neither target nor background are forgiven.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

// One byte a row, 0 for a row that is left out.
struct Kept {
  std::vector<std::uint8_t> truth, prediction;
};

// MOTChallenge: predictions assigned to a truth of a distractor class are left out, and of the truth all but the rows
// of `label` with a flag other than 0.
struct MotRules {
  std::int64_t label;
  std::vector<std::int64_t> distractors;
};
Kept keep_mot(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, std::span<const std::int64_t> labels,
              std::span<const double> flags, const MotRules& rules);

// KITTI: predictions of `label` assigned to a truth of a similar class, or to one that is truncated or occluded too
// much, are left out; so are those assigned to none that are too low or lie mostly in a region to ignore.
struct KittiRules {
  std::int64_t label;
  std::vector<std::int64_t> distractors;
  double max_truncation, max_occlusion;
  double min_height;  // pixels
};
struct KittiTruth {
  std::span<const std::int64_t> labels;
  std::span<const double> truncations, occlusions;
};
struct Regions {
  std::span<const std::int64_t> frames;  // ascending, in the numbering of `prediction_frames`
  std::span<const Aabb> boxes;
};
Kept keep_kitti(const std::vector<FrameSpan>& frames, const Overlaps& overlaps, const KittiTruth& truth,
                std::span<const std::int64_t> prediction_frames, std::span<const std::int64_t> prediction_labels,
                std::span<const Aabb> prediction, const Regions& ignored, const KittiRules& rules);

}  // namespace boxtrail::metrics
