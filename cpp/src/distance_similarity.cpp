#include "boxtrail/distance_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace boxtrail {

namespace {

constexpr std::int64_t kSettledAge = 7;  // frames until a track is trusted
constexpr std::size_t kFewShare = 4;     // a search is worth it where it leaves less than a quarter
constexpr std::size_t kBlock = 16;       // detections that are looked at together
constexpr double kWhole = std::numeric_limits<double>::infinity();

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

double track_confidence(std::int64_t age, std::int64_t misses) {
  return std::pow(0.9, static_cast<double>(age < kSettledAge ? kSettledAge - age : misses - 1));
}

template <class Box>
void Expected<Box>::clear() {
  boxes.clear();
  position.clear();
  variance.clear();
  inverse_variance.clear();
  confidence.clear();
  misses.clear();
}

template <class Box>
void Expected<Box>::add(const BoxState<Box>& state) {
  std::array<double, 4> p, v, inverse;
  for (std::size_t k = 0; k < 4; ++k) {
    p[k] = state.position[k];
    v[k] = state.is_dense() ? state.dense[k * (2 * Box::kSize + 1)] : state.pp[k];
    inverse[k] = 1.0 / v[k];
  }
  position.push_back(p);
  variance.push_back(v);
  inverse_variance.push_back(inverse);
}

template <class Box>
void DistanceSimilarity<Box>::begin(const BoxModel<Box>& model, const Expected<Box>& tracks,
                                    std::span<const Box> detections) {
  model_ = &model;
  tracks_ = &tracks;
  detections_ = detections;
  sums_.assign(tracks.size(), {0.0, 0, 0});
  sorted_.clear();
  if constexpr (Box::kSize == 4) {
    measured_.clear();
    for (const Box& box : detections) measured_.push_back(measurement(model, box));
  }
}

template <class Box>
double DistanceSimilarity<Box>::squared(std::int32_t i, std::int32_t j) const {
  const auto& position = tracks_->position[at(i)];
  const auto& inverse = tracks_->inverse_variance[at(i)];
  const auto add = [&](double total, const auto& measured, std::size_t k) {
    const double difference = measured[k] - position[k];
    return total + difference * difference * inverse[k];
  };
  if constexpr (Box::kSize == 4) {
    const auto& z = measured_[at(j)];
    double total = add(0.0, z, 0);
    if (total > kBoostGate) return total;
    for (std::size_t k = 1; k < 4; ++k) total = add(total, z, k);
    return total;
  } else {
    // The centre is the same in every code, so most pairs need no alignment.
    const Box& box = detections_[at(j)];
    double total = add(0.0, std::array{box.cx, box.cy}, 0);
    total = add(total, std::array{box.cx, box.cy}, 1);
    if (total > kBoostGate) return total;
    const auto z = measurement(*model_, align(box, tracks_->boxes[at(i)]));
    return add(add(total, z, 2), z, 3);
  }
}

template <class Box>
double DistanceSimilarity<Box>::operator()(std::int32_t i, std::int32_t j) {
  const double distance = squared(i, j);
  if (distance > kBoostGate) return 0.0;
  reach(i, kWhole);
  return std::exp(kBoostGate - distance) / sums_[at(i)].total;
}

template <class Box>
bool DistanceSimilarity<Box>::may_exceed(std::int32_t i, std::int32_t j, double value) {
  if (value < 0.0 || value >= 1.0) return value < 0.0;
  const double distance = squared(i, j);
  if (distance > kBoostGate) return false;
  return value == 0.0 || !reach(i, std::exp(kBoostGate - distance) / value);
}

// Sums until the total reaches `wanted`, or is whole; whether it did reach it.
template <class Box>
bool DistanceSimilarity<Box>::reach(std::int32_t i, double wanted) {
  Sum& sum = sums_[at(i)];
  const auto count = static_cast<std::int32_t>(detections_.size());
  if (sum.next == count) return sum.total >= wanted;
  if (sum.next > 0 || !add_near(i, sum)) {
    while (sum.next < count) {
      if (sum.total >= wanted) return true;
      add_block(i, sum);
    }
  }
  sum.next = count;
  sum.total += static_cast<double>(count - sum.count);
  return sum.total >= wanted;
}

// The next few detections, distances first: they vectorise, and the loop over the exponentials has no other work.
template <class Box>
void DistanceSimilarity<Box>::add_block(std::int32_t i, Sum& sum) {
  std::array<double, kBlock> distances;
  const auto end =
      std::min(sum.next + static_cast<std::int32_t>(kBlock), static_cast<std::int32_t>(detections_.size()));
  const auto count = at(end - sum.next);
  if constexpr (Box::kSize == 4) {
    const auto position = tracks_->position[at(i)], inverse = tracks_->inverse_variance[at(i)];
    const auto* z = measured_.data() + sum.next;
    for (std::size_t j = 0; j < count; ++j) {
      double total = 0.0;
      for (std::size_t k = 0; k < 4; ++k) {
        const double difference = z[j][k] - position[k];
        total += difference * difference * inverse[k];
      }
      distances[j] = total;
    }
  } else {
    for (std::size_t j = 0; j < count; ++j) distances[j] = squared(i, sum.next + static_cast<std::int32_t>(j));
  }
  for (std::size_t j = 0; j < count; ++j) {
    if (distances[j] > kBoostGate) continue;
    sum.total += std::exp(kBoostGate - distances[j]);
    ++sum.count;
  }
  sum.next = end;
}

// The whole sum of a track whose gate is narrow: the others need not be looked at. False if it is wide.
template <class Box>
bool DistanceSimilarity<Box>::add_near(std::int32_t i, Sum& sum) {
  if (sorted_.empty()) sort_by_position();
  const double x = tracks_->position[at(i)][0];
  const double radius = std::sqrt(kBoostGate * tracks_->variance[at(i)][0]) * (1.0 + 1e-9);
  const auto from = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair{x - radius, -1});
  auto to = from;
  const std::size_t few = detections_.size() / kFewShare + 1;
  for (; to != sorted_.end() && to->first <= x + radius; ++to)
    if (static_cast<std::size_t>(to - from) > few) return false;
  within_.clear();
  for (auto item = from; item != to; ++item)
    if (squared(i, item->second) <= kBoostGate) within_.push_back(item->second);
  std::sort(within_.begin(), within_.end());
  for (const std::int32_t j : within_) sum.total += std::exp(kBoostGate - squared(i, j));
  sum.count = static_cast<std::int32_t>(within_.size());
  return true;
}

template <class Box>
void DistanceSimilarity<Box>::sort_by_position() {
  for (std::size_t j = 0; j < detections_.size(); ++j) {
    double x;
    if constexpr (Box::kSize == 4)
      x = measured_[j][0];
    else
      x = detections_[j].cx;
    sorted_.emplace_back(x, static_cast<std::int32_t>(j));
  }
  std::sort(sorted_.begin(), sorted_.end());
}

template struct Expected<Aabb>;
template struct Expected<Obb>;
template class DistanceSimilarity<Aabb>;
template class DistanceSimilarity<Obb>;

}  // namespace boxtrail
