#include "boxtrail/spacing.hpp"

#include <algorithm>
#include <numeric>

namespace boxtrail {

namespace {

constexpr Similarity kIou{Measure::kIou, 0.0, 0.0};

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class Box>
void Spacer::look_at(std::span<const Box> boxes) {
  pairs_.find<Box>(kIou, boxes, boxes, true, overlap_);
}

void Spacer::thin_out(std::span<const double> scores, double max_iou, std::vector<char>& kept) {
  if (!is_crowded(max_iou)) return;
  order_.resize(scores.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(), [&](std::int32_t a, std::int32_t b) {
    return scores[at(a)] != scores[at(b)] ? scores[at(a)] > scores[at(b)] : a < b;
  });
  open_ = kept;
  std::fill(kept.begin(), kept.end(), static_cast<char>(0));
  for (const std::int32_t j : order_) {
    bool free = open_[at(j)] != 0;
    for (auto k = overlap_.row_start[at(j)]; free && k < overlap_.row_start[at(j) + 1]; ++k)
      free = kept[at(overlap_.column[at(k)])] == 0 || overlap_.value[at(k)] <= max_iou;
    kept[at(j)] = free ? 1 : 0;
  }
}

double Spacer::nearest(std::size_t j, const std::vector<char>& kept) const {
  double most = 0.0;
  for (auto k = overlap_.row_start[j]; k < overlap_.row_start[j + 1]; ++k)
    if (kept[at(overlap_.column[at(k)])] != 0) most = std::max(most, overlap_.value[at(k)]);
  return most;
}

template <class Box>
void Spacer::keep_off(std::span<const Box> boxes, std::span<const Box> taken, double max_iou, std::vector<char>& kept) {
  pairs_.find<Box>(kIou, boxes, taken, true, taken_overlap_);
  for (std::size_t j = 0; j < boxes.size(); ++j)
    for (auto k = taken_overlap_.row_start[j]; k < taken_overlap_.row_start[j + 1]; ++k)
      if (taken_overlap_.value[at(k)] > max_iou) kept[j] = 0;
}

// Whether any two boxes overlap by more; if not, the order does not matter.
bool Spacer::is_crowded(double max_iou) const {
  for (std::int32_t i = 0; i < overlap_.num_rows(); ++i)
    for (auto k = overlap_.row_start[at(i)]; k < overlap_.row_start[at(i) + 1]; ++k)
      if (overlap_.column[at(k)] != i && overlap_.value[at(k)] > max_iou) return true;
  return false;
}

template void Spacer::look_at<Aabb>(std::span<const Aabb>);
template void Spacer::look_at<Obb>(std::span<const Obb>);
template void Spacer::keep_off<Aabb>(std::span<const Aabb>, std::span<const Aabb>, double, std::vector<char>&);
template void Spacer::keep_off<Obb>(std::span<const Obb>, std::span<const Obb>, double, std::vector<char>&);

}  // namespace boxtrail
