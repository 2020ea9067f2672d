#include "boxtrail/trackers/hybridsort.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class B>
void HybridSort<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  split_by_score(detections, config_.det_thresh, config_.track_low_thresh, config_.use_byte, record, high_, low_);
  predict_all(dt, warp);

  left_.resize(tracks.size());
  std::iota(left_.begin(), left_.end(), 0);
  associate(clock);
  if (config_.use_byte) associate_low(clock);
  recover(clock);

  start_gaps(tracks);
  for (Track& track : tracks)
    if (track.life.misses > 0) track.scores.miss(track.observations.last.has_value());
  give_birth(clock);
  report_observed(tracks, model_, clock, config_.min_hits, reports);
  remove_expired(tracks, clock, config_.max_age, record);
}

template <class B>
void HybridSort<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    predict(model_, track.state, dt);
    predict_score(track.scores.state, dt);
    track.life.grow_older();
    track.observations.pass_frame(dt);
    if (warp == nullptr) continue;
    if (!config_.warp_observations) {  // the authors move the mean of the filter and nothing else
      warp_corners<Box>(model_, *warp, track.state);
      continue;
    }
    warp_state(model_, *warp, track.state);
    track.observations.warp(model_, *warp);
    warp_corner_directions(*warp, track.corner_directions);
  }
  remove_diverged<Box>(tracks, model_, record);
}

// First association: overlap, corner momentum, score (TCM), and appearance where there is one.
template <class B>
void HybridSort<B>::associate(const Clock& clock) {
  predicted_boxes(tracks, model_, boxes_);
  compare(boxes_, high_);
  scores_.clear();
  for (const Track& track : tracks) scores_.push_back(track.scores.filtered(config_.det_thresh));
  const bool with_looks = config_.eg_weight_high_score > 0.0 && high_.has_embeddings();
  const bool clear = !with_looks && assigner_.is_one_to_one(similarity_, config_.iou_threshold);
  if (!clear) momentum_.prepare(tracks, high_, config_.delta_t, config_.inertia);
  const auto assign_by_cues = [&]() -> const Matches& {
    const auto cues = [&](std::int32_t i, std::int32_t j) {
      return momentum_(i, j) - score_gap(at(i), high_, at(j), config_.tcm_first_step_weight);
    };
    overlap_ = similarity_.value;
    const double lowest = bound(high_, config_.tcm_first_step_weight, true);
    return assign(similarity_, cues, high_, config_.tcm_first_step_weight, lowest);
  };
  const Matches& first = clear ? assigner_.matches() : with_looks ? assign_by_looks() : assign_by_cues();
  const SparseMatrix& gate = with_looks ? gate_ : similarity_;
  note_stage(record, "first", config_.iou_threshold, false, tracks, high_, gate, first);
  match(left_, high_, first, clock, true);
  keep_unmatched(high_, first, free_);
}

template <class B>
const Matches& HybridSort<B>::assign_by_looks() {
  fill_looks(tracks.size(), high_, [](std::size_t i) { return i; });
  const bool with_bank = config_.longterm_reid_weight > 0.0;
  if (with_bank) {
    means_.resize(std::max(means_.size(), tracks.size()));
    bank_looks_.rows.clear();
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      tracks[i].bank.mean(means_[i]);
      bank_looks_.rows.emplace_back(means_[i]);
      if (!is_given(bank_looks_.rows.back())) bank_looks_.rows.back() = {};
    }
    bank_looks_.fill(high_.embeddings);
  }
  const auto penalty = [&](std::size_t i, std::size_t j) {
    const double now = config_.eg_weight_high_score * looks_.distance(i, j);
    return with_bank ? now + config_.longterm_reid_weight * bank_looks_.distance(i, j) : now;
  };
  const auto cues = [&](std::int32_t i, std::int32_t j) {
    return (momentum_(i, j) - score_gap(at(i), high_, at(j), config_.tcm_first_step_weight)) - penalty(at(i), at(j));
  };
  gate_by_looks();
  double lowest = bound(high_, config_.tcm_first_step_weight, true);
  lowest += bound_penalty(penalty);
  return assign(gate_, cues, high_, config_.tcm_first_step_weight, lowest);
}

