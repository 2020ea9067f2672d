#include "boxtrail/dominant_pairs.hpp"

#include <algorithm>

namespace boxtrail {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

template <class Box>
void DominantPairs<Box>::begin(const SparseMatrix& pairs) {
  column_of_.assign(at(pairs.num_rows()), -1);
  row_of_.assign(at(pairs.num_columns), -1);
  rows_.clear();
  for (std::int32_t i = 0; i < pairs.num_rows(); ++i) rows_.push_back(i);
  columns_.clear();
  for (std::int32_t j = 0; j < pairs.num_columns; ++j) columns_.push_back(j);
}

// The two best pairs of every free row and column, none below `least`.
template <class Box>
void DominantPairs<Box>::rank(const SparseMatrix& pairs, double least) {
  row_best_.assign(column_of_.size(), {least, least, -1});
  column_best_.assign(row_of_.size(), {least, least, -1});
  const auto take = [&](Best& best, std::int32_t k) {
    const double value = high_[at(k)];
    if (value > best.first) {
      best = {value, best.first, k};
    } else {
      best.second = std::max(best.second, value);
    }
  };
  for (const std::int32_t i : rows_) {
    if (column_of_[at(i)] >= 0) continue;
    for (auto k = pairs.row_start[at(i)]; k < pairs.row_start[at(i) + 1]; ++k) {
      const std::int32_t j = pairs.column[at(k)];
      if (row_of_[at(j)] >= 0) continue;
      take(row_best_[at(i)], k);
      take(column_best_[at(j)], k);
    }
  }
}

// Takes the pairs that dominate; whether there were any. Without `distance` all pairs that are not there may score λ.
template <class Box>
bool DominantPairs<Box>::sweep(const SparseMatrix& pairs, const std::vector<char>& is_kept, double lambda,
                               DistanceSimilarity<Box>* distance) {
  rank(pairs, distance == nullptr ? lambda : 0.0);
  bool any = false;
  for (const std::int32_t i : rows_) {
    if (column_of_[at(i)] >= 0) continue;
    const Best& row = row_best_[at(i)];
    if (row.pair < 0 || is_kept[at(row.pair)] == 0) continue;  // the best one alone can dominate
    const std::int32_t j = pairs.column[at(row.pair)];
    const Best& column = column_best_[at(j)];
    if (column.pair != row.pair || row_of_[at(j)] >= 0) continue;
    if (!is_dominant(pairs, i, j, low_[at(row.pair)], row.second, column.second, lambda, distance)) continue;
    column_of_[at(i)] = j;
    row_of_[at(j)] = i;
    any = true;
  }
  return any;
}

// Whether the pair beats all others, `row` and `column` being the best ones that are there.
template <class Box>
bool DominantPairs<Box>::is_dominant(const SparseMatrix& pairs, std::int32_t i, std::int32_t j, double low, double row,
                                     double column, double lambda, DistanceSimilarity<Box>* distance) const {
  if (distance == nullptr) return low - row - column > kDominance;
  low -= kDominance;
  if (row >= low || column >= low || (row + column >= low && !beats_exchanges(pairs, i, j, low))) return false;
  // Pairs that are not there, in the row, in the column, and in both at once.
  const double least_in_row = std::min(low - column, low / 2.0);
  const double least_in_column = std::min(low - row, low / 2.0);
  const auto exceeds = [&](std::int32_t a, std::int32_t b, double least) {
    return distance->may_exceed(a, b, least / lambda);
  };
  if (least_in_row < lambda)
    for (const std::int32_t other : columns_)
      if (place(pairs, i, other) < 0 && exceeds(i, other, least_in_row)) return false;
  if (least_in_column < lambda)
    for (const std::int32_t other : rows_)
      if (place(pairs, other, j) < 0 && exceeds(other, j, least_in_column)) return false;
  return true;
}

// Whether the pair and the one of the two partners it frees score more than the two pairs it takes the place of.
template <class Box>
bool DominantPairs<Box>::beats_exchanges(const SparseMatrix& pairs, std::int32_t i, std::int32_t j, double low) const {
  for (auto k = pairs.row_start[at(i)]; k < pairs.row_start[at(i) + 1]; ++k) {
    const std::int32_t freed = pairs.column[at(k)];
    if (freed == j || row_of_[at(freed)] >= 0) continue;
    for (const std::int32_t other : rows_) {
      if (other == i || column_of_[at(other)] >= 0) continue;
      const std::int32_t taken = place(pairs, other, j);
      if (taken < 0) continue;
      const std::int32_t back = place(pairs, other, freed);
      const double gain = back < 0 ? 0.0 : high_[at(back)];
      if (high_[at(k)] + high_[at(taken)] - gain >= low) return false;
    }
  }
  return true;
}

// Where a pair stands, or −1.
template <class Box>
std::int32_t DominantPairs<Box>::place(const SparseMatrix& pairs, std::int32_t i, std::int32_t j) const {
  for (auto k = pairs.row_start[at(i)]; k < pairs.row_start[at(i) + 1]; ++k)
    if (pairs.column[at(k)] == j) return k;
  return -1;
}

template <class Box>
void DominantPairs<Box>::list_free(const SparseMatrix& pairs, const std::vector<char>& is_kept) {
  std::erase_if(rows_, [&](std::int32_t i) { return column_of_[at(i)] >= 0; });
  std::erase_if(columns_, [&](std::int32_t j) { return row_of_[at(j)] >= 0; });
  num_open_ = 0;
  for (const std::int32_t i : rows_)
    for (auto k = pairs.row_start[at(i)]; k < pairs.row_start[at(i) + 1]; ++k)
      num_open_ += is_kept[at(k)] != 0 && row_of_[at(pairs.column[at(k)])] < 0 ? 1 : 0;
  matches_.clear();
  for (std::size_t i = 0; i < column_of_.size(); ++i)
    if (column_of_[i] >= 0) matches_.push_back({static_cast<std::int32_t>(i), column_of_[i]});
}

template class DominantPairs<Aabb>;
template class DominantPairs<Obb>;

}  // namespace boxtrail
