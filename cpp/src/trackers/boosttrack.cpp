#include "boxtrail/trackers/boosttrack.hpp"

#include "boxtrail/boosted_output.hpp"

namespace boxtrail {

namespace {

constexpr double kAppearanceWeight = 1.5;  // of the cosine, in units of all other weights together

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
BoostTrack<B>::BoostTrack(const Config& config)
    : config_(config),
      weights_{config.iou_threshold,
               config.lambda_iou,
               config.lambda_mhd,
               config.lambda_shape,
               kAppearanceWeight * (1.0 + config.lambda_iou + config.lambda_mhd + config.lambda_shape),
               config.boosts.s_sim_corr} {}

template <class B>
void BoostTrack<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  predict_all(dt, warp);
  expected_.take(model_, tracks);
  const bool exact = record != nullptr;  // refused scores are noted
  drop_noise(detections);
  keep(booster_.boost(model_, expected_, worthy_, config_.boosts, clock.frame, exact));

  const Matches& matches = association_.associate(model_, expected_, kept_, scores_, looks(), weights_);
  note_stage(record, "first", config_.iou_threshold, false, tracks, kept_, association_.iou(), matches);
  for (const auto [i, j] : matches) match(tracks[at(i)], at(j), clock);
  unmatched(kept_.size(), matches, true, free_);
  for (const std::int32_t j : free_) give_birth(at(j), clock);

  for (Track& track : tracks) {
    if (!track.life.is_reported(clock, config_.min_hits)) continue;
    track.life.confirmed = true;
    const Box box = to_box<Box>(model_, track.state);
    if (is_shaped(box, config_.min_box_area, config_.max_aspect_ratio))
      reports.push_back({box, track.id, track.score, track.label, track.row});
  }
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
void BoostTrack<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (warp != nullptr) warp_corners<Box>(model_, *warp, track.state);
    predict(model_, track.state, dt);
    track.life.grow_older();
  }
  remove_diverged<Box>(tracks, model_, record);
}

template <class B>
void BoostTrack<B>::drop_noise(const Detections<Box>& detections) {
  worthy_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (!(detections.scores[j] < config_.track_low_thresh))
      worthy_.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "track_low_thresh", detections.scores[j], config_.track_low_thresh);
  }
}

// The detections whose boosted score reaches the threshold.
template <class B>
void BoostTrack<B>::keep(const std::vector<double>& scores) {
  kept_.clear();
  scores_.clear();
  for (std::size_t j = 0; j < worthy_.size(); ++j) {
    if (!(scores[j] >= config_.boosts.det_thresh)) {
      note_refusal(record, worthy_.rows[j], "det_thresh", scores[j], config_.boosts.det_thresh);
      continue;
    }
    kept_.push_back(worthy_, j);
    scores_.push_back(scores[j]);
  }
}

// Of the tracks; in a frame without embeddings appearance has no say.
template <class B>
const std::vector<Embedding>& BoostTrack<B>::looks() {
  looks_.clear();
  if (config_.use_embeddings && kept_.has_embeddings())
    for (const Track& track : tracks) looks_.emplace_back(track.embedding);
  return looks_;
}

template <class B>
void BoostTrack<B>::match(Track& track, std::size_t j, const Clock& clock) {
  update(model_, track.state, align(kept_.boxes[j], to_box<Box>(model_, track.state)));
  take_detection(track, kept_, j);
  track.life.count_hit(clock);
  track.score = report_score(config_.output_score, track.score, scores_[j], track.life.age, track.life.misses);
  if (config_.use_embeddings)
    smooth(track.embedding, kept_.embedding(j), appearance_memory(scores_[j], config_.boosts.det_thresh));
}

template <class B>
void BoostTrack<B>::give_birth(std::size_t j, Clock& clock) {
  const Embedding embedding = config_.use_embeddings ? kept_.embedding(j) : Embedding{};
  tracks.push_back({clock.new_id(),
                    initiate(model_, kept_.boxes[j]),
                    report_score(config_.output_score, kept_.scores[j], scores_[j], 0, 0),
                    kept_.labels[j],
                    kept_.rows[j],
                    first_vote(kept_.labels[j], kept_.scores[j]),
                    {embedding.begin(), embedding.end()},
                    SortLife::newborn(clock)});
  note_birth(record, tracks.back().id, kept_.rows[j]);
}

template class BoostTrack<Aabb>;
template class BoostTrack<Obb>;

}  // namespace boxtrail
