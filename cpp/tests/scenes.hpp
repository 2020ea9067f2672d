// Made-up scenes, and the trackers with the options of their papers.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <type_traits>
#include <vector>

#include "boxtrail/stream.hpp"
#include "boxtrail/trackers/boosttrack.hpp"
#include "boxtrail/trackers/botsort.hpp"
#include "boxtrail/trackers/bytetrack.hpp"
#include "boxtrail/trackers/cbiou.hpp"
#include "boxtrail/trackers/deepocsort.hpp"
#include "boxtrail/trackers/deepsort.hpp"
#include "boxtrail/trackers/hybridsort.hpp"
#include "boxtrail/trackers/occluboost.hpp"
#include "boxtrail/trackers/ocsort.hpp"
#include "boxtrail/trackers/sfsort.hpp"
#include "boxtrail/trackers/sort.hpp"
#include "boxtrail/trackers/strongsort.hpp"
#include "boxtrail/trackers/tracktrack.hpp"
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
inline const BotSortConfig kBotSort{.track_high_thresh = 0.6,
                                    .track_low_thresh = 0.1,
                                    .new_track_thresh = 0.7,
                                    .match_thresh = 0.8,
                                    .second_match_thresh = 0.5,
                                    .unconfirmed_match_thresh = 0.7,
                                    .track_buffer = 30,
                                    .fuse_score = true,
                                    .duplicate_thresh = 0.15,
                                    .with_reid = true,
                                    .proximity_thresh = 0.5,
                                    .appearance_thresh = 0.25,
                                    .emb_scale = 2.0,
                                    .unconfirmed_emb_scale = 2.0,
                                    .emb_alpha = 0.9,
                                    .warp_form = "box",
                                    .report_unconfirmed = false,
                                    .similarity = kIouOnly};
inline const CBIoUConfig kCBIoU{.mode = "paper",
                                .track_high_thresh = 0.6,
                                .track_low_thresh = 0.1,
                                .new_track_thresh = 0.7,
                                .buffer_ratio_first = 0.3,
                                .buffer_ratio_second = 0.5,
                                .min_similarity_first = 0.3,
                                .min_similarity_second = 0.5,
                                .min_similarity_unconfirmed = 0.3,
                                .track_buffer = 30,
                                .fuse_score = true,
                                .motion_window = 10};
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

inline constexpr SFSORTConfig kSfsort{.high_th = 0.6,
                                      .low_th = 0.1,
                                      .new_track_th = 0.7,
                                      .match_th_first = 0.67,
                                      .match_th_second = 0.3,
                                      .dynamic_tuning = true,
                                      .cth = 0.5,
                                      .high_th_m = 0.02,
                                      .new_track_th_m = 0.02,
                                      .match_th_first_m = 0.02,
                                      .central_timeout = 30,
                                      .marginal_timeout = 20,
                                      .horizontal_margin = 0.1,
                                      .vertical_margin = 0.1,
                                      .forget_without_high = false,
                                      .frame_width = 1920,
                                      .frame_height = 1080};
inline constexpr TrackTrackConfig kTrackTrack{.det_thresh = 0.6,
                                              .track_low_thresh = 0.1,
                                              .new_track_thresh = 0.7,
                                              .match_thresh = 0.7,
                                              .motion_match_thresh = 0.9,
                                              .reduce_step = 0.05,
                                              .min_iou = 0.1,
                                              .appearance_weight = 0.5,
                                              .score_weight = 0.1,
                                              .angle_weight = 0.05,
                                              .low_penalty = 0.2,
                                              .deleted_penalty = 0.4,
                                              .nms_thresh = 0.8,
                                              .deleted_nms_thresh = 0.95,
                                              .deleted_max_iou = 0.97,
                                              .tai_thresh = 0.55,
                                              .min_hits = 3,
                                              .max_age = 30,
                                              .freeze_size = false,
                                              .corner_quirks = false};
inline constexpr DeepSortConfig kDeepSort{.min_confidence = 0.3,
                                          .max_cosine_distance = 0.2,
                                          .max_iou_distance = 0.7,
                                          .max_age = 30,
                                          .min_hits = 3,
                                          .nn_budget = 100,
                                          .max_coasted = 1,
                                          .similarity = kIouOnly};
inline constexpr StrongSortConfig kStrongSort{.min_confidence = 0.6,
                                              .max_cosine_distance = 0.45,
                                              .max_iou_distance = 0.7,
                                              .max_age = 30,
                                              .min_hits = 3,
                                              .mc_lambda = 0.98,
                                              .ema_alpha = 0.9,
                                              .nn_budget = 1,
                                              .warp_covariance = false,
                                              .max_coasted = 1,
                                              .similarity = kIouOnly};
inline constexpr Boosts kBoosts{.det_thresh = 0.6,
                                .use_dlo_boost = true,
                                .use_duo_boost = true,
                                .dlo_boost_coef = 0.65,
                                .use_rich_s = true,
                                .use_sb = true,
                                .use_vt = true,
                                .vt_slope = 0.0075,
                                .s_sim_corr = false};

inline BoostTrackConfig boosttrack() {
  return {.boosts = kBoosts,
          .track_low_thresh = 0.1,
          .iou_threshold = 0.3,
          .max_age = 30,
          .min_hits = 3,
          .lambda_iou = 0.5,
          .lambda_mhd = 0.25,
          .lambda_shape = 0.25,
          .use_embeddings = true,
          .output_score = "detection",
          .min_box_area = 0,
          .max_aspect_ratio = 0};
}

inline OccluBoostConfig occluboost() {
  return {.boosts = kBoosts,
          .iou_threshold = 0.3,
          .lambda_iou = 0.5,
          .lambda_mhd = 0.25,
          .lambda_shape = 0.25,
          .lambda_emb_multiplier = 1.5,
          .max_age = 30,
          .min_hits = 1,
          .track_low_thresh = 0.1,
          .new_track_thresh = 0.7,
          .confirm_hits = 2,
          .instant_confirm_thresh = 0.7,
          .tentative_max_age = 3,
          .recovery_appearance = 0.7,
          .recovery_iou = 0.25,
          .recovery_max_age = 30,
          .feat_alpha = 0.9,
          .use_second_pass = true,
          .second_pass_iou = 0.8,
          .second_pass_appearance = 0.4,
          .second_pass_max_age = 8,
          .second_pass_min_hits = 3,
          .second_pass_after_gap = true,
          .duplicate_iou = 0.95,
          .ams_gain = 0.9,
          .ams_jump = 0.9,
          .ams_buffer = 30,
          .ams_shrink = 0.7,
          .use_gta = true,
          .gta_appearance = 0.7,
          .gta_min_age = 7,
          .gta_max_gap = 5,
          .use_embeddings = true,
          .output_score = "detection",
          .min_box_area = 0,
          .max_aspect_ratio = 0};
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
    else if constexpr (std::is_same_v<Config, SFSORTConfig>)
      return kSfsort;
    else if constexpr (std::is_same_v<Config, TrackTrackConfig>)
      return kTrackTrack;
    else if constexpr (std::is_same_v<Config, DeepSortConfig>)
      return kDeepSort;
    else if constexpr (std::is_same_v<Config, StrongSortConfig>)
      return kStrongSort;
    else if constexpr (std::is_same_v<Config, BotSortConfig>)
      return kBotSort;
    else if constexpr (std::is_same_v<Config, CBIoUConfig>)
      return kCBIoU;
    else if constexpr (std::is_same_v<Config, BoostTrackConfig>)
      return boosttrack();
    else if constexpr (std::is_same_v<Config, OccluBoostConfig>)
      return occluboost();
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
