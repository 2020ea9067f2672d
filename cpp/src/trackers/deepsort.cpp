#include "boxtrail/trackers/deepsort.hpp"

#include <algorithm>

#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void DeepSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                       std::vector<Report<Box>>& reports) {
  keep_sure(detections, config_.min_confidence, left_, record);
  for (Track& track : tracks) {
    if (warp != nullptr) warp_state(model_, *warp, track.state);
    predict(model_, track.state, dt);
    track.life.grow_older();
  }
  remove_diverged<Box>(tracks, model_, record);

  cascade(clock);
  // By overlap: newcomers, and tracks seen in the last frame whose looks did not do.
  recent_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (tracks[i].life.misses == 1) recent_.push_back(static_cast<std::int32_t>(i));
  match(recent_,
        association_.by_overlap(model_, tracks, recent_, left_, config_.similarity, config_.max_iou_distance, record),
        clock);
  give_birth(tracks, model_, left_, clock, config_.min_hits, config_.nn_budget, record);
  remove_dead(tracks, clock, config_.max_age, record);
  report(tracks, model_, config_.max_coasted, reports);
}

// Confirmed tracks by their looks, those seen last first. A track that has just outlived max_age takes no part.
template <class B>
void DeepSort<B>::cascade(const Clock& clock) {
  confirmed_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (tracks[i].life.confirmed && clock.time - tracks[i].life.last_time <= config_.max_age)
      confirmed_.push_back(static_cast<std::int32_t>(i));
  const auto misses = [&](std::int32_t i) { return tracks[at(i)].life.misses; };
  std::sort(confirmed_.begin(), confirmed_.end(),
            [&](std::int32_t a, std::int32_t b) { return misses(a) != misses(b) ? misses(a) < misses(b) : a < b; });
  for (auto begin = confirmed_.begin(); begin != confirmed_.end();) {
    // A match sets the misses to 0: look for the end of the level before.
    const auto end =
        std::find_if(begin, confirmed_.end(), [&, now = misses(*begin)](std::int32_t i) { return misses(i) != now; });
    level_.assign(begin, end);
    match(
        level_,
        association_.by_appearance("cascade", model_, tracks, level_, left_, 1.0, config_.max_cosine_distance, record),
        clock);
    begin = end;
  }
}

// Updates the matched tracks and takes their detections out of those left.
template <class B>
void DeepSort<B>::match(const Indices& members, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    update(model_, track.state, align(left_.boxes[at(j)], to_box<Box>(model_, track.state)));
    track.gallery.add(left_.embedding(at(j)), config_.nn_budget);
    take_detection(track, left_, at(j));
    track.life.count_hit(clock, config_.min_hits);
  }
  keep_unmatched(left_, matches, free_);
}

template class DeepSort<Aabb>;
template class DeepSort<Obb>;

}  // namespace boxtrail
