// The life of a track in the SORT family: a flat list, reported after a streak of hits, deleted after a time unseen.
#pragma once

#include <vector>

#include "boxtrail/snapshot.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail {

struct SortLife {
  std::int64_t age;     // predictions since birth
  std::int64_t hits;    // matches since birth; the birth itself does not count
  std::int64_t streak;  // matches in a row
  std::int64_t misses;  // frames since the last match or the birth
  double last_time;
  bool confirmed;  // has been reported

  static SortLife newborn(const Clock& clock) { return {0, 0, 0, 0, clock.time, false}; }

  // One frame passes; a streak ends one frame after a miss.
  void grow_older() {
    ++age;
    if (misses > 0) streak = 0;
    ++misses;
  }
  void count_hit(const Clock& clock) {
    misses = 0;
    ++hits;
    ++streak;
    last_time = clock.time;
  }
  // Seen in this frame, and often enough in a row; in the first min_hits frames at once.
  bool is_reported(const Clock& clock, std::int64_t min_hits) const {
    return misses == 0 && (streak >= min_hits || clock.frame <= min_hits);
  }
  // Tentative until first reported, lost while unseen.
  Status status() const {
    if (!confirmed) return Status::kTentative;
    return misses > 0 ? Status::kLost : Status::kConfirmed;
  }
};

template <class Archive>
void visit(Archive& archive, SortLife& life) {
  archive("age", life.age);
  archive("hits", life.hits);
  archive("streak", life.streak);
  archive("misses", life.misses);
  archive("last_time", life.last_time);
  archive("confirmed", life.confirmed);
}

// Removes tracks unseen for more than max_age frames.
template <class Track>
void remove_expired(std::vector<Track>& tracks, const Clock& clock, double max_age, Record* record) {
  std::erase_if(tracks, [&](const Track& track) {
    const bool expired = clock.time - track.life.last_time > max_age;
    if (expired) note_death(record, track.id, "max_age");
    return expired;
  });
}

// Removes tracks whose prediction has left every image.
template <class Box, class Track>
void remove_diverged(std::vector<Track>& tracks, const BoxModel<Box>& model, Record* record) {
  std::erase_if(tracks, [&](const Track& track) {
    const bool diverged = is_diverged<Box>(model, track.state);
    if (diverged) note_death(record, track.id, "diverged");
    return diverged;
  });
}

// What a track of the SORT family shows.
template <class Box, class Track>
TrackView<Box> view_of(const Track& track, const BoxModel<Box>& model) {
  const SortLife& life = track.life;
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

}  // namespace boxtrail
