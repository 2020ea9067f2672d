// The full assignment of highest total weight, with SciPy's choice among equal ones.
//
// The official evaluation kits assign with scipy.optimize.linear_sum_assignment, so that their numbers depend on which
// of several equal assignments it returns. This is the same method (shortest augmenting paths in a rectangular matrix:
// D. F. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE TAES 52(4), 2016) with the same order of
// columns and sums. A tracker does better with assignment.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace boxtrail::metrics {

// Keeps its memory between frames.
class DenseAssigner {
 public:
  // The column of every row, −1 for none; min(rows, columns) rows have one. `weights` are finite, row by row.
  const std::vector<std::int32_t>& assign(std::span<const double> weights, std::int32_t num_rows,
                                          std::int32_t num_columns);

 private:
  void add_row(std::int32_t row);
  std::int32_t search(std::int32_t row, double& length);

  std::int32_t num_rows_ = 0, num_columns_ = 0;  // rows ≤ columns
  std::vector<double> cost_;
  std::vector<double> row_price_, column_price_, distance_;
  std::vector<std::int32_t> column_of_, row_of_, came_from_, open_;
  std::vector<std::int32_t> reached_rows_, closed_columns_;
  std::vector<std::int32_t> result_;
};

}  // namespace boxtrail::metrics
