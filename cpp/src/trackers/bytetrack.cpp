#include "boxtrail/trackers/bytetrack.hpp"

namespace boxtrail {

template <class B>
void ByteTrack<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                        std::vector<Report<Box>>& reports) {
  ByteFrame<Box>& f = frame_;
  split_by_score(detections, config_.track_high_thresh, config_.track_low_thresh, f, record);
  for (Track& track : tracks) {
    predict_known(model_, track, dt);
    if (warp != nullptr) warp_state(model_, *warp, track.state);
  }
  remove_diverged<Box>(tracks, model_, record);
  split_by_status(tracks, f);

  // First association: sure detections with all confirmed and lost tracks.
  const Matches& first = associate("first", f.known, f.high, config_.match_thresh, config_.fuse_score);
  match(model_, tracks, f.known, f.high, first, clock);
  keep_unmatched(f.known, first, f.free);
  keep_unmatched(f.high, first, f.free);

  // Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
  take_seen(tracks, f);
  const Matches& second = associate("second", f.seen, f.low, config_.second_match_thresh, false);
  match(model_, tracks, f.seen, f.low, second, clock);
  keep_unmatched(f.seen, second, f.free);
  lose(tracks, f.seen);

  // Tracks born in the last frame get one chance, then they go.
  const Matches& third =
      associate("unconfirmed", f.tentative, f.high, config_.unconfirmed_match_thresh, config_.fuse_score);
  match(model_, tracks, f.tentative, f.high, third, clock);
  keep_unmatched(f.tentative, third, f.free);
  keep_unmatched(f.high, third, f.free);
  // An expired track goes one frame late, as in the authors' code: their published rows depend on it.
  remove_missed(tracks, f.tentative, clock.time - dt, config_.track_buffer, f.gone, record);

  give_birth(model_, tracks, f.high, config_.new_track_thresh, clock, record, [](Track&, std::size_t) {});
  remove_duplicates(model_, tracks, config_.duplicate_thresh, f, record);
  for (const Track& track : tracks)
    if (track.life.status == Status::kConfirmed) reports.push_back(report_of<Box>(model_, track));
}

template <class B>
const Matches& ByteTrack<B>::associate(const char* stage, const Indices& members, const Detections<Box>& detections,
                                       double limit, bool fuse) {
  SparseMatrix& cost = frame_.cost;
  take_boxes(model_, tracks, members, frame_);
  // Without overlap the cost is 1: below such a limit every pair counts.
  frame_.pairs.template find<Box>(config_.similarity, frame_.boxes, detections.boxes, limit <= 1.0, cost);
  for (std::size_t k = 0; k < cost.value.size(); ++k)
    cost.value[k] = 1.0 - cost.value[k] * (fuse ? detections.scores[byte::at(cost.column[k])] : 1.0);
  const Matches& matches = frame_.assigner.partial(cost, limit);
  note_stage(record, stage, limit, true, tracks, members, detections, cost, matches);
  return matches;
}

template class ByteTrack<Aabb>;
template class ByteTrack<Obb>;

}  // namespace boxtrail
