#include "boxtrail/trackers/occluboost.hpp"

#include <algorithm>
#include <numeric>

#include "boxtrail/boosted_output.hpp"
#include "boxtrail/gated_costs.hpp"

namespace boxtrail {

namespace {

constexpr Similarity kIou{Measure::kIou, 0.0, 0.0};

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
OccluBoost<B>::OccluBoost(const Config& config)
    : config_(config),
      weights_{config.iou_threshold,
               config.lambda_iou,
               config.lambda_mhd,
               config.lambda_shape,
               config.lambda_emb_multiplier * (1.0 + config.lambda_iou + config.lambda_mhd + config.lambda_shape),
               config.boosts.s_sim_corr} {}

template <class B>
void OccluBoost<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  predict_all(dt, warp);
  // Boosted scores decide who is sure; those who are not may serve in the second pass.
  expected_.take(model_, tracks);
  const bool exact = record != nullptr || config_.output_score == "boosted";
  sort_out(detections, booster_.boost(model_, expected_, detections, config_.boosts, clock.frame, exact));

  associate(clock);
  recover(clock);
  if (config_.use_second_pass) second_pass(clock);
  if (config_.use_gta) {
    recognise(clock);
    resurrect(clock);
  }
  give_births(clock);
  report(clock, reports);
}

template <class B>
void OccluBoost<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (warp != nullptr) warp_corners<Box>(model_, *warp, track.state);
    predict(model_, track.state, dt);
    track.life.grow_older();
  }
  remove_diverged<Box>(tracks, model_, record);
}

template <class B>
void OccluBoost<B>::sort_out(const Detections<Box>& detections, const std::vector<double>& scores) {
  kept_.clear();
  low_.clear();
  scores_.clear();
  low_scores_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (scores[j] >= config_.boosts.det_thresh) {
      kept_.push_back(detections, j);
      scores_.push_back(scores[j]);
    } else if (config_.use_second_pass && detections.scores[j] >= config_.track_low_thresh) {
      low_.push_back(detections, j);
      low_scores_.push_back(scores[j]);
    } else {
      note_refusal(record, detections.rows[j], "det_thresh", scores[j], config_.boosts.det_thresh);
    }
  }
}

// First association: BoostTrack's, or overlap and appearance for oriented boxes.
template <class B>
void OccluBoost<B>::associate(const Clock& clock) {
  looks_.clear();
  if (has_looks(kept_))
    for (const Track& track : tracks) looks_.emplace_back(track.embedding);
  constexpr bool oriented = Box::kSize == 5;
  const Matches& matches =
      oriented ? associate_oriented() : association_.associate(model_, expected_, kept_, scores_, looks_, weights_);
  note_stage(record, "first", config_.iou_threshold, false, tracks, kept_, oriented ? iou_ : association_.iou(),
             matches);
  for (const auto [i, j] : matches)
    match(tracks[at(i)], kept_, at(j), scores_[at(j)], appearance_memory(scores_[at(j)], config_.boosts.det_thresh),
          clock);
  unmatched(tracks.size(), matches, false, left_);
  keep_left(matches);
}

// The pairs of highest overlap and appearance among those that overlap enough.
template <class B>
const Matches& OccluBoost<B>::associate_oriented() {
  pairs_.find<Box>(kIou, expected_.boxes, kept_.boxes, config_.iou_threshold > 0.0, iou_);
  find_costs(iou_, config_.iou_threshold, cost_, [&](std::size_t i, std::size_t j, double iou) {
    if (looks_.empty()) return 1.0 - iou;
    return 1.0 - (iou + (config_.lambda_iou + 0.5) * cosine_similarity(looks_[i], kept_.embeddings[j]));
  });
  return assigner_.partial(cost_, 1.0);
}

// Tracks that are left over and wanted, and where they are.
template <class B>
template <class Wanted>
void OccluBoost<B>::choose(const Wanted& wanted) {
  members_.clear();
  boxes_.clear();
  for (const std::int32_t i : left_) {
    if (!wanted(tracks[at(i)])) continue;
    members_.push_back(i);
    boxes_.push_back(to_box<Box>(model_, tracks[at(i)].state));
  }
}

// Tracks not long lost, found by appearance where they overlap at all.
template <class B>
void OccluBoost<B>::recover(const Clock& clock) {
  if (!has_looks(kept_)) return;
  choose([&](const Track& track) { return clock.time - track.life.last_time <= config_.recovery_max_age; });
  pairs_.find<Box>(kIou, boxes_, kept_.boxes, config_.recovery_iou > 0.0, iou_);
  find_costs(iou_, config_.recovery_iou, cost_, [&](std::size_t i, std::size_t j, double) {
    return look_cost(tracks[at(members_[i])].embedding, kept_.embeddings[j], config_.recovery_appearance);
  });
  match_looks("recovery", config_.recovery_appearance, clock);
}

