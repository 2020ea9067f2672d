#include "boxtrail/trackers/cbiou.hpp"

#include <algorithm>
#include <numeric>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// The last box, moved on by the mean displacement between the sights; the covariance plays no part.
template <class Box>
void extrapolate(const BoxModel<Box>& model, CBIoUTrack<Box>& track, double time) {
  const Sight<Box>&first = track.sights.front(), &last = track.sights.back();
  const auto position = measurement(model, last.box), oldest = measurement(model, first.box);
  for (std::size_t k = 0; k < Box::kSize; ++k) {
    const double velocity = track.sights.size() > 1 ? (position[k] - oldest[k]) / (last.time - first.time) : 0.0;
    track.state.position[k] = position[k] + (time - last.time) * velocity;
    track.state.velocity[k] = velocity;
  }
  for (const std::size_t k : {2, 3}) track.state.position[k] = std::max(track.state.position[k], kMinSize);
}

}  // namespace

template <class B>
void CBIoU<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                    std::vector<Report<Box>>& reports) {
  ByteFrame<Box>& f = frame_;
  predict_all(clock.time, dt, warp);
  if (is_paper_)
    paper_cascade(detections, clock);
  else
    two_stage_cascade(detections, clock);
  // The cascade leaves newborn tracks that were missed in f.tentative and free detections in f.high.
  remove_missed(tracks, f.tentative, clock.time, config_.track_buffer, f.gone, record);
  give_birth(model_, tracks, f.high, config_.new_track_thresh, clock, record, [&](Track& track, std::size_t j) {
    track.sights.reserve(num_sights_);
    track.sights.push_back({clock.time, f.high.boxes[j]});
  });
  for (const Track& track : tracks)
    if (track.life.status == Status::kConfirmed)
      reports.push_back({track.sights.back().box, track.id, track.score, track.label, track.row});
}

template <class B>
void CBIoU<B>::predict_all(double now, double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (is_paper_) {
      if (warp != nullptr)
        for (Sight<Box>& sight : track.sights) sight.box = warp_box(*warp, sight.box);
      extrapolate(model_, track, now);
      continue;
    }
    predict(model_, track.state, dt);
    if (warp != nullptr) warp_state(model_, *warp, track.state);
  }
  remove_diverged<Box>(tracks, model_, record);
}

// All tracks with all detections, then what is left with a larger buffer.
template <class B>
void CBIoU<B>::paper_cascade(const Detections<Box>& detections, const Clock& clock) {
  ByteFrame<Box>& f = frame_;
  f.high.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (detections.scores[j] >= config_.track_high_thresh)
      f.high.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "track_high_thresh", detections.scores[j], config_.track_high_thresh);
  }
  Indices& left = f.known;
  left.resize(tracks.size());
  std::iota(left.begin(), left.end(), 0);
  for (const Stage* stage : {&first_, &second_}) {
    const Matches& matches = associate(*stage, left, f.high);
    match(left, f.high, matches, clock);
    keep_unmatched(left, matches, f.free);
    keep_unmatched(f.high, matches, f.free);
  }
  f.tentative.clear();
  for (const std::int32_t i : left) {
    ByteLife& life = tracks[at(i)].life;
    if (life.status == Status::kTentative)
      f.tentative.push_back(i);
    else
      life.status = Status::kLost;
  }
}

// ByteTrack's cascade: sure detections with a small buffer, unsure ones with a large one.
template <class B>
void CBIoU<B>::two_stage_cascade(const Detections<Box>& detections, const Clock& clock) {
  ByteFrame<Box>& f = frame_;
  split_by_score(detections, config_.track_high_thresh, config_.track_low_thresh, f, record, true);
  split_by_status(tracks, f);

  // First association: sure detections with all confirmed and lost tracks.
  const Matches& first = associate(first_, f.known, f.high);
  match(f.known, f.high, first, clock);
  keep_unmatched(f.known, first, f.free);
  keep_unmatched(f.high, first, f.free);

  // Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
  take_seen(tracks, f);
  const Matches& second = associate(second_, f.seen, f.low);
  match(f.seen, f.low, second, clock);
  keep_unmatched(f.seen, second, f.free);
  lose(tracks, f.seen);

  // Tracks born in the last frame get one chance, then they go.
  const Matches& third = associate(third_, f.tentative, f.high);
  match(f.tentative, f.high, third, clock);
  keep_unmatched(f.tentative, third, f.free);
  keep_unmatched(f.high, third, f.free);
}

template <class B>
const Matches& CBIoU<B>::associate(const Stage& stage, const Indices& members, const Detections<Box>& detections) {
  SparseMatrix& similarity = frame_.cost;
  take_boxes(model_, tracks, members, frame_);
  const Similarity grown{Measure::kBiou, 0.0, stage.growth};
  // A gate at 0 lets pairs without overlap through.
  frame_.pairs.template find<Box>(grown, frame_.boxes, detections.boxes, stage.min_similarity > 0.0, similarity);
  if (stage.fuse)
    for (std::size_t k = 0; k < similarity.value.size(); ++k)
      similarity.value[k] *= detections.scores[at(similarity.column[k])];
  const Matches& matches = frame_.assigner.full(similarity, stage.min_similarity);
  note_stage(record, stage.name, stage.min_similarity, false, tracks, members, detections, similarity, matches);
  return matches;
}

template <class B>
void CBIoU<B>::match(const Indices& members, const Detections<Box>& detections, const Matches& matches,
                     const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const Box box = aligned(model_, track.state, detections.boxes[at(j)]);
    if (track.sights.size() >= num_sights_) track.sights.erase(track.sights.begin());
    track.sights.push_back({clock.time, box});
    if (is_paper_)
      extrapolate(model_, track, clock.time);
    else
      update(model_, track.state, box);
    take_detection(track, detections, at(j));
    track.life.count_hit(clock);
  }
}

template class CBIoU<Aabb>;
template class CBIoU<Obb>;

}  // namespace boxtrail
