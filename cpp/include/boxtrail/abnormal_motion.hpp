// Abnormal-motion suppression (OccluTrack): a box that jumps while it shrinks is half hidden, and its track follows it
// only part of the way.
#pragma once

#include <vector>

#include "boxtrail/box.hpp"

namespace boxtrail {

struct JumpLimits {
  double gain;    // how far a jumping coordinate pair is followed
  double jump;    // a change is abnormal that exceeds the mean one by more than this share of it
  double shrink;  // and only where the area is below this share of the mean area
};

// How far the mean of a track shall follow `box`, given the boxes it was matched with, the oldest first.
double suppressed_gain(const std::vector<Aabb>& seen, const Aabb& box, const JumpLimits& limits);
inline double suppressed_gain(const std::vector<Obb>&, const Obb&, const JumpLimits&) { return 1.0; }

}  // namespace boxtrail
