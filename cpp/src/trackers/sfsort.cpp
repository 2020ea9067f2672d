#include "boxtrail/trackers/sfsort.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace boxtrail {

namespace {

constexpr double kMaxFirstLimit = 0.67;  // dynamic tuning never loosens the first association beyond it
constexpr double kMeeting = 1e-9;        // IoU of boxes that share an edge: nothing but rounding
constexpr double kTouch = 1e-7;          // pixels; boxes that meet in less, by rounding, have no side in common

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// The common extent of two intervals over itself plus the difference of their lengths.
double side_similarity(double a1, double a2, double b1, double b2) {
  const double common = std::min(a2, b2) - std::max(a1, b1);
  return common / (common + std::abs((a2 - a1) - (b2 - b1)) + kTouch);
}

// 1 − (DIoU₁ + s_w + s_h) / 3 of boxes that overlap; see the reference's shape_cost.
double shape_cost(double iou, const Aabb& a, const Aabb& b) {
  if (!(iou > kMeeting)) return std::numeric_limits<double>::infinity();
  const double w = std::max(a.x2, b.x2) - std::min(a.x1, b.x1);
  const double h = std::max(a.y2, b.y2) - std::min(a.y1, b.y1);
  const double dx = std::abs((a.x1 + a.x2) / 2.0 - (b.x1 + b.x2) / 2.0);
  const double dy = std::abs((a.y1 + a.y2) / 2.0 - (b.y1 + b.y2) / 2.0);
  const double alike =
      iou - (dx + dy) / (w + h) + side_similarity(a.x1, a.x2, b.x1, b.x2) + side_similarity(a.y1, a.y2, b.y1, b.y2);
  return 1.0 - alike / 3.0;
}

// A margin of 1 or more is in pixels, a smaller one is a share of the image's size.
double in_pixels(double margin, double size) { return margin >= 1.0 ? margin : margin * size; }

}  // namespace

template <class B>
void SFSORT<B>::step(const Detections<Box>& detections, Clock& clock, double, const Warp* warp,
                     std::vector<Report<Box>>& reports) {
  remove_expired(clock);
  if (warp != nullptr)
    for (Track& track : tracks) track.state = warp_box(*warp, track.state);
  const Thresholds now = thresholds(detections.scores);
  divide(detections, now.high);
  const bool forget = config_.forget_without_high && high_.size() == 0;
  if (forget && middle_.size() > 0) forget_active();

  left_.resize(tracks.size());
  std::iota(left_.begin(), left_.end(), 0);
  const Matches& first = associate("first", true, high_, now.limit);
  match(high_, first, clock);
  keep_unmatched(high_, first, free_);
  if (!forget) match(middle_, associate("second", false, middle_, config_.match_th_second), clock);
  for (const std::int32_t i : left_) {
    Track& track = tracks[at(i)];
    if (track.status != Status::kConfirmed) continue;
    track.status = Status::kLost;
    track.marginal = is_marginal(track.state);
  }
  give_birth(high_, now.birth, clock);
  for (const Track& track : tracks)
    if (track.status == Status::kConfirmed)
      reports.push_back({track.state, track.id, track.score, track.label, track.row});
}

template <class B>
void SFSORT<B>::remove_expired(const Clock& clock) {
  std::erase_if(tracks, [&](const Track& track) {
    const double timeout = track.marginal ? config_.marginal_timeout : config_.central_timeout;
    const bool expired = track.status == Status::kLost && clock.time - track.last_time > timeout;
    if (expired) note_death(record, track.id, track.marginal ? "marginal_timeout" : "central_timeout");
    return expired;
  });
}

// The authors' oversight: a frame with unsure detections alone takes the tracks seen in the last one away.
template <class B>
void SFSORT<B>::forget_active() {
  std::erase_if(tracks, [&](const Track& track) {
    const bool active = track.status == Status::kConfirmed;
    if (active) note_death(record, track.id, "forget_without_high");
    return active;
  });
}

// Dynamic tuning: the more objects, the lower the bar for a sure detection, the higher for everything else.
template <class B>
auto SFSORT<B>::thresholds(const std::vector<double>& scores) const -> Thresholds {
  if (!config_.dynamic_tuning) return {config_.high_th, config_.new_track_th, config_.match_th_first};
  const auto count = std::count_if(scores.begin(), scores.end(), [&](double score) { return score > config_.cth; });
  const double crowd = std::log10(static_cast<double>(std::max<std::ptrdiff_t>(1, count)));
  const double high = config_.high_th - config_.high_th_m * crowd;
  const double birth = std::max(config_.new_track_th + config_.new_track_th_m * crowd, high);
  return {high, birth, std::min(config_.match_th_first - config_.match_th_first_m * crowd, kMaxFirstLimit)};
}

