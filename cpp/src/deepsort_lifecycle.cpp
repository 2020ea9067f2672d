#include "boxtrail/deepsort_lifecycle.hpp"

namespace boxtrail {

template <class Box>
void give_birth(std::vector<DeepSortTrack<Box>>& tracks, const BoxModel<Box>& model, const Detections<Box>& detections,
                Clock& clock, std::int64_t min_hits, std::int64_t budget, Record* record) {
  for (std::size_t j = 0; j < detections.size(); ++j) {
    tracks.push_back({clock.new_id(),
                      initiate(model, detections.boxes[j]),
                      detections.scores[j],
                      detections.labels[j],
                      detections.rows[j],
                      first_vote(detections.labels[j], detections.scores[j]),
                      {},
                      DeepSortLife::newborn(clock, min_hits)});
    tracks.back().gallery.add(detections.embedding(j), budget);
    note_birth(record, tracks.back().id, detections.rows[j]);
  }
}

template <class Box>
void remove_dead(std::vector<DeepSortTrack<Box>>& tracks, const Clock& clock, double max_age, Record* record) {
  std::erase_if(tracks, [&](const DeepSortTrack<Box>& track) {
    const bool failed = !track.life.confirmed && track.life.misses > 0;
    const bool expired = clock.time - track.life.last_time > max_age;
    if (failed || expired) note_death(record, track.id, failed ? "min_hits" : "max_age");
    return failed || expired;
  });
}

template <class Box>
void report(const std::vector<DeepSortTrack<Box>>& tracks, const BoxModel<Box>& model, std::int64_t max_coasted,
            std::vector<Report<Box>>& reports) {
  for (const DeepSortTrack<Box>& track : tracks)
    if (track.life.confirmed && track.life.misses <= max_coasted)
      reports.push_back({to_box<Box>(model, track.state), track.id, track.score, track.label,
                         track.life.misses == 0 ? track.row : -1});
}

template <class Box>
TrackView<Box> view_of(const DeepSortTrack<Box>& track, const BoxModel<Box>& model) {
  const DeepSortLife& life = track.life;
  return {track.id,
          life.status(),
          life.age,
          life.hits,
          life.misses,
          track.score,
          track.label,
          to_box<Box>(model, track.state),
          track.state.velocity[0],
          track.state.velocity[1]};
}

template void give_birth<Aabb>(std::vector<DeepSortTrack<Aabb>>&, const BoxModel<Aabb>&, const Detections<Aabb>&,
                               Clock&, std::int64_t, std::int64_t, Record*);
template void give_birth<Obb>(std::vector<DeepSortTrack<Obb>>&, const BoxModel<Obb>&, const Detections<Obb>&, Clock&,
                              std::int64_t, std::int64_t, Record*);
template void remove_dead<Aabb>(std::vector<DeepSortTrack<Aabb>>&, const Clock&, double, Record*);
template void remove_dead<Obb>(std::vector<DeepSortTrack<Obb>>&, const Clock&, double, Record*);
template void report<Aabb>(const std::vector<DeepSortTrack<Aabb>>&, const BoxModel<Aabb>&, std::int64_t,
                           std::vector<Report<Aabb>>&);
template void report<Obb>(const std::vector<DeepSortTrack<Obb>>&, const BoxModel<Obb>&, std::int64_t,
                          std::vector<Report<Obb>>&);
template TrackView<Aabb> view_of<Aabb>(const DeepSortTrack<Aabb>&, const BoxModel<Aabb>&);
template TrackView<Obb> view_of<Obb>(const DeepSortTrack<Obb>&, const BoxModel<Obb>&);

}  // namespace boxtrail
