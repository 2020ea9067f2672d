#include "boxtrail/trackers/tracktrack.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace boxtrail {

namespace {

constexpr double kSmoothing = 0.95;  // share of the old embedding that a detection with score 1 leaves
constexpr double kMinNoise = 1e-6;   // a score of 1 would make a measurement without any noise
constexpr Similarity kIou{Measure::kIou, 0.0, 0.0}, kHmiou{Measure::kHmiou, 0.0, 0.0};

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// The embedding of a detection, empty if there is none; a row of zeros is none.
template <class Box>
std::span<const float> given(const Detections<Box>& detections, std::size_t j) {
  const std::span<const float> embedding = detections.embedding(j);
  const bool any = std::any_of(embedding.begin(), embedding.end(), [](float value) { return value != 0.0F; });
  return any ? embedding : std::span<const float>{};
}

}  // namespace

template <class B>
void TrackTrack<B>::step(const Detections<Box>& detections, Clock& clock, double dt, const Warp* warp,
                         std::vector<Report<Box>>& reports) {
  offer(detections);
  predict_all(dt, warp);
  known_.clear();
  tentative_.clear();
  for (std::size_t i = 0; i < tracks.size(); ++i)
    (tracks[i].status == Status::kTentative ? tentative_ : known_).push_back(static_cast<std::int32_t>(i));

  // All detections compete for the known tracks; unsure and deleted ones pay for it.
  const Matches& first = associate("first", known_, clock);
  match(known_, first, clock);
  unmatched(known_.size(), first, false, free_);
  for (const std::int32_t k : free_) tracks[at(known_[at(k)])].status = Status::kLost;
  keep_sure(first);

  // Tracks that are not confirmed yet take the sure ones left over, in every frame, or go.
  std::fill(penalty_.begin(), penalty_.end(), 0.0);
  const Matches& second = associate("unconfirmed", tentative_, clock);
  match(tentative_, second, clock);
  gone_.assign(tracks.size(), 0);
  unmatched(tentative_.size(), second, false, free_);
  for (const std::int32_t k : free_) {
    gone_[at(tentative_[at(k)])] = 1;
    note_death(record, tracks[at(tentative_[at(k)])].id, "unconfirmed");
  }
  keep_unmatched(offered_, second, free_);
  remove_ended(clock);
  give_birth(clock);
  for (const Track& track : tracks)
    if (track.status == Status::kConfirmed)
      reports.push_back({to_box<Box>(model_, track.state), track.id, track.score, track.label, track.row});
}

// A deleted detection is one that suppression at nms_thresh takes away and a looser one would have left.
template <class B>
void TrackTrack<B>::offer(const Detections<Box>& detections) {
  offered_.clear();
  penalty_.clear();
  sure_.clear();
  kept_.assign(detections.size(), 1);
  loose_.assign(detections.size(), 1);
  spacer_.look_at<Box>(detections.boxes);
  spacer_.thin_out(detections.scores, config_.nms_thresh, kept_);
  spacer_.thin_out(detections.scores, config_.deleted_nms_thresh, loose_);
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    const bool is_deleted = kept_[j] == 0, is_sure = score > config_.det_thresh;
    const double nearest = is_deleted ? spacer_.nearest(j, kept_) : 0.0;
    if (is_deleted && !(loose_[j] != 0 && nearest < config_.deleted_max_iou && is_sure)) {
      note_refusal(record, detections.rows[j], "nms_thresh", nearest, config_.nms_thresh);
    } else if (!(score > config_.track_low_thresh)) {
      note_refusal(record, detections.rows[j], "track_low_thresh", score, config_.track_low_thresh);
    } else {
      offered_.push_back(detections, j);
      penalty_.push_back(is_deleted ? config_.deleted_penalty : is_sure ? 0.0 : config_.low_penalty);
      sure_.push_back(!is_deleted && is_sure ? 1 : 0);
    }
  }
}

template <class B>
void TrackTrack<B>::predict_all(double dt, const Warp* warp) {
  for (Track& track : tracks) {
    if (warp != nullptr) {
      warp_pairs(model_, *warp, track.state);
      track.corners.warp(*warp);
    }
    if (config_.freeze_size && track.status != Status::kConfirmed)
      std::fill(track.state.velocity.begin() + 2, track.state.velocity.end(), 0.0);
    predict(model_, track.state, dt);
  }
  std::erase_if(tracks, [&](const Track& track) {
    const bool diverged = is_diverged<Box>(model_, track.state);
    if (diverged) note_death(record, track.id, "diverged");
    return diverged;
  });
}

template <class B>
const Matches& TrackTrack<B>::associate(const char* stage, const Indices& members, const Clock& clock) {
  boxes_.clear();
  for (const std::int32_t i : members) boxes_.push_back(to_box<Box>(model_, tracks[at(i)].state));
  pairs_.find<Box>(kIou, boxes_, offered_.boxes, true, cost_);
  std::int32_t filled = 0, begin = 0;  // pairs that hardly overlap are left out
  for (std::int32_t i = 0; i < cost_.num_rows(); ++i) {
    const std::int32_t end = cost_.row_start[at(i) + 1];
    for (auto k = begin; k < end; ++k) {
      if (!(cost_.value[at(k)] > config_.min_iou)) continue;
      const std::int32_t j = cost_.column[at(k)];
      cost_.column[at(filled)] = j;
      cost_.value[at(filled++)] = cost_of(tracks[at(members[at(i)])], boxes_[at(i)], at(j), clock);
    }
    begin = end;
    cost_.row_start[at(i) + 1] = filled;
  }
  cost_.column.resize(at(filled));
  cost_.value.resize(at(filled));
  const double limit = offered_.has_embeddings() ? config_.match_thresh : config_.motion_match_thresh;
  const Matches& matches = assigner_.mutual(cost_, limit, config_.reduce_step);
  note_stage(record, stage, limit, true, tracks, members, offered_, cost_, matches);
  return matches;
}

