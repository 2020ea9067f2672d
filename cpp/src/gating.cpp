#include "boxtrail/gating.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class Box>
void MotionGate<Box>::find(const BoxModel<Box>& model, std::span<const BoxState<Box>* const> states,
                           std::span<const Box> detections, SparseMatrix& distances) {
  distances.reset(static_cast<std::int32_t>(detections.size()));
  measured_.clear();
  for (const Box& box : detections) measured_.push_back(measurement(model, box));
  order_.resize(detections.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(),
            [&](std::int32_t a, std::int32_t b) { return measured_[at(a)][0] < measured_[at(b)][0]; });
  x_.clear();
  for (const std::int32_t j : order_) x_.push_back(measured_[at(j)][0]);

  for (const BoxState<Box>* state : states) {
    const Probe track = probe(model, *state);
    // No term is negative: who is out of the gate by x alone is out. The margins outweigh any rounding.
    const double reach = std::sqrt(kChi2Gate<Box> * track.variance[0]) * (1.0 + 1e-9) + 1e-12 * std::abs(track.mean[0]);
    near_.clear();
    const auto begin = std::lower_bound(x_.begin(), x_.end(), track.mean[0] - reach);
    for (auto x = begin; x != x_.end() && *x <= track.mean[0] + reach; ++x) {
      const std::int32_t j = order_[static_cast<std::size_t>(x - x_.begin())];
      double squared;
      if constexpr (kSize == 5)
        squared = distance(track, measurement(model, align(detections[at(j)], to_box<Box>(model, *state))));
      else
        squared = distance(track, measured_[at(j)]);
      if (squared <= kChi2Gate<Box>) near_.push_back({j, squared});
    }
    std::sort(near_.begin(), near_.end(), [](const Candidate& a, const Candidate& b) { return a.column < b.column; });
    for (const Candidate& candidate : near_) distances.push(candidate.column, candidate.distance);
    distances.end_row();
  }
}

template <class Box>
typename MotionGate<Box>::Probe MotionGate<Box>::probe(const BoxModel<Box>& model, const BoxState<Box>& state) {
  Probe out;
  const Values noise = measurement_noise(model, state);
  out.mean = state.position;
  out.is_dense = state.is_dense();
  if (!out.is_dense) {
    for (std::size_t i = 0; i < kSize; ++i) out.variance[i] = state.pp[i] + noise[i];
    return out;
  }
  std::array<Values, kSize> p;
  for (std::size_t i = 0; i < kSize; ++i)
    for (std::size_t k = 0; k < kSize; ++k) p[i][k] = state.dense[i * 2 * kSize + k];
  for (std::size_t i = 0; i < kSize; ++i) {
    const Values row = p[i];
    out.variance[i] = row[i] + noise[i];
    for (std::size_t k = 0; k < kSize; ++k) out.gain[i][k] = row[k] / out.variance[i];
    for (std::size_t a = 0; a < kSize; ++a)
      for (std::size_t b = a; b < kSize; ++b) p[b][a] = p[a][b] -= out.gain[i][a] * row[b];
  }
  return out;
}

// Of a pair outside the gate the sum so far.
template <class Box>
double MotionGate<Box>::distance(const Probe& probe, const Values& measured) {
  double sum = 0.0;
  if (!probe.is_dense) {
    for (std::size_t i = 0; i < kSize && sum <= kChi2Gate<Box>; ++i) {
      const double innovation = measured[i] - probe.mean[i];
      sum += innovation * innovation / probe.variance[i];
    }
    return sum;
  }
  Values mean = probe.mean;
  for (std::size_t i = 0; i < kSize && sum <= kChi2Gate<Box>; ++i) {
    const double innovation = measured[i] - mean[i];
    sum += innovation * innovation / probe.variance[i];
    for (std::size_t k = 0; k < kSize; ++k) mean[k] += probe.gain[i][k] * innovation;
  }
  return sum;
}

template class MotionGate<Aabb>;
template class MotionGate<Obb>;

}  // namespace boxtrail
