// SFSORT (Morsali et al., 2024): no motion model at all, a track is the last box it was seen at.
#pragma once

#include "boxtrail/assignment.hpp"
#include "boxtrail/snapshot.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail {

struct SFSORTConfig {  // no defaults here: they live in boxtrail.trackers.SFSORTConfig, and only there
  double high_th, low_th, new_track_th;
  double match_th_first, match_th_second;
  bool dynamic_tuning;
  double cth, high_th_m, new_track_th_m, match_th_first_m;
  double central_timeout, marginal_timeout;
  double horizontal_margin, vertical_margin;  // pixels from 1 on, else a share of the frame
  bool forget_without_high;
  double frame_width, frame_height;  // 0 if unknown
};

template <class B>
struct SfsortTrack {
  std::int64_t id;
  Status status;
  B state;  // the last box
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  bool marginal;  // was lost near the edge of the image
  std::int64_t hits, first_frame, last_frame;
  double last_time;
};

template <class Archive>
void visit(Archive& archive, SFSORTConfig& config) {
  archive("high_th", config.high_th);
  archive("low_th", config.low_th);
  archive("new_track_th", config.new_track_th);
  archive("match_th_first", config.match_th_first);
  archive("match_th_second", config.match_th_second);
  archive("dynamic_tuning", config.dynamic_tuning);
  archive("cth", config.cth);
  archive("high_th_m", config.high_th_m);
  archive("new_track_th_m", config.new_track_th_m);
  archive("match_th_first_m", config.match_th_first_m);
  archive("central_timeout", config.central_timeout);
  archive("marginal_timeout", config.marginal_timeout);
  archive("horizontal_margin", config.horizontal_margin);
  archive("vertical_margin", config.vertical_margin);
  archive("forget_without_high", config.forget_without_high);
  archive("frame_width", config.frame_width);
  archive("frame_height", config.frame_height);
}

template <class Archive, class Box>
void visit(Archive& archive, SfsortTrack<Box>& track) {
  visit_match(archive, track);
  archive("status", track.status);
  archive("marginal", track.marginal);
  archive("hits", track.hits);
  archive("first_frame", track.first_frame);
  archive("last_frame", track.last_frame);
  archive("last_time", track.last_time);
}

template <class B>
class SFSORT {
 public:
  using Box = B;
  using Config = SFSORTConfig;
  using Track = SfsortTrack<B>;

  explicit SFSORT(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock& clock) const;

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  // What a frame asks of its detections: scores above `high` are sure, above `birth` they start tracks.
  struct Thresholds {
    double high, birth, limit;
  };

  void remove_expired(const Clock& clock);
  void forget_active();
  Thresholds thresholds(const std::vector<double>& scores) const;
  void divide(const Detections<Box>& detections, double high);
  const Matches& associate(const char* stage, bool shape, const Detections<Box>& detections, double limit);
  void match(const Detections<Box>& detections, const Matches& matches, const Clock& clock);
  bool is_marginal(const Box& box) const;
  void give_birth(const Detections<Box>& detections, double threshold, Clock& clock);

  Config config_;
  PairFinder pairs_;
  SparseMatrix cost_;
  Assigner assigner_;
  Detections<Box> high_, middle_;
  std::vector<std::int32_t> left_, free_;
  std::vector<Box> boxes_;
};

}  // namespace boxtrail
