#include "boxtrail/corner_momentum.hpp"

#include <cmath>

namespace boxtrail {

template <class Box>
Corners corner_directions(const Observations<Box>& observations, const Box& box, std::int64_t age,
                          std::int64_t delta_t) {
  const Corners targets = corners_of(box);
  Corners total{};
  bool any = false;
  const auto add = [&](const Box& earlier) {
    const Corners starts = corners_of(earlier);
    for (std::size_t k = 0; k < kNumCorners; ++k) {
      const Point step = direction(starts[k], targets[k]);
      total[k] = {total[k].x + step.x, total[k].y + step.y};
    }
    any = true;
  };
  for (auto seen = observations.recent.rbegin(); seen != observations.recent.rend(); ++seen)
    if (age - delta_t <= seen->age && seen->age < age) add(seen->box);
  if (!any) add(*observations.last);
  return total;
}

double corner_momentum(const std::vector<Point>& directions, const Corners& references, const Corners& targets,
                       double score, double inertia) {
  double term = 0.0;
  for (std::size_t k = 0; k < kNumCorners; ++k)
    term += direction_consistency(directions[k], references[k], targets[k], score, inertia);
  return term;
}

void warp_corner_directions(const Warp& warp, std::vector<Point>& directions) {
  for (Point& vector : directions) {
    const double length = std::sqrt(vector.y * vector.y + vector.x * vector.x);
    const Point turned = warp_direction(warp, vector);
    vector = {length * turned.x, length * turned.y};
  }
}

template Corners corner_directions<Aabb>(const Observations<Aabb>&, const Aabb&, std::int64_t, std::int64_t);
template Corners corner_directions<Obb>(const Observations<Obb>&, const Obb&, std::int64_t, std::int64_t);

}  // namespace boxtrail
