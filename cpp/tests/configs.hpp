// The trackers with the options of their papers.
#pragma once

#include <type_traits>

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
}

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

}  // namespace boxtrail::testing
