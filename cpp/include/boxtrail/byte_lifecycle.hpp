// The life of a track in the BYTE family: confirmed by its second detection, lost at the first miss, deleted after a
// time unseen.
//
// The steps that ByteTrack (Zhang et al., ECCV 2022) and its descendants share, in the order in which a frame takes
// them. Such a track starts with id, state, score, label, row, votes and life.
#pragma once

#include <algorithm>
#include <vector>

#include "boxtrail/assignment.hpp"
#include "boxtrail/snapshot.hpp"
#include "boxtrail/sort_lifecycle.hpp"  // remove_diverged
#include "boxtrail/stream.hpp"

namespace boxtrail {

struct ByteLife {
  Status status;
  std::int64_t hits;  // detections matched, that of the birth included
  std::int64_t first_frame, last_frame;
  double last_time;

  static ByteLife newborn(const Clock& clock) {
    // In the first frame there is nothing to wait for.
    const Status status = clock.frame == 1 ? Status::kConfirmed : Status::kTentative;
    return {status, 1, clock.frame, clock.frame, clock.time};
  }
  std::int64_t span() const { return last_frame - first_frame; }
  void count_hit(const Clock& clock) {
    status = Status::kConfirmed;
    ++hits;
    last_frame = clock.frame;
    last_time = clock.time;
  }
};

template <class Archive>
void visit(Archive& archive, ByteLife& life) {
  archive("status", life.status);
  archive("hits", life.hits);
  archive("first_frame", life.first_frame);
  archive("last_frame", life.last_frame);
  archive("last_time", life.last_time);
}

// What one frame works on; keeps its memory between frames. Members are indices of tracks.
template <class Box>
struct ByteFrame {
  using Indices = std::vector<std::int32_t>;

  Detections<Box> high, low;
  Indices known, tentative, seen, free;
  std::vector<Box> boxes, lost_boxes;
  std::vector<char> gone;
  PairFinder pairs;
  SparseMatrix cost;
  Assigner assigner;
};

namespace byte {

inline std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

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

}  // namespace byte

// Sure and unsure detections. A score equal to the high threshold falls in neither band, as in ByteTrack's code, unless
// `tie_is_high`.
template <class Box>
void split_by_score(const Detections<Box>& detections, double high, double low, ByteFrame<Box>& frame, Record* record,
                    bool tie_is_high = false) {
  frame.high.clear();
  frame.low.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (score > high || (tie_is_high && score == high))
      frame.high.push_back(detections, j);
    else if (score > low && score < high)
      frame.low.push_back(detections, j);
    else if (score > low)
      note_refusal(record, detections.rows[j], "track_high_thresh", score, high);
    else
      note_refusal(record, detections.rows[j], "track_low_thresh", score, low);
  }
}

// Moves a track by `dt` frames; the authors leave a newborn one where it is.
template <std::size_t N, class Track>
void predict_known(const MotionModel<N>& model, Track& track, double dt) {
  if (track.life.status == Status::kTentative) return;
  // The size of a lost track is frozen, and its angle; beside an aspect ratio the height alone.
  const std::ptrdiff_t frozen = model.code == SizeCode::kAspectHeight ? 3 : 2;
  if (track.life.status == Status::kLost)
    std::fill(track.state.velocity.begin() + frozen, track.state.velocity.end(), 0.0);
  predict(model, track.state, dt);
}

// Confirmed and lost tracks; tracks born in the last frame.
template <class Box, class Track>
void split_by_status(const std::vector<Track>& tracks, ByteFrame<Box>& frame) {
  frame.known.clear();
  frame.tentative.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    (tracks[i].life.status == Status::kTentative ? frame.tentative : frame.known)
        .push_back(static_cast<std::int32_t>(i));
}

// frame.boxes ← the boxes that the members are believed in.
template <class Box, class Track>
void take_boxes(const BoxModel<Box>& model, const std::vector<Track>& tracks, const std::vector<std::int32_t>& members,
                ByteFrame<Box>& frame) {
  frame.boxes.clear();
  for (const std::int32_t i : members) frame.boxes.push_back(to_box<Box>(model, tracks[byte::at(i)].state));
}

// The box in the code nearest to that of the state; an upright box has only one.
template <class Box>
Box aligned(const BoxModel<Box>& model, const BoxState<Box>& state, const Box& box) {
  if constexpr (Box::kSize == 4)
    return box;
  else
    return align(box, to_box<Box>(model, state));
}

// Corrects the matched members by their detections; they are confirmed from here on.
template <class Box, class Track>
void match(const BoxModel<Box>& model, std::vector<Track>& tracks, const std::vector<std::int32_t>& members,
           const Detections<Box>& detections, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[byte::at(members[byte::at(i)])];
    update(model, track.state, aligned(model, track.state, detections.boxes[byte::at(j)]));
    take_detection(track, detections, byte::at(j));
    track.life.count_hit(clock);
  }
}

