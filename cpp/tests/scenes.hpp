// Made-up scenes.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <type_traits>
#include <vector>

#include "boxtrail/stream.hpp"
#include "configs.hpp"
#include "random.hpp"

namespace boxtrail::testing {

template <class Box>
Box box_at(double cx, double cy, double w, double h, double angle) {
  if constexpr (Box::kSize == 4)
    return {cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2};
  else
    return {cx, cy, w, h, angle};
}

// Looks of a few kinds of objects, for trackers that ask.
inline std::span<const float> look(std::size_t kind) {
  static constexpr std::array<std::array<float, 4>, 4> kLooks = {
      {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0.5f, 0.5f, 0.5f, 0.5f}}};
  return kLooks[kind % kLooks.size()];
}

template <class Box>
using Scene = std::vector<Detections<Box>>;  // one entry a frame

// `count` boxes in a loose grid that sway a little and are seen, with a high score, in every frame.
template <class Box>
Scene<Box> steady_scene(std::int32_t count, std::int32_t frames) {
  Scene<Box> scene(static_cast<std::size_t>(frames));
  for (std::int32_t t = 0; t < frames; ++t)
    for (std::int32_t k = 0; k < count; ++k) {
      const double sway = 3.0 * std::sin(2.0 * std::numbers::pi * (t % 50) / 50.0 + k);
      scene[static_cast<std::size_t>(t)].push_back(
          box_at<Box>(80.0 * (k % 10) + sway, 120.0 * (k / 10) + sway, 40.0, 90.0, 0.1 * k), 0.9, 0, k);
      scene[static_cast<std::size_t>(t)].embeddings.push_back(look(static_cast<std::size_t>(k)));
    }
  return scene;
}

// Objects that come, cross, hide and go, with misses, unsure scores, false alarms and shuffled rows.
template <class Box>
Scene<Box> busy_scene(std::uint64_t seed, std::int32_t objects, std::int32_t frames) {
  struct Object {
    std::int32_t born, dies;
    double x, y, vx, vy, w, h, angle;
  };
  Random random(seed);
  std::vector<Object> cast;
  for (std::int32_t k = 0; k < objects; ++k) {
    const std::int32_t born = random.below(frames), life = 20 + random.below(120);
    cast.push_back({born, born + life, random.uniform(0, 800), random.uniform(0, 500), random.uniform(-5, 5),
                    random.uniform(-4, 4), random.uniform(20, 60), random.uniform(40, 120), random.uniform(-3, 3)});
  }
  Scene<Box> scene(static_cast<std::size_t>(frames));
  for (std::int32_t t = 0; t < frames; ++t) {
    auto& now = scene[static_cast<std::size_t>(t)];
    const auto see = [&](double x, double y, double w, double h, double angle) {
      now.push_back(box_at<Box>(x, y, w, h, angle), random.uniform(0.05, 1.0), random.below(3),
                    static_cast<std::int64_t>(now.size()));
      now.embeddings.push_back(look(static_cast<std::size_t>(w)));
    };
    for (const Object& o : cast)
      if (o.born <= t && t < o.dies && !random.chance(0.15))
        see(o.x + o.vx * (t - o.born) + random.uniform(-2, 2), o.y + o.vy * (t - o.born) + random.uniform(-2, 2), o.w,
            o.h, o.angle);
    for (std::int32_t k = random.below(4); k > 0; --k)
      see(random.uniform(0, 800), random.uniform(0, 500), random.uniform(10, 80), random.uniform(10, 80), 0.0);
  }
  return scene;
}

}  // namespace boxtrail::testing
