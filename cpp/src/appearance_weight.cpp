#include "boxtrail/appearance_weight.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace boxtrail {

namespace {

void take(std::array<double, 2>& best, double value) {
  if (value > best[0])
    best = {value, best[0]};
  else if (value > best[1])
    best[1] = value;
}

double lead(const std::array<double, 2>& best, double limit) { return std::min(best[0] - best[1], limit); }

double share(const std::array<double, 2>& best, double limit) {
  if (best[0] <= 0.0) return 0.0;  // nothing looks alike at all: appearance says nothing
  const double excess = best[1] / best[0] - limit;
  return excess <= 0.0 ? 1.0 : 1.0 - excess / (1.0 - limit);
}

}  // namespace

void AppearanceWeight::apply(WeightMetric metric, double weight, double limit, std::size_t num_columns,
                             std::vector<double>& cosine) {
  if (cosine.empty()) return;
  if (metric == WeightMetric::kOff) {
    for (double& value : cosine) value = weight * value;
    return;
  }
  find_best(num_columns, cosine);
  const bool is_new = metric == WeightMetric::kNew;
  const auto fill = [&](const std::vector<BestTwo>& best, bool has_rivals, std::vector<double>& factor) {
    factor.assign(best.size(), is_new ? 0.0 : 1.0);
    for (std::size_t i = 0; has_rivals && i < best.size(); ++i)
      factor[i] = is_new ? 0.5 * lead(best[i], limit) : share(best[i], limit);
  };
  fill(row_best_, num_columns > 1, row_factor_);
  fill(column_best_, row_best_.size() > 1, column_factor_);
  for (std::size_t i = 0; i < row_best_.size(); ++i) {
    double* row = cosine.data() + i * num_columns;
    const double base = is_new ? weight + row_factor_[i] : weight * row_factor_[i];
    for (std::size_t j = 0; j < num_columns; ++j)
      row[j] = (is_new ? base + column_factor_[j] : base * column_factor_[j]) * row[j];
  }
}

void AppearanceWeight::find_best(std::size_t num_columns, const std::vector<double>& cosine) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  row_best_.assign(cosine.size() / num_columns, {kNone, kNone});
  column_best_.assign(num_columns, {kNone, kNone});
  for (std::size_t i = 0; i < row_best_.size(); ++i)
    for (std::size_t j = 0; j < num_columns; ++j) {
      take(row_best_[i], cosine[i * num_columns + j]);
      take(column_best_[j], cosine[i * num_columns + j]);
    }
}

}  // namespace boxtrail
