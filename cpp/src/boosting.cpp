#include "boxtrail/boosting.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace boxtrail {

namespace {

constexpr double kKnownMargin = 1e-5, kNewMargin = 1e-4;  // how far above the threshold a boost lifts a score
constexpr double kSoftShare = 0.65;                       // of its own score that a softly boosted detection keeps
constexpr double kStrict = 0.95, kLenient = 0.8;  // likeness that lifts a detection: to a track just seen, the least
constexpr double kNewOverlap = 0.3;               // of two new detections only the better one counts from here on
constexpr double kWide = 1e3;                     // variance in px² of a track that was never matched, at the least

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

Aabb grow(const Aabb& box, double ratio) {
  const double dw = ratio * (box.x2 - box.x1), dh = ratio * (box.y2 - box.y1);
  return {box.x1 - dw, box.y1 - dh, box.x2 + dw, box.y2 + dh};
}

Obb grow(const Obb& box, double ratio) {
  return {box.cx, box.cy, box.w * (1.0 + 2.0 * ratio), box.h * (1.0 + 2.0 * ratio), box.angle};
}

double track_growth(double confidence) { return 0.5 * (1.0 - confidence); }
double detection_growth(double confidence) { return 0.25 * (1.0 - confidence); }

template <class Box>
double soft_overlap(const Box& track, const Box& detection, double confidence) {
  return iou(grow(track, track_growth(confidence)), grow(detection, detection_growth(confidence)));
}

Size size_of(const Aabb& box) { return {box.x2 - box.x1, box.y2 - box.y1}; }
Size size_of(const Obb& box) { return {box.w, box.h}; }

}  // namespace

double soft_biou(const Aabb& track, const Aabb& detection, double confidence) {
  return soft_overlap(track, detection, confidence);
}
double soft_biou(const Obb& track, const Obb& detection, double confidence) {
  return soft_overlap(track, detection, confidence);
}

template <class Box>
double shape_similarity(const Box& track, const Box& detection, bool by_height) {
  const Size a = size_of(track), b = size_of(align(detection, track));
  const double w = std::max(a.w, b.w), h = std::max(a.h, b.h);
  return std::exp(-(std::abs(b.w - a.w) / w + std::abs(b.h - a.h) / (by_height ? h : w)));
}

template <class Box>
const std::vector<double>& Booster<Box>::boost(const BoxModel<Box>& model, const Expected<Box>& tracks,
                                               const Detections<Box>& detections, const Boosts& boosts,
                                               std::int64_t frame, bool exact) {
  tracks_ = &tracks;
  boosts_ = boosts;
  scores_ = detections.scores;
  if (tracks.size() == 0 || detections.size() == 0) return scores_;
  distance_.begin(model, tracks, detections.boxes);
  if (boosts.use_dlo_boost) boost_expected(detections, exact);
  if (boosts.use_duo_boost && frame > 1) boost_new(detections, exact);
  return scores_;
}

// DLO: detections that look like a track.
template <class Box>
void Booster<Box>::boost_expected(const Detections<Box>& detections, bool exact) {
  best_.assign(detections.size(), 0.0);
  is_like_.assign(detections.size(), 0);
  if (boosts_.use_rich_s)
    compare_richly(detections, exact);
  else
    compare_overlaps(detections);
  for (std::size_t j = 0; j < scores_.size(); ++j) scores_[j] = boosted(scores_[j], best_[j], is_like_[j] != 0);
}

template <class Box>
double Booster<Box>::boosted(double score, double best, bool is_like) const {
  if (!boosts_.use_sb && !boosts_.use_vt) return std::max(score, boosts_.dlo_boost_coef * best);
  if (boosts_.use_sb) score = std::max(score, kSoftShare * score + (1.0 - kSoftShare) * (best * std::sqrt(best)));
  return boosts_.use_vt && is_like ? std::max(score, boosts_.det_thresh + kKnownMargin) : score;
}

// Likeness to track i that lifts a detection: one unseen for longer asks for less.
template <class Box>
double Booster<Box>::wanted(std::int32_t i) const {
  return std::max(kStrict - static_cast<double>(tracks_->misses[at(i)] - 1) * boosts_.vt_slope, kLenient);
}

template <class Box>
void Booster<Box>::compare_overlaps(const Detections<Box>& detections) {
  pairs_.find<Box>({Measure::kIou, 0.0, 0.0}, tracks_->boxes, detections.boxes, true, near_);
  for (std::int32_t i = 0; i < near_.num_rows(); ++i) {
    const double lifting = wanted(i);
    for (auto k = near_.row_start[at(i)]; k < near_.row_start[at(i) + 1]; ++k) {
      const auto j = at(near_.column[at(k)]);
      best_[j] = std::max(best_[j], near_.value[at(k)]);
      if (near_.value[at(k)] > lifting) is_like_[j] = 1;
    }
  }
}

