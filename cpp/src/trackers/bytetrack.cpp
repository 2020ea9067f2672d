#include "boxtrail/trackers/bytetrack.hpp"

#include <algorithm>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// Erases the tracks that are marked.
template <class Track>
void erase_marked(std::vector<Track>& tracks, const std::vector<char>& marks) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (marks[i] != 0) continue;
    if (kept != i) tracks[kept] = std::move(tracks[i]);
    ++kept;
  }
  tracks.erase(tracks.begin() + static_cast<std::ptrdiff_t>(kept), tracks.end());
}

}  // namespace

template <class B>
void ByteTrack<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                        std::vector<Report<Box>>& reports) {
  // A score equal to the high threshold falls in neither band, as in the authors' code.
  high_.clear();
  low_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (score > config_.track_high_thresh)
      high_.push_back(detections, j);
    else if (score > config_.track_low_thresh && score < config_.track_high_thresh)
      low_.push_back(detections, j);
    else if (score > config_.track_low_thresh)
      note_refusal(record, detections.rows[j], "track_high_thresh", score, config_.track_high_thresh);
    else
      note_refusal(record, detections.rows[j], "track_low_thresh", score, config_.track_low_thresh);
  }
  predict_all(dt, warp);
  known_.clear();
  tentative_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    (tracks[i].status == Status::kTentative ? tentative_ : known_).push_back(static_cast<std::int32_t>(i));

  // First association: sure detections with all confirmed and lost tracks.
  const Matches& first = associate(known_, high_, config_.match_thresh, config_.fuse_score);
  note_stage(record, "first", config_.match_thresh, true, tracks, known_, high_, cost_, first);
  unmatched(known_.size(), first, false, free_);
  // Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
  seen_.clear();
  for (const std::int32_t k : free_)
    if (tracks[at(known_[at(k)])].status == Status::kConfirmed) seen_.push_back(known_[at(k)]);
  match(known_, high_, first, clock);
  keep_unmatched(high_, first, free_);

  const Matches& second = associate(seen_, low_, config_.second_match_thresh, false);
  note_stage(record, "second", config_.second_match_thresh, true, tracks, seen_, low_, cost_, second);
  unmatched(seen_.size(), second, false, free_);
  match(seen_, low_, second, clock);
  for (const std::int32_t k : free_) tracks[at(seen_[at(k)])].status = Status::kLost;

  // Tracks born in the last frame get one chance, then they go.
  gone_.assign(tracks.size(), 0);
  const Matches& third = associate(tentative_, high_, config_.unconfirmed_match_thresh, config_.fuse_score);
  note_stage(record, "unconfirmed", config_.unconfirmed_match_thresh, true, tracks, tentative_, high_, cost_, third);
  unmatched(tentative_.size(), third, false, free_);
  match(tentative_, high_, third, clock);
  for (const std::int32_t k : free_) {
    gone_[at(tentative_[at(k)])] = 1;
    note_death(record, tracks[at(tentative_[at(k)])].id, "unconfirmed");
  }
  keep_unmatched(high_, third, free_);

  // An expired track goes one frame late, as in the authors' code: their published rows depend on it.
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i].status != Status::kLost || !(clock.time - dt - tracks[i].last_time > config_.track_buffer)) continue;
    gone_[i] = 1;
    note_death(record, tracks[i].id, "track_buffer");
  }
  erase_marked(tracks, gone_);
  give_birth(high_, clock);
  remove_duplicates();
  for (const Track& track : tracks)
    if (track.status == Status::kConfirmed)
      reports.push_back({to_box<Box>(model_, track.state), track.id, track.score, track.label, track.row});
}

template <class B>
void ByteTrack<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (track.status != Status::kTentative) {  // the authors leave newborn tracks where they are
      // The size of a lost track is frozen: its height, and all of size and angle when oriented.
      if (track.status == Status::kLost)
        std::fill(track.state.velocity.begin() + (Box::kSize == 5 ? 2 : 3), track.state.velocity.end(), 0.0);
      predict(model_, track.state, dt);
    }
    if (warp != nullptr) warp_state(model_, *warp, track.state);
  }
  std::erase_if(tracks, [&](const Track& track) {
    const bool diverged = is_diverged<Box>(model_, track.state);
    if (diverged) note_death(record, track.id, "diverged");
    return diverged;
  });
}