// frame.seen ← the known tracks left over that were seen in the last frame.
template <class Box, class Track>
void take_seen(const std::vector<Track>& tracks, ByteFrame<Box>& frame) {
  frame.seen.clear();
  for (const std::int32_t i : frame.known)
    if (tracks[byte::at(i)].life.status == Status::kConfirmed) frame.seen.push_back(i);
}

// Nothing was found for the members.
template <class Track>
void lose(std::vector<Track>& tracks, const std::vector<std::int32_t>& members) {
  for (const std::int32_t i : members) tracks[byte::at(i)].life.status = Status::kLost;
}

// Removes the newborn tracks that were `missed`, and the lost ones unseen for more than `buffer` frames.
template <class Track>
void remove_missed(std::vector<Track>& tracks, const std::vector<std::int32_t>& missed, double now, double buffer,
                   std::vector<char>& gone, Record* record) {
  gone.assign(tracks.size(), 0);
  for (const std::int32_t i : missed) {
    gone[byte::at(i)] = 1;
    note_death(record, tracks[byte::at(i)].id, "unconfirmed");
  }
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const ByteLife& life = tracks[i].life;
    if (life.status != Status::kLost || !(now - life.last_time > buffer)) continue;
    gone[i] = 1;
    note_death(record, tracks[i].id, "track_buffer");
  }
  byte::erase_marked(tracks, gone);
}

// A new track for each detection that is sure enough; `on_birth(track, j)` adds what the family does not know.
template <class Box, class Track, class OnBirth>
void give_birth(const BoxModel<Box>& model, std::vector<Track>& tracks, const Detections<Box>& detections,
                double min_score, Clock& clock, Record* record, const OnBirth& on_birth) {
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (!(score >= min_score)) {
      note_refusal(record, detections.rows[j], "new_track_thresh", score, min_score);
      continue;
    }
    const std::int64_t label = detections.labels[j];
    tracks.push_back({clock.new_id(), initiate(model, detections.boxes[j]), score, label, detections.rows[j],
                      first_vote(label, score), ByteLife::newborn(clock)});
    on_birth(tracks.back(), j);
    note_birth(record, tracks.back().id, detections.rows[j]);
  }
}

// Where a live and a lost track are nearer than `min_distance` (1 − IoU), keeps the one with the longer life.
template <class Box, class Track>
void remove_duplicates(const BoxModel<Box>& model, std::vector<Track>& tracks, double min_distance,
                       ByteFrame<Box>& frame, Record* record) {
  auto &live = frame.known, &lost = frame.seen;
  live.clear();
  lost.clear();
  frame.boxes.clear();
  frame.lost_boxes.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const bool is_lost = tracks[i].life.status == Status::kLost;
    (is_lost ? lost : live).push_back(static_cast<std::int32_t>(i));
    (is_lost ? frame.lost_boxes : frame.boxes).push_back(to_box<Box>(model, tracks[i].state));
  }
  if (lost.empty()) return;
  frame.gone.assign(tracks.size(), 0);
  const Similarity plain{Measure::kIou, 0.0, 0.0};
  SparseMatrix& overlap = frame.cost;
  frame.pairs.template find<Box>(plain, frame.boxes, frame.lost_boxes, min_distance <= 1.0, overlap);
  for (std::int32_t i = 0; i < overlap.num_rows(); ++i) {
    for (auto k = overlap.row_start[byte::at(i)]; k < overlap.row_start[byte::at(i) + 1]; ++k) {
      if (!(1.0 - overlap.value[byte::at(k)] < min_distance)) continue;
      const std::int32_t a = live[byte::at(i)], b = lost[byte::at(overlap.column[byte::at(k)])];
      const bool first_lives = tracks[byte::at(a)].life.span() > tracks[byte::at(b)].life.span();
      const std::size_t shorter = byte::at(first_lives ? b : a);
      if (frame.gone[shorter] == 0) note_death(record, tracks[shorter].id, "duplicate_thresh");
      frame.gone[shorter] = 1;
    }
  }
  byte::erase_marked(tracks, frame.gone);
}

// A row of the output; the box is the filter's.
template <class Box, class Track>
Report<Box> report_of(const BoxModel<Box>& model, const Track& track) {
  return {to_box<Box>(model, track.state), track.id, track.score, track.label, track.row};
}

// What a track of the BYTE family shows.
template <class Box, class Track>
TrackView<Box> view_of(const Track& track, const BoxModel<Box>& model, const Clock& clock) {
  const ByteLife& life = track.life;
  return {track.id,
          life.status,
          clock.frame - life.first_frame,
          life.hits,
          clock.frame - life.last_frame,
          track.score,
          track.label,
          to_box<Box>(model, track.state),
          track.state.velocity[0],
          track.state.velocity[1]};
}

}  // namespace boxtrail
