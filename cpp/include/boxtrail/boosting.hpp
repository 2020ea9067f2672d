// Score boosting of BoostTrack (Stanojević and Todorović, MVA 2024; arXiv 2408.13003): a low score is raised where the
// tracks expect an object (DLO) and where no track is near (DUO), before the threshold is applied.
#pragma once

#include "boxtrail/distance_similarity.hpp"
#include "boxtrail/snapshot.hpp"

namespace boxtrail {

struct Boosts {
  double det_thresh;
  bool use_dlo_boost, use_duo_boost;
  double dlo_boost_coef;
  bool use_rich_s, use_sb, use_vt;
  double vt_slope;
  bool s_sim_corr;
};

template <class Archive>
void visit(Archive& archive, Boosts& boosts) {
  archive("det_thresh", boosts.det_thresh);
  archive("use_dlo_boost", boosts.use_dlo_boost);
  archive("use_duo_boost", boosts.use_duo_boost);
  archive("dlo_boost_coef", boosts.dlo_boost_coef);
  archive("use_rich_s", boosts.use_rich_s);
  archive("use_sb", boosts.use_sb);
  archive("use_vt", boosts.use_vt);
  archive("vt_slope", boosts.vt_slope);
  archive("s_sim_corr", boosts.s_sim_corr);
}

// e^−(|Δw| / w + |Δh| / w), w the larger width of the pair; with `by_height` the second fraction has the larger height.
template <class Box>
double shape_similarity(const Box& track, const Box& detection, bool by_height);

// IoU of boxes that are grown the more, the less the track is trusted.
double soft_biou(const Aabb& track, const Aabb& detection, double confidence);
double soft_biou(const Obb& track, const Obb& detection, double confidence);

// Keeps its memory between frames.
template <class Box>
class Booster {
 public:
  // The scores after all boosts; one that is lifted may end a hair above 1. Unless `exact`, those that stay below the
  // threshold are only known to do so.
  const std::vector<double>& boost(const BoxModel<Box>& model, const Expected<Box>& tracks,
                                   const Detections<Box>& detections, const Boosts& boosts, std::int64_t frame,
                                   bool exact);

 private:
  void boost_expected(const Detections<Box>& detections, bool exact);
  void compare_overlaps(const Detections<Box>& detections);
  void compare_richly(const Detections<Box>& detections, bool exact);
  void compare_pair(std::int32_t i, std::int32_t j, const Box& detection, double level);
  double interesting_level(double score, bool exact) const;
  double wanted(std::int32_t i) const;
  double boosted(double score, double best, bool is_like) const;
  void boost_new(const Detections<Box>& detections, bool exact);
  bool is_far(std::int32_t j) const;
  double exact_score(const Detections<Box>& detections, std::int32_t j);

  const Expected<Box>* tracks_ = nullptr;
  Boosts boosts_{};
  DistanceSimilarity<Box> distance_;
  PairFinder pairs_;
  SparseMatrix near_;
  std::vector<Box> grown_tracks_, grown_, far_boxes_;
  std::vector<double> scores_, best_;
  std::vector<char> is_like_;
  std::vector<std::int32_t> order_, far_;
};

}  // namespace boxtrail
