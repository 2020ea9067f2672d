// Average precision of whole tracks, as for boxes in COCO: A. Dave et al., "TAO: A Large-Scale Benchmark for Tracking
// Any Object", ECCV 2020. Tracks overlap by the volume they share over the volume of either.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

inline constexpr std::size_t kNumVolumes = 10;  // overlaps a match needs: 0.5, 0.55 … 0.95
inline constexpr std::size_t kNumGroups = 7;  // all; by mean area: small, medium, large; by length: short, medium, long

// What a track is worth beside its boxes.
struct TrackSizes {
  std::vector<double> volume;  // sum of its areas
  std::vector<double> length;  // boxes
  std::vector<double> score;   // mean
};
TrackSizes track_sizes(std::span<const std::int32_t> ids, std::int32_t num_ids, std::span<const double> areas,
                       std::span<const double> scores);

// Predicted tracks in descending order of their scores; sequences add by putting theirs behind.
struct TrackMap {
  std::vector<double> scores;
  // Of each group, threshold and track: 0 a mistake, 1 a match, 2 neither.
  std::vector<std::array<std::array<std::uint8_t, kNumVolumes>, kNumGroups>> outcomes;
  std::array<std::int64_t, kNumGroups> num_truth{};  // true tracks that count
};

// `shared` is the area that the two boxes of each overlap have in common.
TrackMap track_map(const Comparison& comparison, const TrackSizes& truth, const TrackSizes& prediction,
                   std::span<const double> shared);

}  // namespace boxtrail::metrics
