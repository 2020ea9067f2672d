// The two ways in which DeepSORT and StrongSORT find the detection of a track: by its looks, then by overlap.
#pragma once

#include "boxtrail/assignment.hpp"
#include "boxtrail/deepsort_lifecycle.hpp"
#include "boxtrail/gating.hpp"

namespace boxtrail {

// Keeps its memory between frames. Matches count in `members`, indices of tracks, and stay valid until the next call.
template <class Box>
class DeepSortAssociation {
 public:
  using Track = DeepSortTrack<Box>;
  using Indices = std::vector<std::int32_t>;

  // Pairs within the motion gate, by λ · cosine distance + (1 − λ) · squared Mahalanobis distance; λ is the weight of
  // appearance. A cost of max_cost is still allowed.
  const Matches& by_appearance(const char* stage, const BoxModel<Box>& model, const std::vector<Track>& tracks,
                               const Indices& members, const Detections<Box>& detections, double appearance_weight,
                               double max_cost, Record* record);

  // Pairs of predicted boxes and detections by the cost 1 − overlap.
  const Matches& by_overlap(const BoxModel<Box>& model, const std::vector<Track>& tracks, const Indices& members,
                            const Detections<Box>& detections, const Similarity& similarity, double max_cost,
                            Record* record);

 private:
  bool is_alone(std::size_t row, std::int32_t column) const;

  MotionGate<Box> gate_;
  NearestLook nearest_;
  PairFinder pairs_;
  SparseMatrix cost_;
  Assigner assigner_;
  Indices suitors_;  // by detection
  std::vector<const BoxState<Box>*> states_;
  std::vector<Box> boxes_;
};

// Copies the detections with a score of min_score or more; the others play no part.
template <class Box>
void keep_sure(const Detections<Box>& detections, double min_score, Detections<Box>& out, Record* record) {
  out.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (detections.scores[j] >= min_score)
      out.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "min_confidence", detections.scores[j], min_score);
  }
}

}  // namespace boxtrail
