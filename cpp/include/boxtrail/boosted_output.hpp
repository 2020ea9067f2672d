// What BoostTrack's family reports of a track: which score, and which boxes.
#pragma once

#include <algorithm>
#include <string>

#include "boxtrail/distance_similarity.hpp"

namespace boxtrail {

// In [0, 1]: the score of the "detection", the "boosted" one, or the confidence of the "track", which the authors
// print.
inline double report_score(const std::string& kind, double score, double boosted, std::int64_t age,
                           std::int64_t misses) {
  if (kind == "boosted") return std::min(boosted, 1.0);
  if (kind == "track") return std::min(track_confidence(age, misses), 1.0);
  return score;
}

// Whether a box has more than min_area square pixels and is no wider than max_ratio times its height; 0 allows any.
inline bool is_shaped(const Aabb& box, double min_area, double max_ratio) {
  const double w = box.x2 - box.x1, h = box.y2 - box.y1;
  return (min_area == 0.0 || w * h > min_area) && (max_ratio == 0.0 || w <= max_ratio * h);
}

// An oriented box has no width to speak of, so its ratio is not asked for.
inline bool is_shaped(const Obb& box, double min_area, double) { return min_area == 0.0 || box.w * box.h > min_area; }

}  // namespace boxtrail