// What the threshold looks at: overlap less the difference of the scores; a pair that looks alike is let through.
template <class B>
void HybridSort<B>::gate_by_looks() {
  gate_.reset(similarity_.num_columns);
  overlap_.clear();
  for (std::int32_t i = 0; i < similarity_.num_rows(); ++i) {
    auto k = similarity_.row_start[at(i)];
    const auto end = similarity_.row_start[at(i) + 1];
    for (std::int32_t j = 0; j < similarity_.num_columns; ++j) {
      const bool overlaps = k < end && similarity_.column[at(k)] == j;
      const bool alike = config_.with_longterm_reid_correction && looks_.is_known(at(i), at(j)) &&
                         looks_.distance(at(i), at(j)) <= config_.longterm_reid_correction_thresh;
      if (!overlaps && !alike) continue;
      const double overlap = overlaps ? similarity_.value[at(k++)] : 0.0;
      const double gated = overlap - score_gap(at(i), high_, at(j), config_.tcm_first_step_weight);
      gate_.push(j, alike ? std::max(gated, config_.iou_threshold) : gated);
      overlap_.push_back(overlap);
    }
    gate_.end_row();
  }
}

// Second association: unsure detections, as ByteTrack does, by overlap, score and appearance.
template <class B>
void HybridSort<B>::associate_low(const Clock& clock) {
  predicted_boxes(tracks, left_, model_, boxes_);
  compare(boxes_, low_);
  scores_.clear();
  for (const std::int32_t i : left_)
    scores_.push_back(tracks[at(i)].scores.extrapolated(tracks[at(i)].score, config_.det_thresh));
  const bool with_looks = config_.eg_weight_low_score > 0.0 && low_.has_embeddings();
  if (with_looks) fill_looks(left_.size(), low_, [&](std::size_t i) { return at(left_[i]); });

  gate_ = similarity_;
  overlap_ = similarity_.value;
  for (std::int32_t i = 0; i < gate_.num_rows(); ++i)
    for (auto k = gate_.row_start[at(i)]; k < gate_.row_start[at(i) + 1]; ++k) {
      const auto j = at(gate_.column[at(k)]);
      if (config_.tcm_byte_gate) gate_.value[at(k)] += -score_gap(at(i), low_, j, config_.tcm_byte_step_weight);
      if (with_looks && config_.with_longterm_reid_correction && looks_.is_known(at(i), j) &&
          looks_.distance(at(i), j) > config_.longterm_reid_correction_thresh_low)
        gate_.value[at(k)] = -1.0;
    }
  const auto penalty = [&](std::size_t i, std::size_t j) {
    return config_.eg_weight_low_score * looks_.distance(i, j);
  };
  const auto cues = [&](std::int32_t i, std::int32_t j) {
    const double gap = -score_gap(at(i), low_, at(j), config_.tcm_byte_step_weight);
    return with_looks ? gap - penalty(at(i), at(j)) : gap;
  };
  const bool any =
      std::any_of(overlap_.begin(), overlap_.end(), [&](double overlap) { return overlap > config_.iou_threshold; });
  double lowest = any ? bound(low_, config_.tcm_byte_step_weight, false) : 0.0;
  if (any && with_looks) lowest += bound_penalty(penalty);
  const Matches& matches = any ? assign(gate_, cues, low_, config_.tcm_byte_step_weight, lowest) : no_matches_;
  note_stage(record, "byte", config_.iou_threshold, false, tracks, left_, low_, gate_, matches);
  match(left_, low_, matches, clock, false);
}

// Observation-centric recovery (OCR): what is left, against the last observations.
template <class B>
void HybridSort<B>::recover(const Clock& clock) {
  seen_before(tracks, left_, seen_, boxes_);
  compare(boxes_, high_);
  const Matches& matches = assign_if_any(assigner_, similarity_, config_.iou_threshold, no_matches_);
  note_stage(record, "recovery", config_.iou_threshold, false, tracks, seen_, high_, similarity_, matches);
  match(seen_, high_, matches, clock, false);
  keep_unmatched(high_, matches, free_);
}

// Distances of tracks[member(i)] and detections.
template <class B>
template <class Member>
void HybridSort<B>::fill_looks(std::size_t count, const Detections<Box>& detections, const Member& member) {
  looks_.rows.clear();
  for (std::size_t i = 0; i < count; ++i) looks_.rows.emplace_back(tracks[member(i)].embedding);
  looks_.fill(detections.embeddings);
}

