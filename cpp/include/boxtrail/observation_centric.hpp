// The steps of OC-SORT that its descendants take too: bands of scores, momentum, recovery, re-update, report.
//
// A track of this family has `observations` and a SortLife `life`.
#pragma once

#include <algorithm>

#include "boxtrail/assignment.hpp"
#include "boxtrail/observations.hpp"
#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

// Detections above `high_thresh`, and with `use_low` those between the thresholds. A score equal to a threshold falls
// in neither band, as in the authors' code.
template <class Box>
void split_by_score(const Detections<Box>& detections, double high_thresh, double low_thresh, bool use_low,
                    Record* record, Detections<Box>& high, Detections<Box>& low) {
  high.clear();
  low.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (score > high_thresh)
      high.push_back(detections, j);
    else if (use_low && score > low_thresh && score < high_thresh)
      low.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "det_thresh", score, high_thresh);
  }
}

// Moves the tracks with the camera and then by their motion; removes those that have left every image.
template <class Box, class Track>
void warp_and_predict(std::vector<Track>& tracks, const BoxModel<Box>& model, double dt, const Warp* warp,
                      Record* record) {
  for (Track& track : tracks) {
    if (warp != nullptr) {
      warp_state(model, *warp, track.state);
      track.observations.warp(model, *warp);
    }
    predict(model, track.state, dt);
    track.life.grow_older();
    track.observations.pass_frame(dt);
  }
  remove_diverged<Box>(tracks, model, record);
}

// The boxes that the filters believe in; of all tracks, or of some.
template <class Box, class Track>
void predicted_boxes(const std::vector<Track>& tracks, const BoxModel<Box>& model, std::vector<Box>& out) {
  out.clear();
  for (const Track& track : tracks) out.push_back(to_box<Box>(model, track.state));
}
template <class Box, class Track>
void predicted_boxes(const std::vector<Track>& tracks, const std::vector<std::int32_t>& members,
                     const BoxModel<Box>& model, std::vector<Box>& out) {
  out.clear();
  for (const std::int32_t i : members) out.push_back(to_box<Box>(model, tracks[static_cast<std::size_t>(i)].state));
}

// The OCM term of pairs; 0 for a track that has no observation yet.
template <class Box, class Track>
class Momentum {
 public:
  void prepare(const std::vector<Track>& tracks, const Detections<Box>& detections, std::int64_t delta_t,
               double inertia) {
    tracks_ = &tracks;
    detections_ = &detections;
    inertia_ = inertia;
    references_.clear();
    for (const Track& track : tracks) references_.push_back(track.observations.reference(track.life.age, delta_t));
    bounds_.clear();
    for (const double score : detections.scores) bounds_.push_back(0.5 * inertia * score);
  }
  double operator()(std::int32_t row, std::int32_t column) const {
    const auto i = static_cast<std::size_t>(row), j = static_cast<std::size_t>(column);
    const Box* reference = references_[i];
    if (reference == nullptr) return 0.0;
    return direction_consistency((*tracks_)[i].observations.direction, centre(*reference),
                                 centre(detections_->boxes[j]), detections_->scores[j], inertia_);
  }
  // The term of a detection never exceeds this, either way.
  const std::vector<double>& bounds() const { return bounds_; }

 private:
  const std::vector<Track>* tracks_ = nullptr;
  const Detections<Box>* detections_ = nullptr;
  double inertia_ = 0.0;
  std::vector<const Box*> references_;
  std::vector<double> bounds_;
};

// The tracks of `left` with a last observation, and these boxes: what recovery (OCR) compares.
template <class Box, class Track>
void seen_before(const std::vector<Track>& tracks, const std::vector<std::int32_t>& left,
                 std::vector<std::int32_t>& seen, std::vector<Box>& boxes) {
  seen.clear();
  boxes.clear();
  for (const std::int32_t i : left) {
    const auto& last = tracks[static_cast<std::size_t>(i)].observations.last;
    if (!last) continue;
    seen.push_back(i);
    boxes.push_back(*last);
  }
}

// The full assignment, if any pair passes the gate; `none` is what to give otherwise.
inline const Matches& assign_if_any(Assigner& assigner, const SparseMatrix& similarity, double min_similarity,
                                    const Matches& none) {
  const bool any = std::any_of(similarity.value.begin(), similarity.value.end(),
                               [&](double value) { return value > min_similarity; });
  return any ? assigner.full(similarity, min_similarity) : none;
}

// Corrects the filter by `box`; after a gap it is replayed along the virtual path there first (ORU).
template <class Box, class Track>
void re_update(Track& track, const Box& box, const BoxModel<Box>& model, bool repeat_last) {
  if (auto replayed = replay(model, track.observations, box)) {
    track.state = std::move(*replayed);
    if (!repeat_last) return;
  }
  // After a replay the authors take the same measurement a second time.
  update(model, track.state, box);
}

// What the track remembers of a match at `box`, beside its filter.
template <class Box, class Track>
void take_match(Track& track, const Box& box, const Detections<Box>& detections, std::size_t j, const Clock& clock,
                std::int64_t delta_t) {
  track.observations.observe(box, track.life.age, delta_t);
  take_detection(track, detections, j);
  track.life.count_hit(clock);
}

// Lets the tracks that were not seen in this frame keep their filters for a replay.
template <class Track>
void start_gaps(std::vector<Track>& tracks) {
  for (Track& track : tracks)
    if (track.life.misses > 0) track.observations.miss(track.state);
}

// The tracks to show, at their last observations; one that was never matched at the filter's box.
template <class Box, class Track>
void report_observed(std::vector<Track>& tracks, const BoxModel<Box>& model, const Clock& clock, std::int64_t min_hits,
                     std::vector<Report<Box>>& reports) {
  for (Track& track : tracks) {
    if (!track.life.is_reported(clock, min_hits)) continue;
    track.life.confirmed = true;
    const auto& last = track.observations.last;
    reports.push_back({last ? *last : to_box<Box>(model, track.state), track.id, track.score, track.label, track.row});
  }
}

}  // namespace boxtrail
