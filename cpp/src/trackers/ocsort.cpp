#include "boxtrail/trackers/ocsort.hpp"

#include <algorithm>
#include <numeric>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void OcSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                     std::vector<Report<Box>>& reports) {
  // A score equal to the threshold falls in neither band, as in the authors' code.
  high_.clear();
  low_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (score > config_.det_thresh)
      high_.push_back(detections, j);
    else if (config_.use_byte && score > config_.track_low_thresh && score < config_.det_thresh)
      low_.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "det_thresh", score, config_.det_thresh);
  }
  predict_all(dt, warp);

  // First association: overlap plus observation-centric momentum (OCM).
  left_.resize(tracks.size());
  std::iota(left_.begin(), left_.end(), 0);
  const Matches& first = associate(high_);
  note_stage(record, "first", config_.iou_threshold, false, tracks, high_, similarity_, first);
  match(left_, high_, first, clock);
  keep_unmatched(high_, first, free_);

  if (config_.use_byte) {  // unsure detections, as ByteTrack does
    boxes_.clear();
    for (const std::int32_t i : left_) boxes_.push_back(to_box<Box>(model_, tracks[at(i)].state));
    match(left_, low_, assign_if_any("byte", left_, low_), clock);
  }

  // Observation-centric recovery (OCR): what is left, against the last observations.
  seen_.clear();
  boxes_.clear();
  for (const std::int32_t i : left_) {
    if (!tracks[at(i)].observations.last) continue;
    seen_.push_back(i);
    boxes_.push_back(*tracks[at(i)].observations.last);
  }
  const Matches& recovered = assign_if_any("recovery", seen_, high_);
  match(seen_, high_, recovered, clock);
  keep_unmatched(high_, recovered, free_);

  for (Track& track : tracks)
    if (track.life.misses > 0) track.observations.miss(track.state);
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

  for (Track& track : tracks) {
    if (!track.life.is_reported(clock, config_.min_hits)) continue;
    track.life.confirmed = true;
    const auto& last = track.observations.last;
    reports.push_back({last ? *last : to_box<Box>(model_, track.state), track.id, track.score, track.label, track.row});
  }
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
void OcSort<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (warp != nullptr) {
      warp_state(model_, *warp, track.state);
      track.observations.warp(model_, *warp);
    }
    predict(model_, track.state, dt);
    track.life.grow_older();
    track.observations.pass_frame(dt);
  }
  remove_diverged<Box>(tracks, model_, record);
}

template <class B>
const Matches& OcSort<B>::associate(const Detections<Box>& detections) {
  boxes_.clear();
  for (const Track& track : tracks) boxes_.push_back(to_box<Box>(model_, track.state));
  const bool sparse = config_.iou_threshold > 0.0;  // a gate at 0 lets pairs without overlap through
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, sparse, similarity_);
  if (assigner_.is_one_to_one(similarity_, config_.iou_threshold)) return assigner_.matches();

  references_.clear();
  for (const Track& track : tracks)
    references_.push_back(track.observations.reference(track.life.age, config_.delta_t));
  bounds_.clear();
  for (const double score : detections.scores) bounds_.push_back(0.5 * config_.inertia * score);
  const auto momentum = [&](std::int32_t i, std::int32_t j) {
    const Box* reference = references_[at(i)];
    if (reference == nullptr) return 0.0;
    return direction_consistency(tracks[at(i)].observations.direction, centre(*reference),
                                 centre(detections.boxes[at(j)]), detections.scores[at(j)], config_.inertia);
  };
  return assigner_.full(similarity_, momentum, bounds_, config_.iou_threshold);
}

// Boxes of boxes_ with the detections, if any pair passes the gate.
template <class B>
const Matches& OcSort<B>::assign_if_any(const char* stage, const Indices& members, const Detections<Box>& detections) {
  const bool sparse = config_.iou_threshold > 0.0;
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, sparse, similarity_);
  const bool any = std::any_of(similarity_.value.begin(), similarity_.value.end(),
                               [&](double value) { return value > config_.iou_threshold; });
  const Matches& matches = any ? assigner_.full(similarity_, config_.iou_threshold) : no_matches_;
  note_stage(record, stage, config_.iou_threshold, false, tracks, members, detections, similarity_, matches);
  return matches;
}

// Updates the matched tracks and leaves the others in `members`.
template <class B>
void OcSort<B>::match(Indices& members, const Detections<Box>& detections, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const Box box = align(detections.boxes[at(j)], to_box<Box>(model_, track.state));
    measure(track, box);
    track.observations.observe(box, track.life.age, config_.delta_t);
    take_detection(track, detections, at(j));
    track.life.count_hit(clock);
  }
  unmatched(members.size(), matches, false, free_);
  for (std::size_t k = 0; k < free_.size(); ++k) members[k] = members[at(free_[k])];
  members.resize(free_.size());
}

template <class B>
void OcSort<B>::measure(Track& track, const Box& box) {
  if (auto replayed = replay(model_, track.observations, box)) {  // observation-centric re-update (ORU)
    track.state = std::move(*replayed);
    if (!config_.oru_repeat_last) return;
  }
  // After a replay the authors take the same measurement a second time.
  update(model_, track.state, box);
}

template class OcSort<Aabb>;
template class OcSort<Obb>;

}  // namespace boxtrail
