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
  lift(tracks, detections, scores, weights);
  if (sparse && looks.empty() && is_disputed(weights.iou_threshold)) return settle(weights);
  raise(detections, looks, weights);
  const auto extra = [&](std::int32_t i, std::int32_t j) { return distant(i, j, detections, looks, weights); };
  const double largest = weights.lambda_mhd + (looks.empty() ? 0.0 : weights.lambda_emb * kLargestCosine);
  if (is_one_to_one(weights.iou_threshold, largest > weights.iou_threshold, extra)) return matches_;
  bounds_.assign(detections.size(), largest);
  return assigner_.full(raised_, is_kept_, std::ref(extra), bounds_);  // by reference: a copy would need the heap
}

// What overlap and shape are worth, and whether the overlap is enough.
template <class Box>
void BoostedAssociation<Box>::lift(const Expected<Box>& tracks, const Detections<Box>& detections,
                                   const std::vector<double>& scores, const BoostedWeights& weights) {
  const std::size_t count = iou_.value.size();
  for (auto* values : {&lifted_, &shape_, &floor_}) values->resize(count);
  is_kept_.resize(count);
  const double gate = weights.iou_threshold;
  for (std::int32_t i = 0; i < iou_.num_rows(); ++i) {
    for (auto k = at(iou_.row_start[at(i)]); k < at(iou_.row_start[at(i) + 1]); ++k) {
      const std::int32_t j = iou_.column[k];
      const double iou = iou_.value[k];
      const double trust = iou < gate ? 0.0 : scores[at(j)] * tracks.confidence[at(i)];
      lifted_[k] = iou + weights.lambda_iou * trust * iou;
      shape_[k] = trust == 0.0 ? 0.0
                               : weights.lambda_shape * trust *
                                     shape_similarity(tracks.boxes[at(i)], detections.boxes[at(j)], weights.s_sim_corr);
      floor_[k] = lifted_[k] + shape_[k];
      is_kept_[k] = iou >= gate ? 1 : 0;
    }
  }
}

// The raised similarity of pair k, which overlaps, without appearance.
template <class Box>
double BoostedAssociation<Box>::raised(std::int32_t i, std::int32_t k, const BoostedWeights& weights) {
  return lifted_[at(k)] + weights.lambda_mhd * distance_(i, iou_.column[at(k)]) + shape_[at(k)];
}

// The raised similarity of the pairs that overlap, and whether they would be accepted.
template <class Box>
void BoostedAssociation<Box>::raise(const Detections<Box>& detections, const std::vector<Embedding>& looks,
                                    const BoostedWeights& weights) {
  raised_ = iou_;
  for (std::int32_t i = 0; i < iou_.num_rows(); ++i) {
    for (auto k = iou_.row_start[at(i)]; k < iou_.row_start[at(i) + 1]; ++k) {
      raised_.value[at(k)] = raised(i, k, weights);
      if (looks.empty()) continue;
      const double cosine = cosine_similarity(looks[at(i)], detections.embeddings[at(iou_.column[at(k)])]);
      raised_.value[at(k)] += weights.lambda_emb * cosine;
      if (iou_.value[at(k)] >= weights.iou_threshold / 2.0 && cosine >= kSureAppearance) is_kept_[at(k)] = 1;
    }
  }
}

// Whether the pairs above the gate are not one-to-one whatever the distances are.
template <class Box>
bool BoostedAssociation<Box>::is_disputed(double gate) {
  in_column_.assign(at(iou_.num_columns), 0);
  for (std::int32_t i = 0; i < iou_.num_rows(); ++i) {
    bool taken = false;
    for (auto k = iou_.row_start[at(i)]; k < iou_.row_start[at(i) + 1]; ++k) {
      if (!(floor_[at(k)] > gate + kDominance)) continue;
      if (taken || in_column_[at(iou_.column[at(k)])]++ > 0) return true;
      taken = true;
    }
  }
  return false;
}

// The full assignment without appearance: pairs beyond dispute first, and only if others are left in doubt a solver.
template <class Box>
const Matches& BoostedAssociation<Box>::settle(const BoostedWeights& weights) {
  dominant_.find(iou_, floor_, is_kept_, weights.lambda_mhd, distance_,
                 [&](std::int32_t i, std::int32_t k) { return raised(i, k, weights); });
  matches_ = dominant_.matches();
  if (dominant_.is_complete()) return matches_;
  const auto& rows = dominant_.rows();
  const auto& columns = dominant_.columns();
  place_.assign(at(iou_.num_columns), -1);
  for (std::size_t c = 0; c < columns.size(); ++c) place_[at(columns[c])] = static_cast<std::int32_t>(c);
  rest_.reset(static_cast<std::int32_t>(columns.size()));
  rest_kept_.clear();
  for (const std::int32_t i : rows) {
    for (auto k = iou_.row_start[at(i)]; k < iou_.row_start[at(i) + 1]; ++k) {
      const std::int32_t c = place_[at(iou_.column[at(k)])];
      if (c < 0) continue;
      rest_.push(c, raised(i, k, weights));
      rest_kept_.push_back(is_kept_[at(k)]);
    }
    rest_.end_row();
  }
  const auto other = [&](std::int32_t r, std::int32_t c) {
    return weights.lambda_mhd * distance_(rows[at(r)], columns[at(c)]);
  };
  bounds_.assign(columns.size(), weights.lambda_mhd);
  for (const auto [r, c] : assigner_.full(rest_, rest_kept_, std::ref(other), bounds_))
    matches_.push_back({rows[at(r)], columns[at(c)]});
  std::sort(matches_.begin(), matches_.end(), [](const Match& a, const Match& b) { return a.row < b.row; });
  return matches_;
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