// In [0, 1]; where one of the two has no embedding the place alone counts.
template <class B>
double TrackTrack<B>::cost_of(const Track& track, const Box& predicted, std::size_t j, const Clock& clock) const {
  const Box& box = offered_.boxes[j];
  const double score = offered_.scores[j];
  double base = 1.0 - kHmiou(predicted, box);
  if (const auto embedding = given(offered_, j); !embedding.empty() && !track.embedding.empty()) {
    const double looks = cosine_similarity(track.embedding, embedding);
    base = (1.0 - config_.appearance_weight) * base + config_.appearance_weight * (1.0 - looks);
  }
  const double expected = track.score + (track.score - track.previous_score);
  const double angle =
      track.corners.angle(align(box, predicted), clock.frame - track.first_frame, config_.corner_quirks);
  const double total = base + config_.score_weight * std::abs(expected - score) +
                       config_.angle_weight * score * angle / std::numbers::pi + penalty_[j];
  return std::clamp(total, 0.0, 1.0);
}

template <class B>
void TrackTrack<B>::match(const Indices& members, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(members[at(i)])];
    const double score = offered_.scores[at(j)];
    const Box box = align(offered_.boxes[at(j)], boxes_[at(i)]);
    update(model_, track.state, box, std::max(1.0 - score, kMinNoise));
    track.corners.observe(box, clock.frame - track.first_frame, config_.corner_quirks);
    smooth(track.embedding, given(offered_, at(j)), kSmoothing + (1.0 - kSmoothing) * (1.0 - score));
    track.previous_score = track.score;
    take_detection(track, offered_, at(j));
    ++track.hits;
    if (track.status == Status::kLost || track.hits >= config_.min_hits) track.status = Status::kConfirmed;
    track.last_frame = clock.frame;
    track.last_time = clock.time;
  }
}

// Leaves the sure detections that no track took.
template <class B>
void TrackTrack<B>::keep_sure(const Matches& matches) {
  for (const Match& match : matches) sure_[at(match.column)] = 0;
  std::size_t kept = 0;
  for (std::size_t j = 0; j < offered_.size(); ++j)
    if (sure_[j] != 0) offered_.move_row(kept++, j);
  offered_.resize(kept);
}

// Removes the tracks that are marked and those unseen for more than max_age.
template <class B>
void TrackTrack<B>::remove_ended(const Clock& clock) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const bool expired = tracks[i].status == Status::kLost && clock.time - tracks[i].last_time > config_.max_age;
    if (expired) note_death(record, tracks[i].id, "max_age");
    if (expired || gone_[i] != 0) continue;
    if (kept != i) tracks[kept] = std::move(tracks[i]);
    ++kept;
  }
  tracks.erase(tracks.begin() + static_cast<std::ptrdiff_t>(kept), tracks.end());
}

// Track-aware initialisation: of the sure detections left, those that lie on no visible track or better one.
template <class B>
void TrackTrack<B>::give_birth(Clock& clock) {
  std::size_t kept = 0;
  for (std::size_t j = 0; j < offered_.size(); ++j) {
    if (offered_.scores[j] > config_.new_track_thresh)
      offered_.move_row(kept++, j);
    else
      note_refusal(record, offered_.rows[j], "new_track_thresh", offered_.scores[j], config_.new_track_thresh);
  }
  offered_.resize(kept);
  if (kept == 0) return;
  boxes_.clear();
  for (const Track& track : tracks)
    if (track.status != Status::kLost) boxes_.push_back(to_box<Box>(model_, track.state));
  kept_.assign(kept, 1);
  spacer_.keep_off<Box>(offered_.boxes, boxes_, config_.tai_thresh, kept_);
  spacer_.look_at<Box>(offered_.boxes);
  spacer_.thin_out(offered_.scores, config_.tai_thresh, kept_);
  for (std::size_t j = 0; j < offered_.size(); ++j) {
    if (kept_[j] != 0)
      start(j, clock);
    else
      note_refusal(record, offered_.rows[j], "tai_thresh", offered_.scores[j], config_.tai_thresh);
  }
}

template <class B>
void TrackTrack<B>::start(std::size_t j, Clock& clock) {
  const bool at_once = clock.frame == 1 || config_.min_hits <= 1;  // in the first frame there is nothing to wait for
  const Box& box = offered_.boxes[j];
  const double score = offered_.scores[j];
  const auto embedding = given(offered_, j);
  tracks.push_back({clock.new_id(),
                    at_once ? Status::kConfirmed : Status::kTentative,
                    initiate(model_, box),
                    {embedding.begin(), embedding.end()},
                    CornerMotion<Box>::born(box),
                    score,
                    score,
                    offered_.labels[j],
                    offered_.rows[j],
                    first_vote(offered_.labels[j], score),
                    1,
                    clock.frame,
                    clock.frame,
                    clock.time});
  note_birth(record, tracks.back().id, offered_.rows[j]);
}

template <class B>
TrackView<B> TrackTrack<B>::view(const Track& track, const Clock& clock) const {
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

template class TrackTrack<Aabb>;
template class TrackTrack<Obb>;

}  // namespace boxtrail