// A score equal to the high threshold falls in neither band, as in the authors' code.
template <class B>
void SFSORT<B>::divide(const Detections<Box>& detections, double high) {
  high_.clear();
  middle_.clear();
  for (std::size_t j = 0; j < detections.size(); ++j) {
    const double score = detections.scores[j];
    if (score > high)
      high_.push_back(detections, j);
    else if (score > config_.low_th && score < high)
      middle_.push_back(detections, j);
    else
      note_refusal(record, detections.rows[j], "low_th", score, config_.low_th);
  }
}

// The tracks of left_ with detections, by shape or by IoU alone.
template <class B>
const Matches& SFSORT<B>::associate(const char* stage, bool shape, const Detections<Box>& detections, double limit) {
  boxes_.clear();
  for (const std::int32_t i : left_) boxes_.push_back(tracks[at(i)].state);
  pairs_.find<Box>({Measure::kIou, 0.0, 0.0}, boxes_, detections.boxes, true, cost_);
  for (std::int32_t i = 0; i < cost_.num_rows(); ++i) {
    const Aabb around = bounds(boxes_[at(i)]);
    for (auto k = cost_.row_start[at(i)]; k < cost_.row_start[at(i) + 1]; ++k) {
      double& value = cost_.value[at(k)];
      value = shape ? shape_cost(value, around, bounds(detections.boxes[at(cost_.column[at(k)])])) : 1.0 - value;
    }
  }
  const Matches& matches = assigner_.partial(cost_, limit);
  note_stage(record, stage, limit, true, tracks, left_, detections, cost_, matches);
  return matches;
}

// Moves the matched tracks to their detections and leaves the others in left_.
template <class B>
void SFSORT<B>::match(const Detections<Box>& detections, const Matches& matches, const Clock& clock) {
  for (const auto [i, j] : matches) {
    Track& track = tracks[at(left_[at(i)])];
    track.state = align(detections.boxes[at(j)], track.state);
    track.status = Status::kConfirmed;
    take_detection(track, detections, at(j));
    ++track.hits;
    track.last_frame = clock.frame;
    track.last_time = clock.time;
  }
  unmatched(left_.size(), matches, false, free_);
  for (std::size_t k = 0; k < free_.size(); ++k) left_[k] = left_[at(free_[k])];
  left_.resize(free_.size());
}

// Whether the centre lies within the margins of an image whose size is known.
template <class B>
bool SFSORT<B>::is_marginal(const Box& box) const {
  if (config_.frame_width == 0.0) return false;
  const auto inside = [](double value, double size, double margin) {
    const double reach = in_pixels(margin, size);
    return reach < value && value < size - reach;
  };
  const Point p = centre(box);
  return !(inside(p.x, config_.frame_width, config_.horizontal_margin) &&
           inside(p.y, config_.frame_height, config_.vertical_margin));
}

template <class B>
void SFSORT<B>::give_birth(const Detections<Box>& detections, double threshold, Clock& clock) {
  for (std::size_t j = 0; j < detections.size(); ++j) {
    if (!(detections.scores[j] > threshold)) {
      note_refusal(record, detections.rows[j], "new_track_th", detections.scores[j], threshold);
      continue;
    }
    tracks.push_back({clock.new_id(), Status::kConfirmed, detections.boxes[j], detections.scores[j],
                      detections.labels[j], detections.rows[j], first_vote(detections.labels[j], detections.scores[j]),
                      false, 1, clock.frame, clock.frame, clock.time});
    note_birth(record, tracks.back().id, detections.rows[j]);
  }
}

template <class B>
TrackView<B> SFSORT<B>::view(const Track& track, const Clock& clock) const {
  return {track.id,
          track.status,
          clock.frame - track.first_frame,
          track.hits,
          clock.frame - track.last_frame,
          track.score,
          track.label,
          track.state,
          0.0,  // a box at rest
          0.0};
}

template class SFSORT<Aabb>;
template class SFSORT<Obb>;

}  // namespace boxtrail
