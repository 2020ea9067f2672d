#include "boxtrail/trackers/strongsort.hpp"

#include <algorithm>

#include "boxtrail/sort_lifecycle.hpp"

namespace boxtrail {

namespace {

// A score of 1 would make a measurement exact, and the next one impossible to weigh.
constexpr double kMinNoise = 1e-6;

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void StrongSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  keep_sure(detections, config_.min_confidence, left_, record);
  predict_all(dt, warp);

  // By looks: all confirmed tracks at once; the authors found the cascade to stand in a strong tracker's way.
  members_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (tracks[i].life.confirmed) members_.push_back(static_cast<std::int32_t>(i));
  match(members_,
        association_.by_appearance("appearance", model_, tracks, members_, left_, config_.mc_lambda,
                                   config_.max_cosine_distance, record),
        clock);
  // By overlap: newcomers, and tracks seen in the last frame whose looks did not do.
  members_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (tracks[i].life.misses == 1) members_.push_back(static_cast<std::int32_t>(i));
  match(members_,
        association_.by_overlap(model_, tracks, members_, left_, config_.similarity, config_.max_iou_distance, record),
        clock);
  give_birth(tracks, model_, left_, clock, config_.min_hits, config_.nn_budget, record);
  remove_dead(tracks, clock, config_.max_age, record);
  report(tracks, model_, config_.max_coasted, reports);
}

template <class B>
void StrongSort<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (warp != nullptr && config_.warp_covariance) warp_state(model_, *warp, track.state);
    if (warp != nullptr && !config_.warp_covariance) warp_corners<Box>(model_, *warp, track.state);
    predict(model_, track.state, dt);
    track.life.grow_older();
  }
  remove_diverged<Box>(tracks, model_, record);
}

// Updates the matched tracks and takes their detections out of those left.
template <class B>
void StrongSort<B>::match(const Indices& members, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const double doubt = 1.0 - left_.scores[at(j)];
    // NSA Kalman: a sure detection is measured with less noise.
    update(model_, track.state, align(left_.boxes[at(j)], to_box<Box>(model_, track.state)),
           std::max(doubt * doubt, kMinNoise));
    track.gallery.add_smoothed(left_.embedding(at(j)), config_.ema_alpha, config_.nn_budget);
    take_detection(track, left_, at(j));
    track.life.count_hit(clock, config_.min_hits);
  }
  keep_unmatched(left_, matches, free_);
}

template class StrongSort<Aabb>;
template class StrongSort<Obb>;

}  // namespace boxtrail
