// BoostTrack, BoostTrack+ and BoostTrack++ (Stanojević and Todorović, MVA 2024; arXiv 2408.13003): one association,
// after the scores of the detections were boosted by what the tracks expect.
#pragma once

#include "boxtrail/boosted_association.hpp"
#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

struct BoostTrackConfig {  // no defaults here: they live in boxtrail.trackers.BoostTrackConfig, and only there
  Boosts boosts;
  double track_low_thresh, iou_threshold;
  double max_age;
  std::int64_t min_hits;
  double lambda_iou, lambda_mhd, lambda_shape;
  bool use_embeddings;
  std::string output_score;
  double min_box_area, max_aspect_ratio;
};

template <class B>
struct BoostTrackTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  std::vector<float> embedding;  // empty: none
  SortLife life;
};

template <class Archive>
void visit(Archive& archive, BoostTrackConfig& config) {
  visit(archive, config.boosts);
  archive("track_low_thresh", config.track_low_thresh);
  archive("iou_threshold", config.iou_threshold);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("lambda_iou", config.lambda_iou);
  archive("lambda_mhd", config.lambda_mhd);
  archive("lambda_shape", config.lambda_shape);
  archive("use_embeddings", config.use_embeddings);
  archive("output_score", config.output_score);
  archive("min_box_area", config.min_box_area);
  archive("max_aspect_ratio", config.max_aspect_ratio);
}

template <class Archive, class Box>
void visit(Archive& archive, BoostTrackTrack<Box>& track) {
  visit_match(archive, track);
  archive("embedding", track.embedding);
  visit(archive, track.life);
}

template <class B>
class BoostTrack {
 public:
  using Box = B;
  using Config = BoostTrackConfig;
  using Track = BoostTrackTrack<B>;

  explicit BoostTrack(const Config& config);
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  void predict_all(double dt, const Warp* warp);
  void drop_noise(const Detections<Box>& detections);
  void keep(const std::vector<double>& scores);
  const std::vector<Embedding>& looks();
  void match(Track& track, std::size_t j, const Clock& clock);
  void give_birth(std::size_t j, Clock& clock);

  Config config_;
  BoostedWeights weights_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXyhr, 1e-6);
  Expected<Box> expected_;
  Booster<Box> booster_;
  BoostedAssociation<Box> association_;
  Detections<Box> worthy_, kept_;
  std::vector<double> scores_;  // boosted, of kept_
  std::vector<Embedding> looks_;
  std::vector<std::int32_t> free_;
};

}  // namespace boxtrail
