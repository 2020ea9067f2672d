#include "boxtrail/trackers/ocsort.hpp"

#include <functional>
#include <numeric>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void OcSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                     std::vector<Report<Box>>& reports) {
  split_by_score(detections, config_.det_thresh, config_.track_low_thresh, config_.use_byte, record, high_, low_);
  warp_and_predict<Box>(tracks, model_, dt, warp, record);

  // First association: overlap plus observation-centric momentum (OCM).
  left_.resize(tracks.size());
  std::iota(left_.begin(), left_.end(), 0);
  const Matches& first = associate(high_);
  note_stage(record, "first", config_.iou_threshold, false, tracks, high_, similarity_, first);
  match(left_, high_, first, clock);
  keep_unmatched(high_, first, free_);

  if (config_.use_byte) {  // unsure detections, as ByteTrack does
    predicted_boxes(tracks, left_, model_, boxes_);
    match(left_, low_, recover("byte", left_, low_), clock);
  }

  // Observation-centric recovery (OCR): what is left, against the last observations.
  seen_before(tracks, left_, seen_, boxes_);
  const Matches& recovered = recover("recovery", seen_, high_);
  match(seen_, high_, recovered, clock);
  keep_unmatched(high_, recovered, free_);

  start_gaps(tracks);
  for (std::size_t j = 0; j < high_.size(); ++j) {
    tracks.push_back({clock.new_id(),
                      initiate(model_, high_.boxes[j]),
                      {},
                      high_.scores[j],
                      high_.labels[j],
                      high_.rows[j],
                      first_vote(high_.labels[j], high_.scores[j]),
                      SortLife::newborn(clock)});
    note_birth(record, tracks.back().id, high_.rows[j]);
  }
  report_observed(tracks, model_, clock, config_.min_hits, reports);
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
const Matches& OcSort<B>::associate(const Detections<Box>& detections) {
  predicted_boxes(tracks, model_, boxes_);
  const bool sparse = config_.iou_threshold > 0.0;  // a gate at 0 lets pairs without overlap through
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, sparse, similarity_);
  if (assigner_.is_one_to_one(similarity_, config_.iou_threshold)) return assigner_.matches();
  momentum_.prepare(tracks, detections, config_.delta_t, config_.inertia);
  return assigner_.full(similarity_, std::cref(momentum_), momentum_.bounds(), config_.iou_threshold);
}

// Boxes of boxes_ with the detections, if any pair passes the gate.
template <class B>
const Matches& OcSort<B>::recover(const char* stage, const Indices& members, const Detections<Box>& detections) {
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, config_.iou_threshold > 0.0, similarity_);
  const Matches& matches = assign_if_any(assigner_, similarity_, config_.iou_threshold, no_matches_);
  note_stage(record, stage, config_.iou_threshold, false, tracks, members, detections, similarity_, matches);
  return matches;
}

// Updates the matched tracks and leaves the others in `members`.
template <class B>
void OcSort<B>::match(Indices& members, const Detections<Box>& detections, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const Box box = align(detections.boxes[at(j)], to_box<Box>(model_, track.state));
    re_update(track, box, model_, config_.oru_repeat_last);
    take_match(track, box, detections, at(j), clock, config_.delta_t);
  }
  keep_unmatched(members, matches, free_);
}

template class OcSort<Aabb>;
template class OcSort<Obb>;

}  // namespace boxtrail