// Unsure detections, for tracks that were seen long enough and not long ago.
template <class B>
void OccluBoost<B>::second_pass(const Clock& clock) {
  choose([&](const Track& track) { return track.activated && is_fresh(track, clock); });
  pairs_.find<Box>(kIou, boxes_, low_.boxes, true, iou_);
  find_costs(iou_, config_.second_pass_iou, cost_, [&](std::size_t i, std::size_t j, double iou) {
    if (!has_looks(low_)) return 1.0 - iou;
    const double look = cosine_similarity(tracks[at(members_[i])].embedding, low_.embeddings[j]);
    // 0: one of the two has no appearance.
    return look >= config_.second_pass_appearance || look == 0.0 ? 1.0 - iou : kOutOfQuestion;
  });
  const Matches& matches = assigner_.partial(cost_, 1.0);
  note_stage(record, "second", 1.0 - config_.second_pass_iou, true, tracks, members_, low_, cost_, matches);
  for (const auto [i, j] : matches)
    match(tracks[at(members_[at(i)])], low_, at(j), low_scores_[at(j)], config_.feat_alpha, clock);
  std::erase_if(left_, [&](std::int32_t i) { return tracks[at(i)].life.misses == 0; });
}

// Lost tracks of the same class, found by appearance anywhere.
template <class B>
void OccluBoost<B>::recognise(const Clock& clock) {
  if (!has_looks(kept_)) return;
  choose([&](const Track& track) {
    return track.life.age >= config_.gta_min_age && clock.time - track.life.last_time <= config_.gta_max_gap;
  });
  find_costs(members_.size(), kept_.size(), cost_, [&](std::size_t i, std::size_t j) {
    const Track& track = tracks[at(members_[i])];
    if (track.label != kept_.labels[j]) return kOutOfQuestion;
    return look_cost(track.embedding, kept_.embeddings[j], config_.gta_appearance);
  });
  match_looks("appearance", config_.gta_appearance, clock);
}

// Pairs of members_ and kept_ by the appearance in cost_.
template <class B>
void OccluBoost<B>::match_looks(const char* stage, double threshold, const Clock& clock) {
  const Matches& matches = assigner_.partial(cost_, 1.0);
  note_stage(record, stage, 1.0 - threshold, true, tracks, members_, kept_, cost_, matches);
  for (const auto [i, j] : matches)
    match(tracks[at(members_[at(i)])], kept_, at(j), scores_[at(j)], config_.feat_alpha, clock);
  std::erase_if(left_, [&](std::int32_t i) { return tracks[at(i)].life.misses == 0; });
  keep_left(matches);
}

// Dead tracks of the same class that come back under their old ids.
template <class B>
void OccluBoost<B>::resurrect(Clock& clock) {
  std::erase_if(graveyard, [&](const BuriedTrack& dead) { return clock.time - dead.died > config_.gta_max_gap; });
  if (!has_looks(kept_)) return;
  find_costs(graveyard.size(), kept_.size(), cost_, [&](std::size_t i, std::size_t j) {
    const BuriedTrack& dead = graveyard[i];
    if (dead.label != kept_.labels[j] || !(scores_[j] >= config_.new_track_thresh)) return kOutOfQuestion;
    return look_cost(dead.embedding, kept_.embeddings[j], config_.gta_appearance);
  });
  const Matches& matches = assigner_.partial(cost_, 1.0);
  note_stage(record, "graveyard", 1.0 - config_.gta_appearance, true, graveyard, kept_, cost_, matches);
  buried_gone_.assign(graveyard.size(), 0);
  for (const auto [i, j] : matches) {
    give_birth(at(j), clock, &graveyard[at(i)]);
    buried_gone_[at(i)] = 1;
  }
  std::size_t index = 0;
  std::erase_if(graveyard, [&](const BuriedTrack&) { return buried_gone_[index++] != 0; });
  keep_left(matches);
}

template <class B>
void OccluBoost<B>::give_births(Clock& clock) {
  for (std::size_t j = 0; j < kept_.size(); ++j) {
    if (scores_[j] >= config_.new_track_thresh)
      give_birth(j, clock, nullptr);
    else
      note_refusal(record, kept_.rows[j], "new_track_thresh", scores_[j], config_.new_track_thresh);
  }
  if (config_.use_gta)  // the resurrected have old ids
    std::sort(tracks.begin(), tracks.end(), [](const Track& a, const Track& b) { return a.id < b.id; });
}

