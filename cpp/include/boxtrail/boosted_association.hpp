// BoostTrack's association: the IoU, raised by the confidence of both sides, the Mahalanobis distance, the shape and
// the appearance; what is accepted still answers to the IoU.
#pragma once

#include "boxtrail/appearance.hpp"
#include "boxtrail/assignment.hpp"
#include "boxtrail/boosting.hpp"
#include "boxtrail/dominant_pairs.hpp"

namespace boxtrail {

struct BoostedWeights {
  double iou_threshold, lambda_iou, lambda_mhd, lambda_shape;
  double lambda_emb;  // of the cosine
  bool s_sim_corr;
};

// Share of its old embedding that a track keeps when a detection with this boosted score is taken in.
double appearance_memory(double score, double threshold);

// Keeps its memory between frames.
template <class Box>
class BoostedAssociation {
 public:
  // `scores` are the boosted ones; `looks` the embeddings of the tracks, or none where appearance has no say.
  const Matches& associate(const BoxModel<Box>& model, const Expected<Box>& tracks, const Detections<Box>& detections,
                           const std::vector<double>& scores, const std::vector<Embedding>& looks,
                           const BoostedWeights& weights);
  const SparseMatrix& iou() const { return iou_; }  // of the last association

 private:
  void lift(const Expected<Box>& tracks, const Detections<Box>& detections, const std::vector<double>& scores,
            const BoostedWeights& weights);
  void raise(const Detections<Box>& detections, const std::vector<Embedding>& looks, const BoostedWeights& weights);
  double raised(std::int32_t i, std::int32_t k, const BoostedWeights& weights);
  bool is_disputed(double gate);
  const Matches& settle(const BoostedWeights& weights);
  double distant(std::int32_t i, std::int32_t j, const Detections<Box>& detections, const std::vector<Embedding>& looks,
                 const BoostedWeights& weights);
  template <class Extra>
  bool is_one_to_one(double gate, bool missing_may_pass, const Extra& extra);

  PairFinder pairs_;
  DistanceSimilarity<Box> distance_;
  DominantPairs<Box> dominant_;
  SparseMatrix iou_, raised_, rest_;
  std::vector<char> is_kept_, rest_kept_;
  std::vector<double> lifted_, shape_, floor_;
  Assigner assigner_;
  Matches matches_;
  std::vector<double> bounds_;
  std::vector<std::int32_t> in_column_, marks_, place_;
};

}  // namespace boxtrail
