// DeepSORT (Wojke et al., ICIP 2017): SORT that remembers what a track looked like.
#pragma once

#include "boxtrail/deepsort_association.hpp"

namespace boxtrail {

struct DeepSortConfig {  // no defaults here: they live in boxtrail.trackers.DeepSortConfig, and only there
  double min_confidence, max_cosine_distance, max_iou_distance;
  double max_age;
  std::int64_t min_hits, nn_budget, max_coasted;
  Similarity similarity;
};

template <class Archive>
void visit(Archive& archive, DeepSortConfig& config) {
  archive("min_confidence", config.min_confidence);
  archive("max_cosine_distance", config.max_cosine_distance);
  archive("max_iou_distance", config.max_iou_distance);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("nn_budget", config.nn_budget);
  archive("max_coasted", config.max_coasted);
  visit(archive, config.similarity);
}

template <class B>
class DeepSort {
 public:
  using Box = B;
  using Config = DeepSortConfig;
  using Track = DeepSortTrack<B>;

  explicit DeepSort(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  void cascade(const Clock& clock);
  void match(const Indices& members, const Matches& matches, const Clock& clock);

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Box::kSize == 4 ? Family::kXyah : Family::kXywh);
  DeepSortAssociation<Box> association_;
  Detections<Box> left_;  // detections that are not matched yet
  Indices confirmed_, level_, recent_, free_;
};

}  // namespace boxtrail
