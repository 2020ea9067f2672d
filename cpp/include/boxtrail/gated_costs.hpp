// Costs of the pairs that pass a gate, for the rounds of an association after the first; and who is a duplicate.
#pragma once

#include <vector>

#include "boxtrail/appearance.hpp"
#include "boxtrail/association.hpp"

namespace boxtrail {

inline constexpr double kOutOfQuestion = 2.0;  // cost of a pair that a gate refuses

// cost(row, column, overlap) of the pairs that overlap by `least` or more.
template <class Cost>
void find_costs(const SparseMatrix& overlap, double least, SparseMatrix& out, const Cost& cost) {
  out.reset(overlap.num_columns);
  for (std::size_t i = 0; i + 1 < overlap.row_start.size(); ++i) {
    for (auto k = static_cast<std::size_t>(overlap.row_start[i]);
         k < static_cast<std::size_t>(overlap.row_start[i + 1]); ++k)
      if (overlap.value[k] >= least)
        out.push(overlap.column[k], cost(i, static_cast<std::size_t>(overlap.column[k]), overlap.value[k]));
    out.end_row();
  }
}

// cost(row, column) of all pairs.
template <class Cost>
void find_costs(std::size_t rows, std::size_t columns, SparseMatrix& out, const Cost& cost) {
  out.reset(static_cast<std::int32_t>(columns));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) out.push(static_cast<std::int32_t>(j), cost(i, j));
    out.end_row();
  }
}

// Cost of a pair that has to look alike.
inline double look_cost(Embedding a, Embedding b, double least) {
  const double look = cosine_similarity(a, b);
  return look >= least ? 1.0 - look : kOutOfQuestion;
}

// Marks tracks that overlap with an older one by `least` or more; of the same age, with an earlier one. Rows and
// columns of `overlap` are the members.
template <class Track>
void mark_duplicates(const std::vector<Track>& tracks, const std::vector<std::int32_t>& members,
                     const SparseMatrix& overlap, double least, std::vector<char>& marks) {
  for (std::size_t a = 0; a < members.size(); ++a) {
    const auto own = static_cast<std::size_t>(members[a]);
    for (auto k = static_cast<std::size_t>(overlap.row_start[a]);
         k < static_cast<std::size_t>(overlap.row_start[a + 1]); ++k) {
      const auto b = static_cast<std::size_t>(overlap.column[k]);
      if (!(overlap.value[k] >= least)) continue;
      const auto age = tracks[own].life.age, other = tracks[static_cast<std::size_t>(members[b])].life.age;
      if (other > age || (other == age && b < a)) marks[own] = 1;
    }
  }
}

}  // namespace boxtrail
