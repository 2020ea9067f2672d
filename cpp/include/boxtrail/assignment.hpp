// Linear assignment between tracks (rows) and detections (columns), with one tie rule.
//
// Every form is a maximum-weight matching. Weights are rounded to multiples of 2⁻⁴⁰ first, so a sum is exact and a tie
// is a tie on every machine. Among the best assignments the one is taken in which row 0 has the lowest column, then
// row 1, and so on; having no column, or one that is rejected afterwards, ranks last.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "boxtrail/association.hpp"

namespace boxtrail {

struct Match {
  std::int32_t row, column;
  bool operator==(const Match&) const = default;
};
using Matches = std::vector<Match>;  // ascending by row

// A maximum-weight matching by shortest augmenting paths over the pairs that exist. A search never leaves the connected
// component it starts in, so the cost grows with the components and not with the frame.
class Matcher {
 public:
  void begin(std::int32_t num_columns);
  // Pairs of a row in ascending order of their columns; `kept` is false for one that is rejected afterwards.
  void add_pair(std::int32_t column, std::int64_t weight, bool kept);
  void end_row();

  void match();  // an optimal matching
  // Moves price from matched rows to their columns, as far as that keeps the prices valid, to just above `wanted` and
  // no lower than `reserve` a row. Prices that reach far on both sides rule out more of the pairs that were left out.
  void level_prices(const std::vector<std::int64_t>& wanted, std::int64_t reserve);
  void settle_ties();  // the one the tie rule names

  std::int32_t num_rows() const { return static_cast<std::int32_t>(start_.size()) - 1; }
  std::int32_t column_of(std::int32_t row) const { return column_of_[static_cast<std::size_t>(row)]; }
  bool is_kept(std::int32_t row) const;
  // Dual prices ≥ 0 with weight ≤ price of the row + price of the column, equal for matched pairs.
  std::int64_t row_price(std::int32_t row) const { return -u_[static_cast<std::size_t>(row)]; }
  std::int64_t column_price(std::int32_t column) const { return -v_[static_cast<std::size_t>(column)]; }
  void collect_kept(Matches& out) const;

 private:
  struct Pair {
    std::int32_t column;
    bool kept;
    std::int64_t cost;  // −weight
  };
  struct Step {
    std::int32_t node, column;
  };

  void augment(std::int32_t start);
  bool exchange(std::int32_t row, std::int32_t column);
  std::size_t slot(std::int32_t node) const;
  bool is_movable(std::int32_t other, std::int32_t row) const;
  void search_exchange(std::int32_t row);
  void take(std::int32_t row, std::int32_t node, std::int32_t other, std::int32_t taken);
  void leave_hub(std::int32_t row);
  void find_components();
  bool is_tight(std::int32_t row, const Pair& pair) const;
  std::int32_t find_pair(std::int32_t row, std::int32_t column) const;

  std::int32_t num_columns_ = 0;
  std::vector<std::int32_t> start_;
  std::vector<Pair> pairs_;
  std::vector<std::int32_t> column_of_, row_of_;
  std::vector<std::int64_t> u_, v_;
  // Of one search: columns reached, from where and how far.
  std::vector<std::int32_t> open_, closed_, via_, seen_, shut_;
  std::vector<std::int64_t> distance_;
  std::int32_t search_ = 0;
  // Of the ties: rows by connected component, built when the first tie needs them.
  std::vector<std::int32_t> component_, component_rows_, component_start_;
  std::vector<Step> came_;
  std::vector<std::int32_t> queue_, visited_;
  std::int32_t visit_ = 0;
  Step last_{-1, -1};
  bool found_ = false;
};

// Keeps its memory between frames.
class Assigner {
 public:
  // Pairs that minimise Σ(cost − max_cost), each below max_cost: leaving a row and a column free costs max_cost
  // (ByteTrack). Pairs missing from `cost` count as max_cost or more.
  const Matches& partial(const SparseMatrix& cost, double max_cost);

  // The full assignment of highest total similarity, then without pairs below min_similarity (SORT). Pairs missing from
  // `similarity` have similarity 0; where some are missing, min_similarity must be above 0.
  const Matches& full(const SparseMatrix& similarity, double min_similarity);

  // The same with `extra(row, column)` added to every similarity, also of pairs that are missing, for the assignment
  // alone; |extra| ≤ bounds[column].
  const Matches& full(const SparseMatrix& similarity, const std::function<double(std::int32_t, std::int32_t)>& extra,
                      const std::vector<double>& bounds, double min_similarity);

  // The same by a `score` that goes with the pairs of `similarity`, which is left with the gate alone. Missing pairs
  // score `other(row, column)`, at most highest[column]; no score at all is below −lowest.
  const Matches& full(const SparseMatrix& similarity, const std::vector<double>& score,
                      const std::function<double(std::int32_t, std::int32_t)>& other,
                      const std::vector<double>& highest, double lowest, double min_similarity);

  // SORT's shortcut: if the pairs above the gate are one-to-one, these are the assignment.
  bool is_one_to_one(const SparseMatrix& similarity, double min_similarity);
  const Matches& matches() const { return matches_; }

 private:
  struct Extra {
    std::int32_t row, column;
    std::int64_t weight;
  };
  void load(const SparseMatrix& similarity, const std::vector<std::int64_t>& weights, double min_similarity);
  bool add_binding_pairs(const SparseMatrix& similarity, const std::function<double(std::int32_t, std::int32_t)>& extra,
                         std::int64_t shift);

  Matcher matcher_;
  Matches matches_;
  std::vector<std::int32_t> marks_;
  std::vector<std::int64_t> weights_, bounds_;
  std::vector<std::int32_t> order_;
  std::vector<double> score_;
  std::vector<Extra> extras_;
};

// Indices below `count` that are in no match; `columns` looks at the columns instead of the rows.
void unmatched(std::size_t count, const Matches& matches, bool columns, std::vector<std::int32_t>& out);

// Leaves the members, of which matches name the positions, that are in no match; `scratch` only lends its memory.
inline void keep_unmatched(std::vector<std::int32_t>& members, const Matches& matches,
                           std::vector<std::int32_t>& scratch) {
  unmatched(members.size(), matches, false, scratch);
  for (std::size_t k = 0; k < scratch.size(); ++k) members[k] = members[static_cast<std::size_t>(scratch[k])];
  members.resize(scratch.size());
}

// Leaves the detections that are in no match; `scratch` only lends its memory.
template <class Box>
void keep_unmatched(Detections<Box>& detections, const Matches& matches, std::vector<std::int32_t>& scratch) {
  unmatched(detections.size(), matches, true, scratch);
  std::size_t kept = 0;
  for (const std::int32_t index : scratch) detections.move_row(kept++, static_cast<std::size_t>(index));
  detections.resize(kept);
}

}  // namespace boxtrail
