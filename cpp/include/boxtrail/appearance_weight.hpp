// How much the appearance of a pair counts, by how clearly it stands out (Deep OC-SORT, Maggiolino et al. 2023, §3.3).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace boxtrail {

// kNew: the weight plus half the lead of the best over the second of the row, and of the column, each at most the
// limit. kMax, the authors' earlier form: the weight times 1 − (second / best − limit) / (1 − limit) of row and column,
// at most 1. kOff: the weight. A row or column with one entry has no rival and changes nothing.
enum class WeightMetric { kNew, kMax, kOff };

// Keeps its memory between frames.
class AppearanceWeight {
 public:
  // Multiplies the cosines, row by row, by their weights.
  void apply(WeightMetric metric, double weight, double limit, std::size_t num_columns, std::vector<double>& cosine);

 private:
  using BestTwo = std::array<double, 2>;
  void find_best(std::size_t num_columns, const std::vector<double>& cosine);

  std::vector<BestTwo> row_best_, column_best_;
  std::vector<double> row_factor_, column_factor_;
};

}  // namespace boxtrail
