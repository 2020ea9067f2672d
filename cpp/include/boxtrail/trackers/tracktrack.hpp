// TrackTrack (Shim et al., CVPR 2025): tracks and detections choose each other, and births keep their distance.
#pragma once

#include "boxtrail/appearance.hpp"
#include "boxtrail/assignment.hpp"
#include "boxtrail/corners.hpp"
#include "boxtrail/snapshot.hpp"
#include "boxtrail/spacing.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail {

struct TrackTrackConfig {  // no defaults here: they live in boxtrail.trackers.TrackTrackConfig, and only there
  double det_thresh, track_low_thresh, new_track_thresh;
  double match_thresh, motion_match_thresh, reduce_step, min_iou;
  double appearance_weight, score_weight, angle_weight;
  double low_penalty, deleted_penalty;
  double nms_thresh, deleted_nms_thresh, deleted_max_iou, tai_thresh;
  std::int64_t min_hits;
  double max_age;
  bool freeze_size, corner_quirks;
};

template <class B>
struct TrackTrackTrack {
  std::int64_t id;
  Status status;
  BoxState<B> state;
  std::vector<float> embedding;  // empty: none
  CornerMotion<B> corners;
  double score, previous_score;
  std::int64_t label, row;
  ClassVotes votes;
  std::int64_t hits, first_frame, last_frame;
  double last_time;
};

template <class Archive>
void visit(Archive& archive, TrackTrackConfig& config) {
  archive("det_thresh", config.det_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("new_track_thresh", config.new_track_thresh);
  archive("match_thresh", config.match_thresh);
  archive("motion_match_thresh", config.motion_match_thresh);
  archive("reduce_step", config.reduce_step);
  archive("min_iou", config.min_iou);
  archive("appearance_weight", config.appearance_weight);
  archive("score_weight", config.score_weight);
  archive("angle_weight", config.angle_weight);
  archive("low_penalty", config.low_penalty);
  archive("deleted_penalty", config.deleted_penalty);
  archive("nms_thresh", config.nms_thresh);
  archive("deleted_nms_thresh", config.deleted_nms_thresh);
  archive("deleted_max_iou", config.deleted_max_iou);
  archive("tai_thresh", config.tai_thresh);
  archive("min_hits", config.min_hits);
  archive("max_age", config.max_age);
  archive("freeze_size", config.freeze_size);
  archive("corner_quirks", config.corner_quirks);
}

template <class Archive, class Box>
void visit(Archive& archive, TrackTrackTrack<Box>& track) {
  visit_match(archive, track);
  archive("status", track.status);
  archive("embedding", track.embedding);
  archive("corners", track.corners);
  archive("previous_score", track.previous_score);
  archive("hits", track.hits);
  archive("first_frame", track.first_frame);
  archive("last_frame", track.last_frame);
  archive("last_time", track.last_time);
}

template <class B>
class TrackTrack {
 public:
  using Box = B;
  using Config = TrackTrackConfig;
  using Track = TrackTrackTrack<B>;

  explicit TrackTrack(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock& clock) const;
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  void offer(const Detections<Box>& detections);
  void predict_all(double dt, const Warp* warp);
  const Matches& associate(const char* stage, const Indices& members, const Clock& clock);
  double cost_of(const Track& track, const Box& predicted, std::size_t j, const Clock& clock) const;
  void match(const Indices& members, const Matches& matches, const Clock& clock);
  void keep_sure(const Matches& matches);
  void remove_ended(const Clock& clock);
  void give_birth(Clock& clock);
  void start(std::size_t j, Clock& clock);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXywhWide);
  PairFinder pairs_;
  SparseMatrix cost_;
  Assigner assigner_;
  Spacer spacer_;
  // Detections that are still to be had, what each pays for being unsure or deleted, and whether it is neither.
  Detections<Box> offered_;
  std::vector<double> penalty_;
  std::vector<char> sure_, kept_, loose_, gone_;
  Indices known_, tentative_, free_;
  std::vector<Box> boxes_;
};

}  // namespace boxtrail
