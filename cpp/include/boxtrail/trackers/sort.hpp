// SORT (Bewley et al., ICIP 2016): Kalman prediction, IoU association, nothing else.
#pragma once

#include "boxtrail/assignment.hpp"
#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

struct SortConfig {  // no defaults here: they live in boxtrail.trackers.SortConfig, and only there
  double iou_threshold;
  double max_age;
  std::int64_t min_hits;
  Similarity similarity;
};

template <class B>
struct SortTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  SortLife life;
};

template <class Archive>
void visit(Archive& archive, SortConfig& config) {
  archive("iou_threshold", config.iou_threshold);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, SortTrack<Box>& track) {
  visit_match(archive, track);
  visit(archive, track.life);
}

template <class B>
class Sort {
 public:
  using Box = B;
  using Config = SortConfig;
  using Track = SortTrack<B>;

  explicit Sort(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  const Matches& associate(const Detections<Box>& detections);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXysr);
  PairFinder pairs_;
  SparseMatrix similarity_;
  Assigner assigner_;
  std::vector<Box> boxes_;
  std::vector<std::int32_t> free_;
};

}  // namespace boxtrail