// The full assignment by overlap_, which goes with `gate`, and `cues`, which all pairs have.
template <class B>
template <class Cues>
const Matches& HybridSort<B>::assign(const SparseMatrix& gate, const Cues& cues, const Detections<Box>& detections,
                                     double weight, double lowest) {
  score_.resize(overlap_.size());
  for (std::int32_t i = 0; i < gate.num_rows(); ++i)
    for (auto k = gate.row_start[at(i)]; k < gate.row_start[at(i) + 1]; ++k)
      score_[at(k)] = overlap_[at(k)] + cues(i, gate.column[at(k)]);
  // The quick way leaves ties to the other.
  const KeyedBound bound{scores_, detections.scores, weight, highest_};
  if (crowded_.solve(gate, score_, cues, bound, config_.iou_threshold)) return crowded_.matches();
  return assigner_.full(gate, score_, std::cref(cues), highest_, lowest, config_.iou_threshold);
}

// How far momentum and score reach: fills highest_ for each detection, scores that agree, and gives how far below 0.
template <class B>
double HybridSort<B>::bound(const Detections<Box>& detections, double weight, bool moving) {
  highest_.resize(detections.size());
  if (scores_.empty()) return 0.0;
  const auto [least, most] = std::minmax_element(scores_.begin(), scores_.end());
  double lowest = 0.0;
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j], reach = moving ? momentum_.bound(j) : 0.0;
    const double furthest = std::max(*most - score, score - *least);
    highest_[j] = reach;
    lowest = std::max(lowest, reach + weight * furthest);
  }
  return lowest;
}

// Takes the least penalty of the pairs that gate_ leaves out off highest_, gives the largest of all.
template <class B>
template <class Penalty>
double HybridSort<B>::bound_penalty(const Penalty& penalty) {
  least_.assign(highest_.size(), std::numeric_limits<double>::infinity());
  double largest = 0.0;
  for (std::int32_t i = 0; i < gate_.num_rows(); ++i) {
    auto k = gate_.row_start[at(i)];
    const auto end = gate_.row_start[at(i) + 1];
    for (std::int32_t j = 0; j < gate_.num_columns; ++j) {
      const double value = penalty(at(i), at(j));
      largest = std::max(largest, value);
      if (k < end && gate_.column[at(k)] == j)
        ++k;
      else
        least_[at(j)] = std::min(least_[at(j)], value);
    }
  }
  for (std::size_t j = 0; j < highest_.size(); ++j)
    if (std::isfinite(least_[j])) highest_[j] -= least_[j];
  return largest;
}

// Updates the matched tracks, with `learn` their embeddings too, and leaves the others in `members`.
template <class B>
void HybridSort<B>::match(Indices& members, const Detections<Box>& detections, const Matches& matches,
                          const Clock& clock, bool learn) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const double score = detections.scores[at(j)];
    const Box box = align(detections.boxes[at(j)], to_box<Box>(model_, track.state));
    if (track.observations.last) {
      const Corners directions = corner_directions(track.observations, box, track.life.age, config_.delta_t);
      std::copy(directions.begin(), directions.end(), track.corner_directions.begin());
    }
    track.scores.observe(track.score, score, track.observations.gap, config_.oru_repeat_last);
    re_update(track, box, model_, config_.oru_repeat_last);
    if (learn) learn_looks(track, detections.embedding(at(j)), score);
    take_match(track, box, detections, at(j), clock, config_.delta_t);
  }
  keep_unmatched(members, matches, free_);
}

// Takes over how a detection with `score` looks; track.score is still the one before.
template <class B>
void HybridSort<B>::learn_looks(Track& track, Embedding look, double score) {
  if (!is_given(look)) return;
  double alpha = config_.alpha;
  if (config_.adapfs) {  // the surer of the two counts for more
    const double old_share = alpha * track.score, new_share = (1.0 - alpha) * score;
    alpha = old_share / (old_share + new_share);
  }
  smooth(track.embedding, look, alpha);
  if (config_.longterm_reid_weight > 0.0) track.bank.add(look, config_.longterm_bank_length);
}

template <class B>
void HybridSort<B>::give_birth(Clock& clock) {
  for (std::size_t j = 0; j < high_.size(); ++j) {
    const double score = high_.scores[j];
    tracks.push_back({clock.new_id(),
                      initiate(model_, high_.boxes[j]),
                      {},
                      score,
                      high_.labels[j],
                      high_.rows[j],
                      first_vote(high_.labels[j], score),
                      SortLife::newborn(clock),
                      std::vector<Point>(kNumCorners, Point{0.0, 0.0}),
                      ScoreMemory::newborn(score),
                      {},
                      {}});
    learn_looks(tracks.back(), high_.embedding(j), score);
    note_birth(record, tracks.back().id, high_.rows[j]);
  }
}

template class HybridSort<Aabb>;
template class HybridSort<Obb>;

}  // namespace boxtrail
