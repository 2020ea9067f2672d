// Made-up scenes, and the trackers with the options of their papers.
#pragma once

#include <cmath>
#include <numbers>
#include <type_traits>
#include <vector>

#include "boxtrail/stream.hpp"
#include "boxtrail/trackers/bytetrack.hpp"
#include "boxtrail/trackers/deepocsort.hpp"
#include "boxtrail/trackers/hybridsort.hpp"
#include "boxtrail/trackers/ocsort.hpp"
#include "boxtrail/trackers/sort.hpp"
#include "random.hpp"

namespace boxtrail::testing {

inline constexpr Similarity kIouOnly{Measure::kIou, 1.0, 0.0};
inline constexpr SortConfig kSort{.iou_threshold = 0.3, .max_age = 1, .min_hits = 3, .similarity = kIouOnly};
inline constexpr ByteTrackConfig kByteTrack{.track_high_thresh = 0.6,
                                            .track_low_thresh = 0.1,
                                            .new_track_thresh = 0.7,
                                            .match_thresh = 0.9,
                                            .second_match_thresh = 0.5,
                                            .unconfirmed_match_thresh = 0.7,
                                            .track_buffer = 30,
                                            .fuse_score = true,
                                            .duplicate_thresh = 0.15,
                                            .similarity = kIouOnly};
inline constexpr OcSortConfig kOcSort{.det_thresh = 0.6,
                                      .track_low_thresh = 0.1,
                                      .iou_threshold = 0.3,
                                      .max_age = 30,
                                      .min_hits = 3,
                                      .delta_t = 3,
                                      .inertia = 0.2,
                                      .use_byte = true,
                                      .oru_repeat_last = true,
                                      .similarity = kIouOnly};

inline constexpr HybridSortConfig kHybridSort{.det_thresh = 0.6,
                                              .track_low_thresh = 0.1,
                                              .iou_threshold = 0.25,
                                              .max_age = 30,
                                              .min_hits = 3,
                                              .delta_t = 3,
                                              .inertia = 0.05,
                                              .use_byte = true,
                                              .oru_repeat_last = true,
                                              .tcm_first_step_weight = 1.0,
                                              .tcm_byte_step_weight = 1.0,
                                              .tcm_byte_gate = true,
                                              .eg_weight_high_score = 1.3,
                                              .eg_weight_low_score = 1.2,
                                              .with_longterm_reid_correction = true,
                                              .longterm_reid_correction_thresh = 0.4,
                                              .longterm_reid_correction_thresh_low = 0.4,
                                              .longterm_reid_weight = 0.0,
                                              .longterm_bank_length = 30,
                                              .alpha = 0.8,
                                              .adapfs = false,
                                              .warp_observations = true,
                                              .similarity = {Measure::kHmiou, 1.0, 0.0}};
// A function: it holds a string.
inline DeepOcSortConfig deepocsort_config() {
  return {.det_thresh = 0.6,
          .iou_threshold = 0.3,
          .max_age = 30,
          .min_hits = 3,
          .delta_t = 3,
          .inertia = 0.2,
          .oru_repeat_last = true,
          .w_association_emb = 0.75,
          .alpha_fixed_emb = 0.95,
          .aw_metric = "new",
          .aw_param = 0.5,
          .similarity = kIouOnly};
}

template <class Algorithm>
typename Algorithm::Config config() {
  using Config = typename Algorithm::Config;
  if constexpr (std::is_same_v<Config, SortConfig>)
    return kSort;
  else if constexpr (std::is_same_v<Config, ByteTrackConfig>)
    return kByteTrack;
  else if constexpr (std::is_same_v<Config, DeepOcSortConfig>)
    return deepocsort_config();
  else if constexpr (std::is_same_v<Config, HybridSortConfig>)
    return kHybridSort;
  else
    return kOcSort;
}

template <class Box>
Box box_at(double cx, double cy, double w, double h, double angle) {
  if constexpr (Box::kSize == 4)
    return {cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2};
  else
    return {cx, cy, w, h, angle};
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
