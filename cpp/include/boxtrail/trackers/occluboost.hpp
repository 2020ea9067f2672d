// OccluBoost (BoxMOT's own tracker, without a paper): BoostTrack with tentative tracks, suppressed jumps, and recovery
// by appearance, by unsure detections and from among the dead.
#pragma once

#include "boxtrail/abnormal_motion.hpp"
#include "boxtrail/boosted_association.hpp"
#include "boxtrail/trackers/occluboost_track.hpp"

namespace boxtrail {

template <class B>
class OccluBoost {
 public:
  using Box = B;
  using Config = OccluBoostConfig;
  using Track = OccluBoostTrack<B>;

  explicit OccluBoost(const Config& config);
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;           // ascending by id
  std::vector<BuriedTrack> graveyard;  // in the order of their deaths
  Record* record = nullptr;            // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  void predict_all(double dt, const Warp* warp);
  void sort_out(const Detections<Box>& detections, const std::vector<double>& scores);
  void associate(const Clock& clock);
  const Matches& associate_oriented();
  void recover(const Clock& clock);
  void second_pass(const Clock& clock);
  template <class Wanted>
  void choose(const Wanted& wanted);
  void recognise(const Clock& clock);
  void resurrect(Clock& clock);
  void give_births(Clock& clock);
  void report(const Clock& clock, std::vector<Report<Box>>& reports);
  void bury_expired(const Clock& clock);

  bool is_fresh(const Track& track, const Clock& clock) const {
    const std::int64_t run = config_.second_pass_after_gap ? track.run : track.life.streak;
    return run >= config_.second_pass_min_hits && clock.time - track.life.last_time <= config_.second_pass_max_age;
  }
  bool has_looks(const Detections<Box>& detections) const {
    return config_.use_embeddings && detections.has_embeddings();
  }
  void match(Track& track, const Detections<Box>& detections, std::size_t j, double score, double memory,
             const Clock& clock);
  void match_looks(const char* stage, double threshold, const Clock& clock);
  void give_birth(std::size_t j, Clock& clock, const BuriedTrack* old);
  void keep_left(const Matches& matches);

  Config config_;
  BoostedWeights weights_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXyhr, 1e-6);
  Expected<Box> expected_;
  Booster<Box> booster_;
  BoostedAssociation<Box> association_;
  PairFinder pairs_;
  SparseMatrix iou_, cost_;
  Assigner assigner_;
  Detections<Box> kept_, low_;
  std::vector<double> scores_, low_scores_;  // boosted
  std::vector<Embedding> looks_;
  Indices left_, members_, free_, reported_;
  std::vector<Box> boxes_;
  std::vector<char> gone_, buried_gone_;
};

}  // namespace boxtrail