// The mean of distance, shape and soft overlap. Without overlap it is at most ⅔, which is too little to matter for all
// but the lowest scores: those are compared with every track, the others with the near ones alone.
template <class Box>
void Booster<Box>::compare_richly(const Detections<Box>& detections, bool exact) {
  double least = 1.0;
  grown_tracks_.clear();
  for (std::size_t i = 0; i < tracks_->size(); ++i) {
    least = std::min(least, tracks_->confidence[i]);
    grown_tracks_.push_back(grow(tracks_->boxes[i], track_growth(tracks_->confidence[i])));
  }
  grown_.clear();
  for (const Box& box : detections.boxes) grown_.push_back(grow(box, detection_growth(least)));
  pairs_.find<Box>({Measure::kIou, 0.0, 0.0}, grown_tracks_, grown_, true, near_);

  const auto count = static_cast<std::int32_t>(tracks_->size());
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double level = interesting_level(scores_[j], exact);
    if (level > 2.0 / 3.0) continue;
    for (std::int32_t i = 0; i < count; ++i) compare_pair(i, static_cast<std::int32_t>(j), detections.boxes[j], level);
    is_like_[j] |= 2;  // nothing more to learn
  }
  for (std::int32_t i = 0; i < near_.num_rows(); ++i) {
    for (auto k = near_.row_start[at(i)]; k < near_.row_start[at(i) + 1]; ++k) {
      const std::int32_t j = near_.column[at(k)];
      if ((is_like_[at(j)] & 2) == 0)
        compare_pair(i, j, detections.boxes[at(j)], interesting_level(scores_[at(j)], exact));
    }
  }
  for (char& is_like : is_like_) is_like &= 1;
}

// One pair; a likeness that stays below what matters is not computed to the end.
template <class Box>
void Booster<Box>::compare_pair(std::int32_t i, std::int32_t j, const Box& detection, double level) {
  const bool lifts = boosts_.use_vt && is_like_[at(j)] != 1;
  const double lifting = lifts ? wanted(i) : 2.0;
  const double bar = std::min(std::max(level, best_[at(j)]), lifting) * (1.0 - 1e-9);
  const double overlap = soft_biou(tracks_->boxes[at(i)], detection, tracks_->confidence[at(i)]);
  if ((2.0 + overlap) / 3.0 < bar) return;
  const double shape = shape_similarity(tracks_->boxes[at(i)], detection, boosts_.s_sim_corr);
  if (!distance_.may_exceed(i, j, (3.0 * bar - shape - overlap) * (1.0 - 1e-9))) return;
  const double likeness = (distance_(i, j) + shape + overlap) / 3.0;
  best_[at(j)] = std::max(best_[at(j)], likeness);
  if (lifts && likeness > lifting) is_like_[at(j)] |= 1;
}

// The likeness below which the best one makes no difference: to the score, or only below the threshold.
template <class Box>
double Booster<Box>::interesting_level(double score, bool exact) const {
  const double target = exact ? score : std::max(score, boosts_.det_thresh);
  if (boosts_.use_sb) {
    const double needed = (target - kSoftShare * score) / (1.0 - kSoftShare);
    return std::cbrt(needed * needed) * (1.0 - 1e-9);
  }
  if (boosts_.use_vt) return 2.0;
  return boosts_.dlo_boost_coef > 0.0 ? target / boosts_.dlo_boost_coef * (1.0 - 1e-9) : 2.0;
}

// DUO: unsure detections that no track could have caused; where some overlap, the best of them.
template <class Box>
void Booster<Box>::boost_new(const Detections<Box>& detections, bool exact) {
  order_.clear();  // tracks with a wide gate first: they settle most
  for (const bool wide : {true, false})
    for (std::size_t i = 0; i < tracks_->size(); ++i)
      if ((tracks_->variance[i][0] > kWide) == wide) order_.push_back(static_cast<std::int32_t>(i));
  far_.clear();
  far_boxes_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (!(scores_[j] < boosts_.det_thresh) || !is_far(static_cast<std::int32_t>(j))) continue;
    far_.push_back(static_cast<std::int32_t>(j));
    far_boxes_.push_back(detections.boxes[j]);
  }
  pairs_.find<Box>({Measure::kIou, 0.0, 0.0}, far_boxes_, far_boxes_, true, near_);
  const auto rival = [&](std::int32_t a, std::int32_t k) {
    return near_.column[at(k)] != a && near_.value[at(k)] > kNewOverlap;
  };
  if (!exact && boosts_.use_dlo_boost && boosts_.use_rich_s)  // rivals are compared by their true scores
    for (std::int32_t a = 0; a < near_.num_rows(); ++a)
      for (auto k = near_.row_start[at(a)]; k < near_.row_start[at(a) + 1]; ++k)
        if (rival(a, k)) scores_[at(far_[at(a)])] = exact_score(detections, far_[at(a)]);
  best_.clear();
  for (const std::int32_t j : far_) best_.push_back(scores_[at(j)]);
  for (std::int32_t a = 0; a < near_.num_rows(); ++a) {
    bool is_best = true;
    for (auto k = near_.row_start[at(a)]; k < near_.row_start[at(a) + 1]; ++k)
      is_best &= !rival(a, k) || best_[at(a)] >= best_[at(near_.column[at(k)])];
    if (is_best) scores_[at(far_[at(a)])] = boosts_.det_thresh + kNewMargin;
  }
}

template <class Box>
bool Booster<Box>::is_far(std::int32_t j) const {
  return std::none_of(order_.begin(), order_.end(),
                      [&](std::int32_t i) { return distance_.squared(i, j) <= kBoostGate; });
}

// The boosted score of a detection that is far from every track.
template <class Box>
double Booster<Box>::exact_score(const Detections<Box>& detections, std::int32_t j) {
  double best = 0.0;
  for (std::size_t i = 0; i < tracks_->size(); ++i) {
    const double shape = shape_similarity(tracks_->boxes[i], detections.boxes[at(j)], boosts_.s_sim_corr);
    const double overlap = soft_biou(tracks_->boxes[i], detections.boxes[at(j)], tracks_->confidence[i]);
    best = std::max(best, (0.0 + shape + overlap) / 3.0);
  }
  return boosted(detections.scores[at(j)], best, false);
}

template double shape_similarity<Aabb>(const Aabb&, const Aabb&, bool);
template double shape_similarity<Obb>(const Obb&, const Obb&, bool);
template class Booster<Aabb>;
template class Booster<Obb>;

}  // namespace boxtrail
