#include "boxtrail/metrics/dense_assignment.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace boxtrail::metrics {

namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

const std::vector<std::int32_t>& DenseAssigner::assign(std::span<const double> weights, std::int32_t num_rows,
                                                       std::int32_t num_columns) {
  const bool tall = num_columns < num_rows;
  num_rows_ = tall ? num_columns : num_rows;
  num_columns_ = tall ? num_rows : num_columns;
  cost_.resize(weights.size());
  for (std::int32_t i = 0; i < num_rows_; ++i)
    for (std::int32_t j = 0; j < num_columns_; ++j)
      cost_[at(i) * at(num_columns_) + at(j)] =
          -(tall ? weights[at(j) * at(num_columns) + at(i)] : weights[at(i) * at(num_columns) + at(j)]);
  row_price_.assign(at(num_rows_), 0.0);
  column_price_.assign(at(num_columns_), 0.0);
  distance_.resize(at(num_columns_));
  came_from_.resize(at(num_columns_));
  column_of_.assign(at(num_rows_), -1);
  row_of_.assign(at(num_columns_), -1);
  for (std::int32_t row = 0; row < num_rows_; ++row) add_row(row);
  result_ = tall ? row_of_ : column_of_;
  return result_;
}

// Brings a row in along the cheapest augmenting path, then moves the prices so that matched pairs cost nothing.
void DenseAssigner::add_row(std::int32_t row) {
  double length = 0.0;
  const std::int32_t end = search(row, length);
  row_price_[at(row)] += length;
  for (const std::int32_t i : reached_rows_)
    if (i != row) row_price_[at(i)] += length - distance_[at(column_of_[at(i)])];
  for (const std::int32_t j : closed_columns_) column_price_[at(j)] -= length - distance_[at(j)];
  std::int32_t column = end, i = -1;
  do {
    i = came_from_[at(column)];
    row_of_[at(column)] = i;
    std::swap(column_of_[at(i)], column);
  } while (i != row);
}

// Dijkstra from `row` to the nearest free column. Columns are looked at from the last to the first, a closed one being
// replaced by the last open one; of equally near columns a free one wins, and of those the last looked at.
std::int32_t DenseAssigner::search(std::int32_t row, double& length) {
  open_.resize(at(num_columns_));
  for (std::int32_t k = 0; k < num_columns_; ++k) open_[at(k)] = num_columns_ - 1 - k;
  std::fill(distance_.begin(), distance_.end(), kFar);
  reached_rows_.clear();
  closed_columns_.clear();
  for (std::int32_t i = row;;) {
    reached_rows_.push_back(i);
    const double* costs = cost_.data() + at(i) * at(num_columns_);
    const double price = row_price_[at(i)];
    double nearest = kFar;
    std::size_t choice = 0;
    for (std::size_t k = 0; k < open_.size(); ++k) {
      const std::int32_t j = open_[k];
      const double through = length + costs[j] - price - column_price_[at(j)];
      if (through < distance_[at(j)]) {
        distance_[at(j)] = through;
        came_from_[at(j)] = i;
      }
      const double d = distance_[at(j)];
      if (d < nearest || (d == nearest && row_of_[at(j)] < 0)) {
        nearest = d;
        choice = k;
      }
    }
    length = nearest;
    const std::int32_t j = open_[choice];
    closed_columns_.push_back(j);
    open_[choice] = open_.back();
    open_.pop_back();
    if (row_of_[at(j)] < 0) return j;
    i = row_of_[at(j)];
  }
}

}  // namespace boxtrail::metrics
