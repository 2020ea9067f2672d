// A maximum-weight matching of rows and columns in whole numbers, with one tie rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace boxtrail {

struct Match {
  std::int32_t row, column;
  bool operator==(const Match&) const = default;
};
using Matches = std::vector<Match>;  // ascending by row

// By shortest augmenting paths over the pairs that exist. A search never leaves the connected
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
  void reach_columns(std::int32_t row, std::int64_t base);
  std::size_t nearest_open(std::int64_t limit) const;
  void raise_prices(std::int32_t start, std::int64_t total);
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

}  // namespace boxtrail
