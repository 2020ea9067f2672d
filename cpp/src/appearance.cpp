#include "boxtrail/appearance.hpp"

#include <cassert>
#include <cmath>

namespace boxtrail {

double cosine_distance(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  double cosine = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) cosine += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  return 1.0 - cosine;
}

void smooth(std::span<float> previous, std::span<const float> current, double alpha) {
  assert(previous.size() == current.size());
  std::vector<double> mixed(previous.size());
  double sum = 0.0;
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    mixed[k] = alpha * static_cast<double>(previous[k]) + (1.0 - alpha) * static_cast<double>(current[k]);
    sum += mixed[k] * mixed[k];
  }
  const double norm = std::sqrt(sum);
  if (norm == 0.0) return;
  for (std::size_t k = 0; k < mixed.size(); ++k) previous[k] = static_cast<float>(mixed[k] / norm);
}

double adaptive_alpha(double base, double score, double min_score) {
  return base + (1.0 - base) * (1.0 - (score - min_score) / (1.0 - min_score));
}

}  // namespace boxtrail
