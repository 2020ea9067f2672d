#include "boxtrail/boosted_association.hpp"

#include <algorithm>
#include <functional>

namespace boxtrail {

namespace {

constexpr double kSureAppearance = 0.75;  // cosine from which half the overlap is enough
constexpr double kMemory = 0.95;          // share of the old embedding that even the surest detection leaves
constexpr double kLargestCosine = 1.001;  // of two vectors that are unit but for rounding

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

double appearance_memory(double score, double threshold) {
  return threshold < 1.0 ? adaptive_alpha(kMemory, score, threshold) : kMemory;
}

template <class Box>
const Matches& BoostedAssociation<Box>::associate(const BoxModel<Box>& model, const Expected<Box>& tracks,
                                                  const Detections<Box>& detections, const std::vector<double>& scores,
                                                  const std::vector<Embedding>& looks, const BoostedWeights& weights) {
  const bool sparse = weights.iou_threshold > 0.0;  // a gate at 0 lets pairs without overlap through
  pairs_.find<Box>({Measure::kIou, 0.0, 0.0}, tracks.boxes, detections.boxes, sparse, iou_);
  matches_.clear();
  if (tracks.size() == 0 || detections.size() == 0) return matches_;
  distance_.begin(model, tracks, detections.boxes);
  raise(tracks, detections, scores, looks, weights);
  const auto extra = [&](std::int32_t i, std::int32_t j) { return distant(i, j, detections, looks, weights); };
  const double largest = weights.lambda_mhd + (looks.empty() ? 0.0 : weights.lambda_emb * kLargestCosine);
  if (is_one_to_one(weights.iou_threshold, largest > weights.iou_threshold, extra)) return matches_;
  bounds_.assign(detections.size(), largest);
  return assigner_.full(raised_, is_kept_, std::ref(extra), bounds_);  // by reference: a copy would need the heap
}

// The raised similarity of the pairs that overlap, and whether they would be accepted.
template <class Box>
void BoostedAssociation<Box>::raise(const Expected<Box>& tracks, const Detections<Box>& detections,
                                    const std::vector<double>& scores, const std::vector<Embedding>& looks,
                                    const BoostedWeights& weights) {
  raised_ = iou_;
  is_kept_.resize(iou_.value.size());
  const double gate = weights.iou_threshold;
  for (std::int32_t i = 0; i < iou_.num_rows(); ++i) {
    for (auto k = iou_.row_start[at(i)]; k < iou_.row_start[at(i) + 1]; ++k) {
      const std::int32_t j = iou_.column[at(k)];
      const double iou = iou_.value[at(k)];
      const double trust = iou < gate ? 0.0 : scores[at(j)] * tracks.confidence[at(i)];
      double total = iou + weights.lambda_iou * trust * iou + weights.lambda_mhd * distance_(i, j);
      if (trust != 0.0)
        total += weights.lambda_shape * trust *
                 shape_similarity(tracks.boxes[at(i)], detections.boxes[at(j)], weights.s_sim_corr);
      bool kept = iou >= gate;
      if (!looks.empty()) {
        const double cosine = cosine_similarity(looks[at(i)], detections.embeddings[at(j)]);
        total += weights.lambda_emb * cosine;
        kept |= iou >= gate / 2.0 && cosine >= kSureAppearance;
      }
      raised_.value[at(k)] = total;
      is_kept_[at(k)] = kept ? 1 : 0;
    }
  }
}

// The raised similarity of a pair that does not overlap.
template <class Box>
double BoostedAssociation<Box>::distant(std::int32_t i, std::int32_t j, const Detections<Box>& detections,
                                        const std::vector<Embedding>& looks, const BoostedWeights& weights) {
  const double near = weights.lambda_mhd * distance_(i, j);
  return looks.empty() ? near
                       : near + weights.lambda_emb * cosine_similarity(looks[at(i)], detections.embeddings[at(j)]);
}

// SORT's shortcut, asked of the raised similarity: pairs above the gate that are one-to-one are the assignment.
template <class Box>
template <class Extra>
bool BoostedAssociation<Box>::is_one_to_one(double gate, bool missing_may_pass, const Extra& extra) {
  in_column_.assign(at(raised_.num_columns), 0);
  bool any = false;
  for (std::int32_t i = 0; i < raised_.num_rows(); ++i) {
    bool taken = false;
    for (auto k = raised_.row_start[at(i)]; k < raised_.row_start[at(i) + 1]; ++k) {
      if (!(raised_.value[at(k)] > gate)) continue;
      const std::int32_t j = raised_.column[at(k)];
      if (taken || in_column_[at(j)]++ > 0) return false;
      any = taken = true;
      if (is_kept_[at(k)] != 0) matches_.push_back({i, j});
    }
    if (!missing_may_pass) continue;
    marks_.assign(at(raised_.num_columns), 0);
    for (auto k = raised_.row_start[at(i)]; k < raised_.row_start[at(i) + 1]; ++k)
      marks_[at(raised_.column[at(k)])] = 1;
    for (std::int32_t j = 0; j < raised_.num_columns; ++j) {
      if (marks_[at(j)] != 0 || !(extra(i, j) > gate)) continue;
      if (taken || in_column_[at(j)]++ > 0) return false;
      any = taken = true;
    }
  }
  return any;
}

template class BoostedAssociation<Aabb>;
template class BoostedAssociation<Obb>;

}  // namespace boxtrail
