// OC-SORT (Cao et al., CVPR 2023): SORT that trusts observations more than the filter's estimates.
#pragma once

#include "boxtrail/observation_centric.hpp"

namespace boxtrail {

struct OcSortConfig {  // no defaults here: they live in boxtrail.trackers.OcSortConfig, and only there
  double det_thresh, track_low_thresh, iou_threshold;
  double max_age;
  std::int64_t min_hits, delta_t;
  double inertia;
  bool use_byte, oru_repeat_last;
  Similarity similarity;
};

template <class B>
struct OcSortTrack {
  std::int64_t id;
  BoxState<B> state;
  Observations<B> observations;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  SortLife life;
};

template <class Archive>
void visit(Archive& archive, OcSortConfig& config) {
  archive("det_thresh", config.det_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("iou_threshold", config.iou_threshold);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("delta_t", config.delta_t);
  archive("inertia", config.inertia);
  archive("use_byte", config.use_byte);
  archive("oru_repeat_last", config.oru_repeat_last);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, OcSortTrack<Box>& track) {
  visit_match(archive, track);
  archive("observations", track.observations);
  visit(archive, track.life);
}

template <class B>
class OcSort {
 public:
  using Box = B;
  using Config = OcSortConfig;
  using Track = OcSortTrack<B>;

  explicit OcSort(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  const Matches& associate(const Detections<Box>& detections);
  const Matches& recover(const char* stage, const Indices& members, const Detections<Box>& detections);
  void match(Indices& members, const Detections<Box>& detections, const Matches& matches, const Clock& clock);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXysr, 1e-6);
  PairFinder pairs_;
  SparseMatrix similarity_;
  Assigner assigner_;
  Matches no_matches_;
  Detections<Box> high_, low_;
  Indices left_, seen_, free_;
  std::vector<Box> boxes_;
  Momentum<Box, Track> momentum_;
};

}  // namespace boxtrail
