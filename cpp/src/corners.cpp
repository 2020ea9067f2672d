#include "boxtrail/corners.hpp"

#include <algorithm>
#include <cmath>

namespace boxtrail {

namespace {

constexpr std::int64_t kReach = 3;  // frames that a direction looks back

}  // namespace

std::array<Point, 4> corners(const Aabb& box) {
  return {{{box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}}};
}

std::array<Point, 4> corners(const Obb& box) {
  const double cos = std::cos(box.angle), sin = std::sin(box.angle);
  const double ux = box.w / 2.0 * cos, uy = box.w / 2.0 * sin;
  const double vx = -box.h / 2.0 * sin, vy = box.h / 2.0 * cos;
  return {{{box.cx - ux - vx, box.cy - uy - vy},
           {box.cx + ux - vx, box.cy + uy - vy},
           {box.cx + ux + vx, box.cy + uy + vy},
           {box.cx - ux + vx, box.cy - uy + vy}}};
}

template <class Box>
void CornerMotion<Box>::observe(const Box& box, std::int64_t age, bool quirks) {
  const auto now = corners(box);
  std::fill(directions.begin(), directions.end(), Point{0.0, 0.0});
  for (std::int64_t reach = 1; reach <= kReach; ++reach) {
    auto before = corners(reference(age, reach, quirks));
    if (quirks) {  // the authors' lower corners start from the height of the upper ones
      before[2].y = before[1].y;
      before[3].y = before[0].y;
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const Point step = direction(before[k], now[k]);
      directions[k] = {directions[k].x + step.x, directions[k].y + step.y};
    }
  }
  std::erase_if(recent, [&](const Observation<Box>& seen) { return seen.age <= age - kReach; });
  recent.push_back({age, box});
}

// With `quirks` the box exactly `reach` frames back or the newest: the authors' loop never tries another.
template <class Box>
const Box& CornerMotion<Box>::reference(std::int64_t age, std::int64_t reach, bool quirks) const {
  for (const Observation<Box>& seen : recent)
    if (seen.age == age - reach || (!quirks && age - reach < seen.age && seen.age < age)) return seen.box;
  return recent.back().box;
}

template <class Box>
double CornerMotion<Box>::angle(const Box& box, std::int64_t age, bool quirks) const {
  const auto start = corners(reference(age, kReach, quirks)), end = corners(box);
  double total = 0.0;
  for (std::size_t k = 0; k < 4; ++k) {
    const Point step = direction(start[k], end[k]);
    // A sum of three directions is longer than one: all that lies within a cone counts as straight on.
    const double cosine = directions[k].x * step.x + directions[k].y * step.y;
    total += std::acos(std::clamp(cosine, -1.0, 1.0));
  }
  return total / 4.0;
}

template <class Box>
void CornerMotion<Box>::warp(const Warp& warp) {
  for (Observation<Box>& seen : recent) seen.box = warp_box(warp, seen.box);
  for (Point& heading : directions) {
    const double length = std::sqrt(heading.x * heading.x + heading.y * heading.y);
    const Point turned = warp_direction(warp, heading);
    heading = {turned.x * length, turned.y * length};
  }
}

template struct CornerMotion<Aabb>;
template struct CornerMotion<Obb>;

}  // namespace boxtrail
