// C-BIoU (Yang et al., WACV 2023): boxes are grown before they are compared, first a little, then more.
#pragma once

#include <string>

#include "boxtrail/byte_lifecycle.hpp"

namespace boxtrail {

struct CBIoUConfig {  // no defaults here: they live in boxtrail.trackers.CBIoUConfig, and only there
  std::string mode;   // "paper" or "two-stage"
  double track_high_thresh, track_low_thresh, new_track_thresh;
  double buffer_ratio_first, buffer_ratio_second;
  double min_similarity_first, min_similarity_second, min_similarity_unconfirmed;
  double track_buffer;
  bool fuse_score;
  std::int64_t motion_window;
};

// A box that was matched at a time in frames.
template <class Box>
struct Sight {
  double time;
  Box box;
};

template <class B>
struct CBIoUTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  ByteLife life;
  std::vector<Sight<B>> sights{};  // the last boxes it was matched with; one in two-stage mode
};

template <class Archive>
void visit(Archive& archive, CBIoUConfig& config) {
  archive("mode", config.mode);
  archive("track_high_thresh", config.track_high_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("new_track_thresh", config.new_track_thresh);
  archive("buffer_ratio_first", config.buffer_ratio_first);
  archive("buffer_ratio_second", config.buffer_ratio_second);
  archive("min_similarity_first", config.min_similarity_first);
  archive("min_similarity_second", config.min_similarity_second);
  archive("min_similarity_unconfirmed", config.min_similarity_unconfirmed);
  archive("track_buffer", config.track_buffer);
  archive("fuse_score", config.fuse_score);
  archive("motion_window", config.motion_window);
}

template <class Archive, class Box>
void visit(Archive& archive, Sight<Box>& sight) {
  archive("time", sight.time);
  archive("box", sight.box);
}

template <class Archive, class Box>
void visit(Archive& archive, CBIoUTrack<Box>& track) {
  visit_match(archive, track);
  visit(archive, track.life);
  archive("sights", track.sights);
}

template <class B>
class CBIoU {
 public:
  using Box = B;
  using Config = CBIoUConfig;
  using Track = CBIoUTrack<B>;

  explicit CBIoU(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock& clock) const { return view_of<Box>(track, model_, clock); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;
  // What one association asks for: how far boxes grow per side, the least similarity, whether scores count.
  struct Stage {
    const char* name;
    double growth, min_similarity;
    bool fuse;
  };

  void predict_all(double now, double dt, const Warp* warp);
  void paper_cascade(const Detections<Box>& detections, const Clock& clock);
  void two_stage_cascade(const Detections<Box>& detections, const Clock& clock);
  const Matches& associate(const Stage& stage, const Indices& members, const Detections<Box>& detections);
  void match(const Indices& members, const Detections<Box>& detections, const Matches& matches, const Clock& clock);

  Config config_;
  bool is_paper_ = config_.mode == "paper";
  std::size_t num_sights_ = is_paper_ ? static_cast<std::size_t>(config_.motion_window) + 1 : 1;
  bool fuse_ = config_.fuse_score && !is_paper_;
  Stage first_{"first", config_.buffer_ratio_first, config_.min_similarity_first, fuse_};
  Stage second_{"second", config_.buffer_ratio_second, config_.min_similarity_second, false};
  Stage third_{"unconfirmed", config_.buffer_ratio_first, config_.min_similarity_unconfirmed, fuse_};
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXywh);
  ByteFrame<Box> frame_;
};

}  // namespace boxtrail
