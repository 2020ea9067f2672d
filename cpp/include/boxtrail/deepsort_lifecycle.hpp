// The life of a track in the DeepSORT family: tentative until seen min_hits times without a miss, the birth included,
// then confirmed until it was not seen for too long.
#pragma once

#include <vector>

#include "boxtrail/gallery.hpp"
#include "boxtrail/snapshot.hpp"
#include "boxtrail/stream.hpp"

namespace boxtrail {

struct DeepSortLife {
  std::int64_t age;     // predictions since birth
  std::int64_t hits;    // detections so far; the birth counts
  std::int64_t misses;  // frames since the last one, the present one included until it is matched
  double last_time;
  bool confirmed;

  static DeepSortLife newborn(const Clock& clock, std::int64_t min_hits) {
    return {0, 1, 0, clock.time, min_hits <= 1};
  }
  // One frame passes.
  void grow_older() {
    ++age;
    ++misses;
  }
  void count_hit(const Clock& clock, std::int64_t min_hits) {
    misses = 0;
    last_time = clock.time;
    ++hits;
    confirmed = confirmed || hits >= min_hits;
  }
  Status status() const {
    if (!confirmed) return Status::kTentative;
    return misses > 0 ? Status::kLost : Status::kConfirmed;
  }
};

template <class B>
struct DeepSortTrack {
  std::int64_t id;
  BoxState<B> state;
  double score;
  std::int64_t label, row;
  ClassVotes votes;
  Gallery gallery;  // what it looked like
  DeepSortLife life;
};

template <class Archive, class Box>
void visit(Archive& archive, DeepSortTrack<Box>& track) {
  visit_match(archive, track);
  archive("gallery", track.gallery);
  archive("age", track.life.age);
  archive("hits", track.life.hits);
  archive("misses", track.life.misses);
  archive("last_time", track.life.last_time);
  archive("confirmed", track.life.confirmed);
}

// Every detection starts a track that remembers its look.
template <class Box>
void give_birth(std::vector<DeepSortTrack<Box>>& tracks, const BoxModel<Box>& model, const Detections<Box>& detections,
                Clock& clock, std::int64_t min_hits, std::int64_t budget, Record* record);

// Removes tentative tracks not seen in this frame and confirmed ones unseen for more than max_age frames.
template <class Box>
void remove_dead(std::vector<DeepSortTrack<Box>>& tracks, const Clock& clock, double max_age, Record* record);

// Confirmed tracks, also those unseen for up to max_coasted frames: these have no detection behind them.
template <class Box>
void report(const std::vector<DeepSortTrack<Box>>& tracks, const BoxModel<Box>& model, std::int64_t max_coasted,
            std::vector<Report<Box>>& reports);

template <class Box>
TrackView<Box> view_of(const DeepSortTrack<Box>& track, const BoxModel<Box>& model);

}  // namespace boxtrail
