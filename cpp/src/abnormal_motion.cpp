#include "boxtrail/abnormal_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace boxtrail {

namespace {

std::array<double, 4> centre_size(const Aabb& box) {
  return {(box.x1 + box.x2) / 2.0, (box.y1 + box.y2) / 2.0, box.x2 - box.x1, box.y2 - box.y1};
}

double length(double x, double y) { return std::sqrt(x * x + y * y); }

}  // namespace

double suppressed_gain(const std::vector<Aabb>& seen, const Aabb& box, const JumpLimits& limits) {
  if (seen.size() < 2) return 1.0;
  const auto now = centre_size(box), last = centre_size(seen.back()), first = centre_size(seen.front());
  double area = 0.0;
  for (const Aabb& old : seen) {
    const auto size = centre_size(old);
    area += size[2] * size[3];
  }
  if (!(now[2] * now[3] < limits.shrink * (area / static_cast<double>(seen.size())))) return 1.0;
  double total = 0.0;
  for (const std::size_t k : {std::size_t{0}, std::size_t{2}}) {
    const double change = length(now[k] - last[k], now[k + 1] - last[k + 1]);
    const double usual = length(last[k] - first[k], last[k + 1] - first[k + 1]) / static_cast<double>(seen.size() - 1);
    total += std::max(0.0, change - usual) / std::max(usual, 1e-6) <= limits.jump ? 1.0 : limits.gain;
  }
  return total / 2.0;
}

}  // namespace boxtrail
