#include "boxtrail/trackers/sort.hpp"

namespace boxtrail {

template <class B>
void Sort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                   std::vector<Report<Box>>& reports) {
  for (Track& track : tracks) {
    if (warp != nullptr) warp_state(model_, *warp, track.state);
    predict(model_, track.state, dt);
    track.life.grow_older();
  }
  remove_diverged<Box>(tracks, model_, record);

  const Matches& matches = associate(detections);
  note_stage(record, "iou", config_.iou_threshold, false, tracks, detections, similarity_, matches);
  for (const auto [i, j] : matches) {
    Track& track = tracks[static_cast<std::size_t>(i)];
    const auto d = static_cast<std::size_t>(j);
    update(model_, track.state, align(detections.boxes[d], boxes_[static_cast<std::size_t>(i)]));
    take_detection(track, detections, d);
    track.life.count_hit(clock);
  }
  unmatched(detections.size(), matches, true, free_);
  for (const std::int32_t j : free_) {
    const auto d = static_cast<std::size_t>(j);
    tracks.push_back({clock.new_id(), initiate(model_, detections.boxes[d]), detections.scores[d], detections.labels[d],
                      detections.rows[d], first_vote(detections.labels[d], detections.scores[d]),
                      SortLife::newborn(clock)});
    note_birth(record, tracks.back().id, detections.rows[d]);
  }

  for (Track& track : tracks) {
    if (!track.life.is_reported(clock, config_.min_hits)) continue;
    track.life.confirmed = true;
    reports.push_back({to_box<Box>(model_, track.state), track.id, track.score, track.label, track.row});
  }
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
const Matches& Sort<B>::associate(const Detections<Box>& detections) {
  boxes_.clear();
  for (const Track& track : tracks) boxes_.push_back(to_box<Box>(model_, track.state));
  const bool sparse = config_.iou_threshold > 0.0;  // a gate at 0 lets pairs without overlap through
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, sparse, similarity_);
  if (assigner_.is_one_to_one(similarity_, config_.iou_threshold)) return assigner_.matches();
  return assigner_.full(similarity_, config_.iou_threshold);
}

template class Sort<Aabb>;
template class Sort<Obb>;

}  // namespace boxtrail
