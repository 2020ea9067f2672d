// Pairs that every best full assignment has in it, found without solving one: most of a crowd is settled this way, and
// Mahalanobis terms that cannot change anything are never computed.
#pragma once

#include "boxtrail/assignment.hpp"
#include "boxtrail/association.hpp"
#include "boxtrail/distance_similarity.hpp"

namespace boxtrail {

// A pair is in every best assignment if putting it in and pairing the two partners it frees wins against whatever two
// pairs it takes the place of. No score is negative, so it is enough to score more than the best other pair of its row
// and the best other one of its column together. What is left is a smaller problem of the same kind.
//
// Keeps its memory between frames.
template <class Box>
class DominantPairs {
 public:
  // `pairs` holds all that score besides λ · distance; `score(k)` is a pair's whole score, `floor` its score without
  // that term. Only pairs marked in `is_kept` are looked for.
  template <class Score>
  void find(const SparseMatrix& pairs, const std::vector<double>& floor, const std::vector<char>& is_kept,
            double lambda, DistanceSimilarity<Box>& distance, const Score& score);

  const Matches& matches() const { return matches_; }                    // ascending by row
  bool is_complete() const { return num_open_ == 0; }                    // whether no kept pair is left in doubt
  const std::vector<std::int32_t>& rows() const { return rows_; }        // not in matches(), ascending
  const std::vector<std::int32_t>& columns() const { return columns_; }  // likewise

 private:
  struct Best {
    double first, second;
    std::int32_t pair;  // of the first, −1 for none
  };
  void begin(const SparseMatrix& pairs);
  bool sweep(const SparseMatrix& pairs, const std::vector<char>& is_kept, double lambda,
             DistanceSimilarity<Box>* distance);
  void rank(const SparseMatrix& pairs, double least);
  bool is_dominant(const SparseMatrix& pairs, std::int32_t i, std::int32_t j, double low, double row, double column,
                   double lambda, DistanceSimilarity<Box>* distance) const;
  bool beats_exchanges(const SparseMatrix& pairs, std::int32_t i, std::int32_t j, double low) const;
  std::int32_t place(const SparseMatrix& pairs, std::int32_t i, std::int32_t j) const;
  void list_free(const SparseMatrix& pairs, const std::vector<char>& is_kept);

  std::vector<double> low_, high_;  // of the pairs' scores
  std::vector<Best> row_best_, column_best_;
  std::vector<std::int32_t> column_of_, row_of_, rows_, columns_;
  std::size_t num_open_ = 0;
  Matches matches_;
};

inline constexpr double kDominance = 1e-9;  // well above the rounding of scores and of the assigner's weights

template <class Box>
template <class Score>
void DominantPairs<Box>::find(const SparseMatrix& pairs, const std::vector<double>& floor,
                              const std::vector<char>& is_kept, double lambda, DistanceSimilarity<Box>& distance,
                              const Score& score) {
  begin(pairs);
  // First with bounds alone, then with the scores themselves for what is left.
  low_ = floor;
  high_ = floor;
  for (double& value : high_) value += lambda;
  while (sweep(pairs, is_kept, lambda, nullptr)) {
  }
  list_free(pairs, is_kept);
  if (is_complete()) return;
  for (const std::int32_t i : rows_) {
    const auto row = static_cast<std::size_t>(i);
    for (auto k = pairs.row_start[row]; k < pairs.row_start[row + 1]; ++k)
      if (row_of_[static_cast<std::size_t>(pairs.column[static_cast<std::size_t>(k)])] < 0)
        low_[static_cast<std::size_t>(k)] = high_[static_cast<std::size_t>(k)] = score(i, k);
  }
  while (!is_complete() && sweep(pairs, is_kept, lambda, &distance)) list_free(pairs, is_kept);
}

}  // namespace boxtrail
