#include "boxtrail/deepsort_association.hpp"

#include <algorithm>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// Cosine with the newest row that makes `is_enough` true, else the largest of all.
template <class IsEnough>
double first_good_cosine(const Gallery& gallery, Embedding embedding, IsEnough is_enough) {
  if (gallery.size() == 0 || embedding.empty()) return 0.0;
  double best = cosine_similarity(gallery.row(0), embedding);
  for (std::size_t age = 1; age < gallery.size() && !is_enough(best); ++age)
    best = std::max(best, cosine_similarity(gallery.row(age), embedding));
  return best;
}

}  // namespace

template <class Box>
const Matches& DeepSortAssociation<Box>::by_appearance(const char* stage, const BoxModel<Box>& model,
                                                       const std::vector<Track>& tracks, const Indices& members,
                                                       const Detections<Box>& detections, double appearance_weight,
                                                       double max_cost, Record* record) {
  states_.clear();
  for (const std::int32_t i : members) states_.push_back(&tracks[at(i)].state);
  gate_.find(model, states_, detections.boxes, cost_);
  suitors_.assign(detections.size(), 0);
  for (const std::int32_t j : cost_.column) ++suitors_[at(j)];
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Gallery& gallery = tracks[at(members[i])].gallery;
    for (auto k = cost_.row_start[i]; k < cost_.row_start[i + 1]; ++k) {
      const Embedding embedding = detections.embedding(at(cost_.column[at(k)]));
      const double motion = cost_.value[at(k)];
      const auto cost = [&](double cosine) {
        return appearance_weight * (1.0 - cosine) + (1.0 - appearance_weight) * motion;
      };
      // Two that have no one else match if they may at all: any row that allows it will do, and is mostly the newest.
      const bool any_will_do = record == nullptr && is_alone(i, cost_.column[at(k)]);
      cost_.value[at(k)] = cost(
          any_will_do ? first_good_cosine(gallery, embedding, [&](double cosine) { return cost(cosine) <= max_cost; })
                      : nearest_.cosine(gallery, embedding));
    }
  }
  const Matches& matches = assigner_.clipped(cost_, max_cost);
  note_stage(record, stage, max_cost, true, tracks, members, detections, cost_, matches);
  return matches;
}

template <class Box>
const Matches& DeepSortAssociation<Box>::by_overlap(const BoxModel<Box>& model, const std::vector<Track>& tracks,
                                                    const Indices& members, const Detections<Box>& detections,
                                                    const Similarity& similarity, double max_cost, Record* record) {
  boxes_.clear();
  for (const std::int32_t i : members) boxes_.push_back(to_box<Box>(model, tracks[at(i)].state));
  // Without overlap the cost is 1: it must be beyond what the assignment looks at.
  pairs_.find<Box>(similarity, boxes_, detections.boxes, max_cost + kClipMargin <= 1.0, cost_);
  for (double& value : cost_.value) value = 1.0 - value;
  const Matches& matches = assigner_.clipped(cost_, max_cost);
  note_stage(record, "overlap", max_cost, true, tracks, members, detections, cost_, matches);
  return matches;
}

// Whether nothing else came into question for either of a pair.
template <class Box>
bool DeepSortAssociation<Box>::is_alone(std::size_t row, std::int32_t column) const {
  return cost_.row_start[row + 1] - cost_.row_start[row] == 1 && suitors_[at(column)] == 1;
}

template class DeepSortAssociation<Aabb>;
template class DeepSortAssociation<Obb>;

}  // namespace boxtrail
