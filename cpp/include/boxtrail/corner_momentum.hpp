// Observation-centric momentum on the four corners of a box, so that a change of size counts too (HybridSORT, §3.3).
//
// The direction of a corner is the sum of the unit vectors from where it was in each of the last Δt frames. An oriented
// box moves the corners of the upright box around it, which do not depend on how it is coded.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "boxtrail/association.hpp"
#include "boxtrail/observations.hpp"

namespace boxtrail {

inline constexpr std::size_t kNumCorners = 4;
using Corners = std::array<Point, kNumCorners>;

// Left-top, left-bottom, right-top, right-bottom.
template <class Box>
Corners corners_of(const Box& box) {
  const Aabb around = bounds(box);
  return {{{around.x1, around.y1}, {around.x1, around.y2}, {around.x2, around.y1}, {around.x2, around.y2}}};
}

// Directions of the corners of a track that is seen at `box`, before it is remembered: summed over the boxes of the
// ages age − 1 … age − delta_t, or over the last one where there is none. Not brought to length 1, as in the authors'
// code. There must be a last one.
template <class Box>
Corners corner_directions(const Observations<Box>& observations, const Box& box, std::int64_t age,
                          std::int64_t delta_t);

// Sum of the OCM terms of the corners of a detection, as seen from `references`.
double corner_momentum(const std::vector<Point>& directions, const Corners& references, const Corners& targets,
                       double score, double inertia);

// The term of pairs; 0 for a track that has no observation yet. A track of this kind has `corner_directions`.
template <class Box, class Track>
class CornerMomentum {
 public:
  void prepare(const std::vector<Track>& tracks, const Detections<Box>& detections, std::int64_t delta_t,
               double inertia) {
    tracks_ = &tracks;
    scores_ = &detections.scores;
    inertia_ = inertia;
    references_.clear();
    for (const Track& track : tracks) {
      const Box* reference = track.observations.reference(track.life.age, delta_t);
      references_.push_back(reference == nullptr ? std::nullopt : std::optional(corners_of(*reference)));
    }
    targets_.clear();
    for (const Box& box : detections.boxes) targets_.push_back(corners_of(box));
  }
  double operator()(std::int32_t row, std::int32_t column) const {
    const auto i = static_cast<std::size_t>(row), j = static_cast<std::size_t>(column);
    if (!references_[i]) return 0.0;
    return corner_momentum((*tracks_)[i].corner_directions, *references_[i], targets_[j], (*scores_)[j], inertia_);
  }
  // The term of a detection never exceeds this, either way.
  double bound(std::size_t column) const {
    return 0.5 * static_cast<double>(kNumCorners) * inertia_ * (*scores_)[column];
  }

 private:
  const std::vector<Track>* tracks_ = nullptr;
  const std::vector<double>* scores_ = nullptr;
  double inertia_ = 0.0;
  std::vector<std::optional<Corners>> references_;
  std::vector<Corners> targets_;
};

// Directions turned with the camera, each as long as it was.
void warp_corner_directions(const Warp& warp, std::vector<Point>& directions);

}  // namespace boxtrail
