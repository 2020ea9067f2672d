// Where the four corners of a track were heading: they tell a change of size or shape from a move of the whole box.
//
// Hybrid-SORT (Yang et al. 2024) and TrackTrack (Shim et al. 2025) compare the direction of each corner with the
// direction from its last place to that of the detection.
#pragma once

#include <cstdint>
#include <vector>

#include "boxtrail/observations.hpp"

namespace boxtrail {

// The four corners in turn, clockwise on the screen; an upright box starts at the upper left.
std::array<Point, 4> corners(const Aabb& box);
std::array<Point, 4> corners(const Obb& box);

// The boxes of the last frames, the newest whenever it was, and per corner the sum of its unit directions. With
// `quirks` as the authors of TrackTrack have it; see the reference.
template <class Box>
struct CornerMotion {
  std::vector<Observation<Box>> recent;
  std::vector<Point> directions;

  // A track that was seen once; its directions are zero.
  static CornerMotion born(const Box& box) { return {{{0, box}}, std::vector<Point>(4, Point{0.0, 0.0})}; }

  // The track was seen at `box` at this age: directions from up to three frames before.
  void observe(const Box& box, std::int64_t age, bool quirks);
  // The oldest box of the ages age − reach … age − 1, else the newest one.
  const Box& reference(std::int64_t age, std::int64_t reach, bool quirks) const;
  // Mean angle in [0, π] between where the corners were heading and where `box` has them; π/2 if unknown.
  double angle(const Box& box, std::int64_t age, bool quirks) const;
  // Moves boxes and directions with the camera.
  void warp(const Warp& warp);
};

template <class Archive, class Box>
void visit(Archive& archive, CornerMotion<Box>& corners) {
  archive("recent", corners.recent);
  archive("directions", corners.directions);
}

}  // namespace boxtrail
