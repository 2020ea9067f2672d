// Linear assignment between tracks (rows) and detections (columns), with one tie rule.
//
// Every form is a maximum-weight matching. Weights are rounded to multiples of 2⁻⁴⁰ first, so a sum is exact and a tie
// is a tie on every machine. Among the best assignments the one is taken in which row 0 has the lowest column, then
// row 1, and so on; having no column, or one that is rejected afterwards, ranks last.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "boxtrail/association.hpp"
#include "boxtrail/matcher.hpp"

namespace boxtrail {

inline constexpr double kClipMargin = 1e-5;

// Keeps its memory between frames.
class Assigner {
 public:
  // Pairs that minimise Σ(cost − max_cost), each below max_cost: leaving a row and a column free costs max_cost
  // (ByteTrack). Pairs missing from `cost` count as max_cost or more.
  const Matches& partial(const SparseMatrix& cost, double max_cost);

  // Rounds of mutual nearest neighbours under a falling limit (TrackTrack): in each round every row and column that are
  // nearest to one another and cost less than the limit are a pair, then the limit falls by `step` ≥ 0, until a round
  // finds none. Among equals the lowest index is nearest. Pairs missing from `cost` count as max_cost or more.
  const Matches& mutual(const SparseMatrix& cost, double max_cost, double step);

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

  // The same where the pairs of `score` have their whole score and pair k is kept if is_kept[k]; those that are missing
  // score `other(row, column)` and are never kept.
  const Matches& full(const SparseMatrix& score, const std::vector<char>& is_kept,
                      const std::function<double(std::int32_t, std::int32_t)>& other,
                      const std::vector<double>& bounds);

  // DeepSORT's form: the full assignment of lowest total cost, where every pair above max_cost costs kClipMargin more
  // than it, then without these pairs. Pairs missing from `cost` are among them.
  const Matches& clipped(const SparseMatrix& cost, double max_cost);

  // SORT's shortcut: if the pairs above the gate are one-to-one, these are the assignment.
  bool is_one_to_one(const SparseMatrix& similarity, double min_similarity);
  const Matches& matches() const { return matches_; }

 private:
  struct Extra {
    std::int32_t row, column;
    std::int64_t weight;
  };
  void mark_kept(const SparseMatrix& similarity, double min_similarity);
  const Matches& complete(const SparseMatrix& pairs, const std::vector<double>& score,
                          const std::function<double(std::int32_t, std::int32_t)>& other,
                          const std::vector<double>& highest, double lowest);
  void load(const SparseMatrix& similarity);
  bool add_binding_pairs(const SparseMatrix& similarity, const std::function<double(std::int32_t, std::int32_t)>& extra,
                         std::int64_t shift);

  Matcher matcher_;
  Matches matches_;
  std::vector<std::int32_t> marks_;
  std::vector<std::int64_t> weights_, bounds_;
  std::vector<std::int32_t> order_, nearest_row_;
  std::vector<double> score_;
  std::vector<char> kept_;
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
