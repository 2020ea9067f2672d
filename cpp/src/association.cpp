#include "boxtrail/association.hpp"

#include <algorithm>
#include <cassert>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

namespace boxtrail {

namespace {

constexpr std::int32_t kBruteForcePairs = 1024;  // below this a grid costs more than it saves
constexpr double kMaxCellsPerBox = 8.0;          // boxes much larger than the mean would flood the grid

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// Without short cuts: four comparisons cost less than one branch that is guessed wrong.
bool overlaps(const Aabb& a, const Aabb& b) {
  return static_cast<bool>(static_cast<int>(a.x1 < b.x2) & static_cast<int>(b.x1 < a.x2) &
                           static_cast<int>(a.y1 < b.y2) & static_cast<int>(b.y1 < a.y2));
}

struct Overlap {
  double intersection, united;
};

Overlap overlap(const Aabb& a, const Aabb& b) {
  const double w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const double h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const double intersection = std::max(w, 0.0) * std::max(h, 0.0);
  const double area_a = (a.x2 - a.x1) * (a.y2 - a.y1);
  const double area_b = (b.x2 - b.x1) * (b.y2 - b.y1);
  return {intersection, area_a + area_b - intersection};
}

Aabb grow(const Aabb& box, double ratio) {
  const double dw = ratio * (box.x2 - box.x1), dh = ratio * (box.y2 - box.y1);
  return {box.x1 - dw, box.y1 - dh, box.x2 + dw, box.y2 + dh};
}

double squared_centre_distance(const Aabb& a, const Aabb& b) {
  const double dx = (a.x1 + a.x2) / 2.0 - (b.x1 + b.x2) / 2.0;
  const double dy = (a.y1 + a.y2) / 2.0 - (b.y1 + b.y2) / 2.0;
  return dx * dx + dy * dy;
}

double aspect_angle(const Aabb& box) { return std::atan((box.x2 - box.x1) / (box.y2 - box.y1)); }

double height_overlap(const Aabb& a, const Aabb& b) {
  const double common = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  return std::max(common, 0.0) / (std::max(a.y2, b.y2) - std::min(a.y1, b.y1));
}

double aspect_penalty(double iou, double difference) {
  const double v = 4.0 / (std::numbers::pi * std::numbers::pi) * (difference * difference);
  return v > 0.0 ? v / (1.0 - iou + v) * v : 0.0;
}

}  // namespace

Measure measure_by_name(std::string_view name) {
  constexpr std::pair<std::string_view, Measure> kNames[] = {
      {"iou", Measure::kIou},     {"giou", Measure::kGiou},         {"diou", Measure::kDiou}, {"ciou", Measure::kCiou},
      {"hmiou", Measure::kHmiou}, {"centroid", Measure::kCentroid}, {"biou", Measure::kBiou}};
  for (const auto& [known, measure] : kNames)
    if (name == known) return measure;
  throw std::invalid_argument("unknown measure " + std::string(name));
}

double iou(const Aabb& a, const Aabb& b) {
  const Overlap o = overlap(a, b);
  return o.intersection / o.united;
}

double Similarity::operator()(const Aabb& a, const Aabb& b) const {
  switch (measure) {
    case Measure::kIou:
      return iou(a, b);
    case Measure::kHmiou:
      return iou(a, b) * height_overlap(a, b);
    case Measure::kBiou:
      return iou(grow(a, buffer_ratio), grow(b, buffer_ratio));
    case Measure::kCentroid:
      return 1.0 - std::sqrt(squared_centre_distance(a, b)) / image_diagonal;
    default:
      break;
  }
  const double w = std::max(a.x2, b.x2) - std::min(a.x1, b.x1);
  const double h = std::max(a.y2, b.y2) - std::min(a.y1, b.y1);
  const Overlap o = overlap(a, b);
  const double jaccard = o.intersection / o.united;
  if (measure == Measure::kGiou) return (jaccard - (w * h - o.united) / (w * h) + 1.0) / 2.0;
  double value = jaccard - squared_centre_distance(a, b) / (w * w + h * h);
  if (measure == Measure::kCiou) value = value - aspect_penalty(jaccard, aspect_angle(a) - aspect_angle(b));
  return (value + 1.0) / 2.0;
}

template <class Box>
void PairFinder::find(const Similarity& similarity, std::span<const Box> tracks, std::span<const Box> detections,
                      bool sparse, SparseMatrix& out) {
  const auto n = static_cast<std::int32_t>(tracks.size()), m = static_cast<std::int32_t>(detections.size());
  out.reset(m);
  if (n == 0 || m == 0) {
    out.row_start.assign(tracks.size() + 1, 0);
    return;
  }
  if (!sparse || !similarity.needs_overlap()) {
    for (const Box& track : tracks) {
      for (std::int32_t j = 0; j < m; ++j) out.push(j, similarity(track, detections[at(j)]));
      out.end_row();
    }
    return;
  }
  const double growth = similarity.measure == Measure::kBiou ? similarity.buffer_ratio : 0.0;
  const auto reach = [&](const Box& box) {
    const Aabb around = bounds(box);
    // An oriented box that grows by a share of its sides stays within its bounds grown by that share.
    return growth > 0.0 ? grow(around, growth) : around;
  };
  track_bounds_.resize(tracks.size());
  detection_bounds_.resize(detections.size());
  std::transform(tracks.begin(), tracks.end(), track_bounds_.begin(), reach);
  std::transform(detections.begin(), detections.end(), detection_bounds_.begin(), reach);
  find_candidates(n, m);
  for (std::int32_t i = 0; i < n; ++i) {
    for (auto k = candidate_start_[at(i)]; k < candidate_start_[at(i) + 1]; ++k) {
      const std::int32_t j = candidates_[at(k)];
      const double value = similarity(tracks[at(i)], detections[at(j)]);
      if (value > 0.0) out.push(j, value);
    }
    out.end_row();
  }
}

template void PairFinder::find<Aabb>(const Similarity&, std::span<const Aabb>, std::span<const Aabb>, bool,
                                     SparseMatrix&);
template void PairFinder::find<Obb>(const Similarity&, std::span<const Obb>, std::span<const Obb>, bool, SparseMatrix&);

void PairFinder::find_candidates(std::int32_t num_tracks, std::int32_t num_detections) {
  candidates_.clear();
  candidate_start_.assign(1, 0);
  const bool gridded =
      static_cast<std::int64_t>(num_tracks) * num_detections > kBruteForcePairs && fill_grid(num_detections);
  for (const Aabb& box : track_bounds_) {
    if (gridded)
      query_grid(box);
    else
      query_all(box);
    candidate_start_.push_back(static_cast<std::int32_t>(candidates_.size()));
  }
}

PairFinder::Cells PairFinder::cells(const Aabb& box) const {
  const auto column = [&](double x) {
    return static_cast<std::int32_t>(std::clamp((x - origin_x_) * inverse_cell_w_, 0.0, last_column_));
  };
  const auto row = [&](double y) {
    return static_cast<std::int32_t>(std::clamp((y - origin_y_) * inverse_cell_h_, 0.0, last_row_));
  };
  return {column(box.x1), row(box.y1), column(box.x2), row(box.y2)};
}

// Counting sort of the detections into cells of about one mean box. False if the boxes cover too many cells.
bool PairFinder::fill_grid(std::int32_t num_detections) {
  Aabb all = detection_bounds_.front();
  double sum_w = 0.0, sum_h = 0.0;
  for (const Aabb& box : detection_bounds_) {
    all = {std::min(all.x1, box.x1), std::min(all.y1, box.y1), std::max(all.x2, box.x2), std::max(all.y2, box.y2)};
    sum_w += box.x2 - box.x1;
    sum_h += box.y2 - box.y1;
  }
  // No finer than about one cell a box, so that a few boxes in a large image do not make an empty, huge grid.
  const double side = std::max(1.0, std::sqrt(static_cast<double>(num_detections)));
  origin_x_ = all.x1;
  origin_y_ = all.y1;
  inverse_cell_w_ = 1.0 / std::max(sum_w / num_detections, (all.x2 - all.x1) / side);
  inverse_cell_h_ = 1.0 / std::max(sum_h / num_detections, (all.y2 - all.y1) / side);
  if (!std::isfinite(inverse_cell_w_) || !std::isfinite(inverse_cell_h_)) return false;  // all on one line
  last_column_ = std::floor((all.x2 - all.x1) * inverse_cell_w_);
  last_row_ = std::floor((all.y2 - all.y1) * inverse_cell_h_);
  grid_w_ = static_cast<std::int32_t>(last_column_) + 1;
  const auto num_cells = at(grid_w_) * (static_cast<std::size_t>(last_row_) + 1);

  // Two more entries than cells: after the sort below, cell c holds [cell_start_[c + 1], cell_start_[c + 2]).
  cell_start_.assign(num_cells + 2, 0);
  detection_cells_.resize(detection_bounds_.size());
  double covered = 0.0;
  for (std::size_t j = 0; j < detection_bounds_.size(); ++j) {
    const Cells c = detection_cells_[j] = cells(detection_bounds_[j]);
    covered += static_cast<double>(c.x2 - c.x1 + 1) * (c.y2 - c.y1 + 1);
    if (covered > kMaxCellsPerBox * num_detections) return false;
    for (auto y = c.y1; y <= c.y2; ++y)
      for (auto x = c.x1; x <= c.x2; ++x) ++cell_start_[at(y * grid_w_ + x) + 1];
  }
  for (std::size_t c = 1; c < cell_start_.size(); ++c) cell_start_[c] += cell_start_[c - 1];
  cell_items_.resize(at(cell_start_.back()));
  for (std::int32_t j = num_detections - 1; j >= 0; --j) {  // backwards: each cell lists its boxes in order
    const Cells c = detection_cells_[at(j)];
    for (auto y = c.y1; y <= c.y2; ++y)
      for (auto x = c.x1; x <= c.x2; ++x) cell_items_[at(--cell_start_[at(y * grid_w_ + x) + 1])] = j;
  }
  return true;
}

// Writes every detection down and moves on only past those that overlap: no branch to guess wrong.
void PairFinder::query_all(const Aabb& a) {
  auto count = candidates_.size();
  candidates_.resize(count + detection_bounds_.size());
  for (std::size_t j = 0; j < detection_bounds_.size(); ++j) {
    candidates_[count] = static_cast<std::int32_t>(j);
    count += overlaps(a, detection_bounds_[j]) ? 1 : 0;
  }
  candidates_.resize(count);
}

void PairFinder::query_grid(const Aabb& a) {
  const auto first = candidates_.size();
  const Cells mine = cells(a);
  for (auto y = mine.y1; y <= mine.y2; ++y) {
    for (auto x = mine.x1; x <= mine.x2; ++x) {
      const auto c = at(y * grid_w_ + x);
      for (auto k = cell_start_[c + 1]; k < cell_start_[c + 2]; ++k) {
        const std::int32_t j = cell_items_[at(k)];
        const Cells other = detection_cells_[at(j)];
        // A pair that meets in several cells counts in the one with the first corner of its intersection.
        if (std::max(mine.x1, other.x1) != x || std::max(mine.y1, other.y1) != y) continue;
        if (overlaps(a, detection_bounds_[at(j)])) candidates_.push_back(j);
      }
    }
  }
  for (auto k = first + 1; k < candidates_.size(); ++k) {  // a handful, nearly in order
    const std::int32_t j = candidates_[k];
    auto place = k;
    for (; place > first && candidates_[place - 1] > j; --place) candidates_[place] = candidates_[place - 1];
    candidates_[place] = j;
  }
}

double direction_consistency(Point direction, Point reference, Point target, double score, double inertia) {
  const double dx = target.x - reference.x, dy = target.y - reference.y;
  const double norm = std::sqrt(dx * dx + dy * dy) + 1e-6;
  const double cosine = direction.x * (dx / norm) + direction.y * (dy / norm);
  const double angle = std::acos(std::clamp(cosine, -1.0, 1.0));
  return (std::numbers::pi / 2.0 - std::abs(angle)) / std::numbers::pi * inertia * score;
}

}  // namespace boxtrail
