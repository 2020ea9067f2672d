// HOTA: J. Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 129, 2021.
#pragma once

#include <array>
#include <cstddef>

#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

inline constexpr std::size_t kNumAlphas = 19;
using AlphaCurve = std::array<double, kNumAlphas>;

// Similarity a match needs, of each entry of a curve: 0.05, 0.10 … 0.95.
inline double alpha(std::size_t index) { return 0.05 + static_cast<double>(index) * 0.05; }

// Sums over matches, so that sequences add; the shares follow from them.
struct Hota {
  AlphaCurve tp{}, fn{}, fp{};
  // Over the true positives: association accuracy, recall and precision, and similarity.
  AlphaCurve ass_a{}, ass_re{}, ass_pr{}, loc{};

  Hota& operator+=(const Hota& other);
  AlphaCurve det_a() const;
  AlphaCurve hota() const;
  bool operator==(const Hota&) const = default;
};

Hota hota(const Comparison& comparison);

}  // namespace boxtrail::metrics