template <class B>
const Matches& ByteTrack<B>::associate(const Indices& members, const Detections<Box>& detections, double limit,
                                       bool fuse) {
  boxes_.clear();
  for (const std::int32_t i : members) boxes_.push_back(to_box<Box>(model_, tracks[at(i)].state));
  // Without overlap the cost is 1: below such a limit every pair counts.
  pairs_.find<Box>(config_.similarity, boxes_, detections.boxes, limit <= 1.0, cost_);
  for (std::size_t k = 0; k < cost_.value.size(); ++k)
    cost_.value[k] = 1.0 - cost_.value[k] * (fuse ? detections.scores[at(cost_.column[k])] : 1.0);
  return assigner_.partial(cost_, limit);
}

template <class B>
void ByteTrack<B>::match(const Indices& members, const Detections<Box>& detections, const Matches& matches,
                         const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    update(model_, track.state, align(detections.boxes[at(j)], boxes_[at(i)]));
    track.status = Status::kConfirmed;
    take_detection(track, detections, at(j));
    ++track.hits;
    track.last_frame = clock.frame;
    track.last_time = clock.time;
  }
}

template <class B>
void ByteTrack<B>::give_birth(const Detections<Box>& detections, Clock& clock) {
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (!(detections.scores[j] >= config_.new_track_thresh)) {
      note_refusal(record, detections.rows[j], "new_track_thresh", detections.scores[j], config_.new_track_thresh);
      continue;
    }
    // In the first frame there is nothing to wait for.
    const Status status = clock.frame == 1 ? Status::kConfirmed : Status::kTentative;
    tracks.push_back({clock.new_id(), status, initiate(model_, detections.boxes[j]), detections.scores[j],
                      detections.labels[j], detections.rows[j], first_vote(detections.labels[j], detections.scores[j]),
                      1, clock.frame, clock.frame, clock.time});
    note_birth(record, tracks.back().id, detections.rows[j]);
  }
}

// Where a live and a lost track lie on one another, keep the one with the longer life.
template <class B>
void ByteTrack<B>::remove_duplicates() {
  Indices &live = known_, &lost = seen_;
  live.clear();
  lost.clear();
  boxes_.clear();
  lost_boxes_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const bool is_lost = tracks[i].status == Status::kLost;
    (is_lost ? lost : live).push_back(static_cast<std::int32_t>(i));
    (is_lost ? lost_boxes_ : boxes_).push_back(to_box<Box>(model_, tracks[i].state));
  }
  if (lost.empty()) return;
  const auto life = [](const Track& track) { return track.last_frame - track.first_frame; };
  gone_.assign(tracks.size(), 0);
  const Similarity plain{Measure::kIou, 0.0, 0.0};
  pairs_.find<Box>(plain, boxes_, lost_boxes_, config_.duplicate_thresh <= 1.0, cost_);
  for (std::int32_t i = 0; i < cost_.num_rows(); ++i) {
    for (auto k = cost_.row_start[at(i)]; k < cost_.row_start[at(i) + 1]; ++k) {
      if (!(1.0 - cost_.value[at(k)] < config_.duplicate_thresh)) continue;
      const std::int32_t a = live[at(i)], b = lost[at(cost_.column[at(k)])];
      const std::int32_t shorter = life(tracks[at(a)]) > life(tracks[at(b)]) ? b : a;
      if (gone_[at(shorter)] == 0) note_death(record, tracks[at(shorter)].id, "duplicate_thresh");
      gone_[at(shorter)] = 1;
    }
  }
  erase_marked(tracks, gone_);
}

template <class B>
TrackView<B> ByteTrack<B>::view(const Track& track, const Clock& clock) const {
  return {track.id,
          track.status,
          clock.frame - track.first_frame,
          track.hits,
          clock.frame - track.last_frame,
          track.score,
          track.label,
          to_box<Box>(model_, track.state),
          track.state.velocity[0],
          track.state.velocity[1]};
}

template class ByteTrack<Aabb>;
template class ByteTrack<Obb>;

}  // namespace boxtrail
