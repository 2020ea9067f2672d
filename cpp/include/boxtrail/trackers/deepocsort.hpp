// Deep OC-SORT (Maggiolino et al., ICIP 2023): OC-SORT with camera motion and an appearance that knows its worth.
#pragma once

#include <string>

#include "boxtrail/appearance.hpp"
#include "boxtrail/appearance_weight.hpp"
#include "boxtrail/observation_centric.hpp"

namespace boxtrail {

struct DeepOcSortConfig {  // no defaults here: they live in boxtrail.trackers.DeepOcSortConfig, and only there
  double det_thresh, iou_threshold;
  double max_age;
  std::int64_t min_hits, delta_t;
  double inertia;
  bool oru_repeat_last;
  double w_association_emb, alpha_fixed_emb;
  std::string aw_metric;  // "new", "max" or "off"
  double aw_param;
  Similarity similarity;
};

template <class B>
struct DeepOcSortTrack {
  std::int64_t id;
  BoxState<B> state;
  Observations<B> observations;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  SortLife life;
  std::vector<float> embedding;  // empty until it was seen with one
};

template <class Archive>
void visit(Archive& archive, DeepOcSortConfig& config) {
  archive("det_thresh", config.det_thresh);
  archive("iou_threshold", config.iou_threshold);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("delta_t", config.delta_t);
  archive("inertia", config.inertia);
  archive("oru_repeat_last", config.oru_repeat_last);
  archive("w_association_emb", config.w_association_emb);
  archive("alpha_fixed_emb", config.alpha_fixed_emb);
  archive("aw_metric", config.aw_metric);
  archive("aw_param", config.aw_param);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, DeepOcSortTrack<Box>& track) {
  visit_match(archive, track);
  archive("observations", track.observations);
  visit(archive, track.life);
  archive("embedding", track.embedding);
}

template <class B>
class DeepOcSort {
 public:
  using Box = B;
  using Config = DeepOcSortConfig;
  using Track = DeepOcSortTrack<B>;

  explicit DeepOcSort(const Config& config);
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  const Matches& associate();
  const Matches& associate_with_looks();
  void weigh_looks();
  double bound_others();
  void match(Indices& members, const Matches& matches, const Clock& clock);
  void give_birth(Clock& clock);

  Config config_;
  WeightMetric metric_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXysr, 1e-6);
  PairFinder pairs_;
  SparseMatrix similarity_;
  Assigner assigner_;
  Matches no_matches_;
  Detections<Box> high_, low_;
  Indices left_, seen_, free_;
  std::vector<Box> boxes_;
  Momentum<Box, Track> momentum_;
  AppearanceWeight weight_;
  std::vector<Embedding> looks_;
  std::vector<double> appearance_;  // weighted cosines of all tracks and detections, row by row
  std::vector<double> score_, highest_;
};

}  // namespace boxtrail
