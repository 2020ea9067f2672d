// ByteTrack (Zhang et al., ECCV 2022): every detection box is associated, the sure ones first.
#pragma once

#include "boxtrail/byte_lifecycle.hpp"

namespace boxtrail {

struct ByteTrackConfig {  // no defaults here: they live in boxtrail.trackers.ByteTrackConfig, and only there
  double track_high_thresh, track_low_thresh, new_track_thresh;
  double match_thresh, second_match_thresh, unconfirmed_match_thresh;
  double track_buffer;
  bool fuse_score;
  double duplicate_thresh;
  Similarity similarity;
};

template <class B>
struct ByteTrackTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  ByteLife life;
};

template <class Archive>
void visit(Archive& archive, ByteTrackConfig& config) {
  archive("track_high_thresh", config.track_high_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("new_track_thresh", config.new_track_thresh);
  archive("match_thresh", config.match_thresh);
  archive("second_match_thresh", config.second_match_thresh);
  archive("unconfirmed_match_thresh", config.unconfirmed_match_thresh);
  archive("track_buffer", config.track_buffer);
  archive("fuse_score", config.fuse_score);
  archive("duplicate_thresh", config.duplicate_thresh);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, ByteTrackTrack<Box>& track) {
  visit_match(archive, track);
  visit(archive, track.life);
}

template <class B>
class ByteTrack {
 public:
  using Box = B;
  using Config = ByteTrackConfig;
  using Track = ByteTrackTrack<B>;

  explicit ByteTrack(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock& clock) const { return view_of<Box>(track, model_, clock); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  const Matches& associate(const char* stage, const Indices& members, const Detections<Box>& detections, double limit,
                           bool fuse);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Box::kSize == 4 ? Family::kXyah : Family::kXywh);
  ByteFrame<Box> frame_;
};

}  // namespace boxtrail