template <class B>
void OccluBoost<B>::match(Track& track, const Detections<Box>& detections, std::size_t j, double score, double memory,
                          const Clock& clock) {
  const Box box = align(detections.boxes[j], to_box<Box>(model_, track.state));
  const double gain = suppressed_gain(track.seen, box, {config_.ams_gain, config_.ams_jump, config_.ams_shrink});
  update(model_, track.state, box, 1.0, gain);
  if constexpr (Box::kSize == 4) {
    if (track.seen.size() >= static_cast<std::size_t>(config_.ams_buffer)) track.seen.erase(track.seen.begin());
    track.seen.push_back(box);
  }
  take_detection(track, detections, j);
  track.life.count_hit(clock);
  track.run = track.life.streak;
  track.activated |= track.life.streak >= config_.confirm_hits;
  track.score = report_score(config_.output_score, track.score, score, track.life.age, track.life.misses);
  if (config_.use_embeddings) smooth(track.embedding, detections.embedding(j), memory);
}

template <class B>
void OccluBoost<B>::give_birth(std::size_t j, Clock& clock, const BuriedTrack* old) {
  const Embedding embedding = config_.use_embeddings ? kept_.embedding(j) : Embedding{};
  const bool activated = old != nullptr || scores_[j] >= config_.instant_confirm_thresh || config_.confirm_hits <= 1;
  tracks.push_back({old == nullptr ? clock.new_id() : old->id,
                    initiate(model_, kept_.boxes[j]),
                    report_score(config_.output_score, kept_.scores[j], scores_[j], 0, 0),
                    kept_.labels[j],
                    kept_.rows[j],
                    first_vote(kept_.labels[j], kept_.scores[j]),
                    {embedding.begin(), embedding.end()},
                    {},
                    activated,
                    0,
                    SortLife::newborn(clock)});
  if constexpr (Box::kSize == 4) tracks.back().seen.push_back(kept_.boxes[j]);
  note_birth(record, tracks.back().id, kept_.rows[j]);
}

// Leaves the sure detections that are in no match.
template <class B>
void OccluBoost<B>::keep_left(const Matches& matches) {
  unmatched(kept_.size(), matches, true, free_);
  for (std::size_t k = 0; k < free_.size(); ++k) scores_[k] = scores_[at(free_[k])];
  scores_.resize(free_.size());
  keep_unmatched(kept_, matches, free_);
}

// What is seen of this frame, without duplicates; then the dead are buried.
template <class B>
void OccluBoost<B>::report(const Clock& clock, std::vector<Report<Box>>& reports) {
  reported_.clear();
  boxes_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (!tracks[i].activated || !tracks[i].life.is_reported(clock, config_.min_hits)) continue;
    tracks[i].life.confirmed = true;
    reported_.push_back(static_cast<std::int32_t>(i));
    boxes_.push_back(to_box<Box>(model_, tracks[i].state));
  }
  gone_.assign(tracks.size(), 0);
  pairs_.find<Box>(kIou, boxes_, boxes_, config_.duplicate_iou > 0.0, iou_);
  mark_duplicates(tracks, reported_, iou_, config_.duplicate_iou, gone_);
  for (std::size_t k = 0; k < reported_.size(); ++k) {
    const Track& track = tracks[at(reported_[k])];
    if (gone_[at(reported_[k])] == 0 && is_shaped(boxes_[k], config_.min_box_area, config_.max_aspect_ratio))
      reports.push_back({boxes_[k], track.id, track.score, track.label, track.row});
  }
  bury_expired(clock);
}

template <class B>
void OccluBoost<B>::bury_expired(const Clock& clock) {
  std::size_t index = 0;
  std::erase_if(tracks, [&](const Track& track) {
    if (gone_[index++] != 0) {
      note_death(record, track.id, "duplicate_iou");
      return true;
    }
    const double limit = track.activated ? config_.max_age : config_.tentative_max_age;
    if (!(clock.time - track.life.last_time > limit)) return false;
    note_death(record, track.id, track.activated ? "max_age" : "tentative_max_age");
    if (config_.use_gta && track.activated && !track.embedding.empty())
      graveyard.push_back({track.id, track.label, track.embedding, clock.time});
    return true;
  });
}

template class OccluBoost<Aabb>;
template class OccluBoost<Obb>;

}  // namespace boxtrail
