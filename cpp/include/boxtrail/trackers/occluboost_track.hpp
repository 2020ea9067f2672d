// What OccluBoost remembers of a track, alive and dead, and its options.
#pragma once

#include <string>

#include "boxtrail/boosting.hpp"
#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

struct OccluBoostConfig {  // no defaults here: they live in boxtrail.trackers.OccluBoostConfig, and only there
  Boosts boosts;
  double iou_threshold, lambda_iou, lambda_mhd, lambda_shape, lambda_emb_multiplier;
  double max_age;
  std::int64_t min_hits;
  double track_low_thresh, new_track_thresh;
  std::int64_t confirm_hits;
  double instant_confirm_thresh, tentative_max_age;
  double recovery_appearance, recovery_iou, recovery_max_age, feat_alpha;
  bool use_second_pass;
  double second_pass_iou, second_pass_appearance, second_pass_max_age;
  std::int64_t second_pass_min_hits;
  bool second_pass_after_gap;
  double duplicate_iou;
  double ams_gain, ams_jump;
  std::int64_t ams_buffer;
  double ams_shrink;
  bool use_gta;
  double gta_appearance;
  std::int64_t gta_min_age;
  double gta_max_gap;
  bool use_embeddings;
  std::string output_score;
  double min_box_area, max_aspect_ratio;
};

template <class B>
struct OccluBoostTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  std::vector<float> embedding;  // empty: none
  std::vector<B> seen;           // the last matches, the oldest first
  bool activated;
  std::int64_t run;  // matches in a row up to the last one
  SortLife life;
};

// What is remembered of a dead track.
struct BuriedTrack {
  std::int64_t id, label;
  std::vector<float> embedding;
  double died;
};

template <class Archive>
void visit(Archive& archive, OccluBoostConfig& config) {
  visit(archive, config.boosts);
  archive("iou_threshold", config.iou_threshold);
  archive("lambda_iou", config.lambda_iou);
  archive("lambda_mhd", config.lambda_mhd);
  archive("lambda_shape", config.lambda_shape);
  archive("lambda_emb_multiplier", config.lambda_emb_multiplier);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("track_low_thresh", config.track_low_thresh);
  archive("new_track_thresh", config.new_track_thresh);
  archive("confirm_hits", config.confirm_hits);
  archive("instant_confirm_thresh", config.instant_confirm_thresh);
  archive("tentative_max_age", config.tentative_max_age);
  archive("recovery_appearance", config.recovery_appearance);
  archive("recovery_iou", config.recovery_iou);
  archive("recovery_max_age", config.recovery_max_age);
  archive("feat_alpha", config.feat_alpha);
  archive("use_second_pass", config.use_second_pass);
  archive("second_pass_iou", config.second_pass_iou);
  archive("second_pass_appearance", config.second_pass_appearance);
  archive("second_pass_max_age", config.second_pass_max_age);
  archive("second_pass_min_hits", config.second_pass_min_hits);
  archive("second_pass_after_gap", config.second_pass_after_gap);
  archive("duplicate_iou", config.duplicate_iou);
  archive("ams_gain", config.ams_gain);
  archive("ams_jump", config.ams_jump);
  archive("ams_buffer", config.ams_buffer);
  archive("ams_shrink", config.ams_shrink);
  archive("use_gta", config.use_gta);
  archive("gta_appearance", config.gta_appearance);
  archive("gta_min_age", config.gta_min_age);
  archive("gta_max_gap", config.gta_max_gap);
  archive("use_embeddings", config.use_embeddings);
  archive("output_score", config.output_score);
  archive("min_box_area", config.min_box_area);
  archive("max_aspect_ratio", config.max_aspect_ratio);
}

template <class Archive, class Box>
void visit(Archive& archive, OccluBoostTrack<Box>& track) {
  visit_match(archive, track);
  archive("embedding", track.embedding);
  archive("seen", track.seen);
  archive("activated", track.activated);
  archive("run", track.run);
  visit(archive, track.life);
}

template <class Archive>
void visit(Archive& archive, BuriedTrack& track) {
  archive("id", track.id);
  archive("label", track.label);
  archive("embedding", track.embedding);
  archive("died", track.died);
}

}  // namespace boxtrail
