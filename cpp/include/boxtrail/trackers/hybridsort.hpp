// HybridSORT (Yang et al., AAAI 2024): OC-SORT with weak cues, the score of a track and the height of its box.
#pragma once

#include "boxtrail/appearance.hpp"
#include "boxtrail/corner_momentum.hpp"
#include "boxtrail/crowded_assignment.hpp"
#include "boxtrail/feature_bank.hpp"
#include "boxtrail/look_table.hpp"
#include "boxtrail/observation_centric.hpp"
#include "boxtrail/score_memory.hpp"

namespace boxtrail {

struct HybridSortConfig {  // no defaults here: they live in boxtrail.trackers.HybridSortConfig, and only there
  double det_thresh, track_low_thresh, iou_threshold;
  double max_age;
  std::int64_t min_hits, delta_t;
  double inertia;
  bool use_byte, oru_repeat_last;
  double tcm_first_step_weight, tcm_byte_step_weight;
  bool tcm_byte_gate;
  double eg_weight_high_score, eg_weight_low_score;
  bool with_longterm_reid_correction;
  double longterm_reid_correction_thresh, longterm_reid_correction_thresh_low;
  double longterm_reid_weight;
  std::int64_t longterm_bank_length;
  double alpha;
  bool adapfs, warp_observations;
  Similarity similarity;
};

template <class B>
struct HybridSortTrack {
  std::int64_t id;
  BoxState<B> state;
  Observations<B> observations;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  SortLife life;
  std::vector<Point> corner_directions;
  ScoreMemory scores;
  std::vector<float> embedding;  // empty until it was seen with one
  FeatureBank bank;
};

template <class Archive>
void visit(Archive& archive, HybridSortConfig& config) {
  archive("det_thresh", config.det_thresh);
  archive("track_low_thresh", config.track_low_thresh);
  archive("iou_threshold", config.iou_threshold);
  archive("max_age", config.max_age);
  archive("min_hits", config.min_hits);
  archive("delta_t", config.delta_t);
  archive("inertia", config.inertia);
  archive("use_byte", config.use_byte);
  archive("oru_repeat_last", config.oru_repeat_last);
  archive("tcm_first_step_weight", config.tcm_first_step_weight);
  archive("tcm_byte_step_weight", config.tcm_byte_step_weight);
  archive("tcm_byte_gate", config.tcm_byte_gate);
  archive("eg_weight_high_score", config.eg_weight_high_score);
  archive("eg_weight_low_score", config.eg_weight_low_score);
  archive("with_longterm_reid_correction", config.with_longterm_reid_correction);
  archive("longterm_reid_correction_thresh", config.longterm_reid_correction_thresh);
  archive("longterm_reid_correction_thresh_low", config.longterm_reid_correction_thresh_low);
  archive("longterm_reid_weight", config.longterm_reid_weight);
  archive("longterm_bank_length", config.longterm_bank_length);
  archive("alpha", config.alpha);
  archive("adapfs", config.adapfs);
  archive("warp_observations", config.warp_observations);
  visit(archive, config.similarity);
}

template <class Archive, class Box>
void visit(Archive& archive, HybridSortTrack<Box>& track) {
  visit_match(archive, track);
  archive("observations", track.observations);
  visit(archive, track.life);
  archive("corner_directions", track.corner_directions);
  archive("scores", track.scores);
  archive("embedding", track.embedding);
  archive("bank", track.bank);
}

template <class B>
class HybridSort {
 public:
  using Box = B;
  using Config = HybridSortConfig;
  using Track = HybridSortTrack<B>;

  explicit HybridSort(const Config& config) : config_(config) {}
  void step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
            std::vector<Report<Box>>& reports);
  TrackView<Box> view(const Track& track, const Clock&) const { return view_of<Box>(track, model_); }
  void set_noise(const NoiseValues& values) { boxtrail::set_noise(model_, values); }

  std::vector<Track> tracks;  // ascending by id
  Record* record = nullptr;   // where decisions are noted, if anywhere

 private:
  using Indices = std::vector<std::int32_t>;

  void predict_all(double dt, const Warp* warp);
  void associate(const Clock& clock);
  const Matches& assign_by_looks();
  void gate_by_looks();
  void associate_low(const Clock& clock);
  void recover(const Clock& clock);
  void match(Indices& members, const Detections<Box>& detections, const Matches& matches, const Clock& clock,
             bool learn);
  void learn_looks(Track& track, Embedding look, double score);
  void give_birth(Clock& clock);

  double score_gap(std::size_t i, const Detections<Box>& detections, std::size_t j, double weight) const {
    return weight * std::abs(scores_[i] - detections.scores[j]);
  }
  template <class Member>
  void fill_looks(std::size_t count, const Detections<Box>& detections, const Member& member);
  template <class Cues>
  const Matches& assign(const SparseMatrix& gate, const Cues& cues, const Detections<Box>& detections, double weight,
                        double lowest);
  double bound(const Detections<Box>& detections, double weight, bool moving);
  template <class Penalty>
  double bound_penalty(const Penalty& penalty);
  void compare(const std::vector<Box>& boxes, const Detections<Box>& detections) {
    // A gate at 0 lets pairs without overlap through.
    pairs_.find<Box>(config_.similarity, boxes, detections.boxes, config_.iou_threshold > 0.0, similarity_);
  }

  Config config_;
  BoxModel<Box> model_ = motion_model<Box::kSize>(Family::kXysr, 1e-6);
  PairFinder pairs_;
  SparseMatrix similarity_, gate_;
  Assigner assigner_;
  CrowdedAssigner crowded_;
  Matches no_matches_;
  Detections<Box> high_, low_;
  Indices left_, seen_, free_;
  std::vector<Box> boxes_;
  CornerMomentum<Box, Track> momentum_;
  LookTable looks_, bank_looks_;
  std::vector<std::vector<float>> means_;
  std::vector<double> scores_;  // of the tracks that take part, as predicted
  std::vector<double> overlap_, score_, highest_, least_;
};

}  // namespace boxtrail
