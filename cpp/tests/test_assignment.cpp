// Every form of the assignment against trying all of them, ties included.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "boxtrail/assignment.hpp"
#include "check.hpp"
#include "random.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();  // ranks last

// Of every pair its weight in multiples of 2⁻⁴⁰, whether it may be taken and whether it is kept then.
struct Table {
  std::int32_t rows, columns;
  std::vector<std::int64_t> weight;
  std::vector<char> allowed, kept;

  Table(std::int32_t n, std::int32_t m)
      : rows(n), columns(m), weight(size(n, m)), allowed(size(n, m)), kept(size(n, m)) {}
  std::size_t at(std::int32_t i, std::int32_t j) const { return static_cast<std::size_t>(i * columns + j); }

 private:
  static std::size_t size(std::int32_t n, std::int32_t m) { return static_cast<std::size_t>(n * m); }
};

// Tries every matching, or with `full` every one that leaves out as little as possible.
class Search {
 public:
  Search(const Table& table, bool full) : table_(table), full_(full) {
    key_.assign(static_cast<std::size_t>(table.rows), kNone);
    taken_.assign(static_cast<std::size_t>(table.columns), 0);
    descend(0, 0, 0);
  }
  Matches matches() const {
    Matches out;
    for (std::int32_t i = 0; i < table_.rows; ++i)
      if (best_key_[static_cast<std::size_t>(i)] != kNone) out.push_back({i, best_key_[static_cast<std::size_t>(i)]});
    return out;
  }

 private:
  void descend(std::int32_t row, std::int32_t pairs, std::int64_t weight) {
    if (row == table_.rows) {
      if (full_ && pairs < std::min(table_.rows, table_.columns)) return;
      if (best_key_.empty() || weight > best_ || (weight == best_ && key_ < best_key_) || !started_) {
        best_ = weight;
        best_key_ = key_;
        started_ = true;
      }
      return;
    }
    const auto i = static_cast<std::size_t>(row);
    for (std::int32_t j = 0; j < table_.columns; ++j) {
      const auto k = table_.at(row, j);
      if (taken_[static_cast<std::size_t>(j)] || !table_.allowed[k]) continue;
      taken_[static_cast<std::size_t>(j)] = 1;
      key_[i] = table_.kept[k] ? j : kNone;
      descend(row + 1, pairs + 1, weight + table_.weight[k]);
      taken_[static_cast<std::size_t>(j)] = 0;
    }
    key_[i] = kNone;
    descend(row + 1, pairs, weight);
  }

  const Table& table_;
  bool full_, started_ = false;
  std::int64_t best_ = 0;
  std::vector<std::int32_t> key_, best_key_;
  std::vector<char> taken_;
};

std::int64_t rounded(double value) { return std::llrint(std::ldexp(value, 40)); }

// Quarters make ties, other numbers make none.
double draw(Random& random, bool ties, double low, double high) {
  const double value = random.uniform(low, high);
  return ties ? std::round(value * 4.0) / 4.0 : value;
}

void partial_is_the_best_of_all() {
  Random random(21);
  Assigner assigner;
  for (int round = 0; round < 1200; ++round) {
    const std::int32_t n = random.below(6), m = random.below(6);
    const bool ties = round % 3 != 0;
    const double limit = draw(random, ties, 0.25, 1.25), density = random.uniform(0.2, 1.1);
    Table table(n, m);
    SparseMatrix cost;
    cost.reset(m);
    for (std::int32_t i = 0; i < n; ++i) {
      for (std::int32_t j = 0; j < m; ++j) {
        if (!random.chance(density)) continue;
        const double value = draw(random, ties, 0.0, 1.0);
        cost.push(j, value);
        table.weight[table.at(i, j)] = rounded(limit - value);
        table.allowed[table.at(i, j)] = table.kept[table.at(i, j)] = value < limit;
      }
      cost.end_row();
    }
    check(assigner.partial(cost, limit) == Search(table, false).matches(), "partial() is the best, by the tie rule");
  }
}

// Similarities ≥ 0 on some pairs; with `momentum` a term on all of them, as OC-SORT adds it.
void full_is_the_best_of_all(bool momentum) {
  Random random(22);
  Assigner assigner;
  for (int round = 0; round < 1200; ++round) {
    const std::int32_t n = 1 + random.below(5), m = 1 + random.below(5);
    const bool ties = round % 3 != 0;
    const double gate = draw(random, ties, 0.25, 0.75), density = random.uniform(0.2, 1.1);
    Table table(n, m);
    SparseMatrix similarity;
    similarity.reset(m);
    std::vector<double> term(static_cast<std::size_t>(n * m), 0.0), bounds(static_cast<std::size_t>(m), 0.0);
    for (std::int32_t i = 0; i < n; ++i) {
      for (std::int32_t j = 0; j < m; ++j) {
        const auto k = table.at(i, j);
        if (momentum) term[k] = draw(random, ties, -0.5, 0.5);
        bounds[static_cast<std::size_t>(j)] = std::max(bounds[static_cast<std::size_t>(j)], std::abs(term[k]));
        const double value = random.chance(density) ? draw(random, ties, 0.0, 1.0) : 0.0;
        if (value > 0.0) similarity.push(j, value);
        table.weight[k] = rounded(value + term[k]);
        table.allowed[k] = 1;
        table.kept[k] = value >= gate;
      }
      similarity.end_row();
    }
    const auto extra = [&](std::int32_t i, std::int32_t j) { return term[table.at(i, j)]; };
    const Matches expected = Search(table, true).matches();
    const Matches& found = momentum ? assigner.full(similarity, extra, bounds, gate) : assigner.full(similarity, gate);
    check(found == expected, "full() is the best, by the tie rule");
  }
}

// Without a gate every pair is given, and the weakest may be taken.
void full_without_a_gate_leaves_nobody_out() {
  Random random(23);
  Assigner assigner;
  for (int round = 0; round < 300; ++round) {
    const std::int32_t n = 1 + random.below(5), m = 1 + random.below(5);
    Table table(n, m);
    SparseMatrix similarity;
    similarity.reset(m);
    for (std::int32_t i = 0; i < n; ++i) {
      for (std::int32_t j = 0; j < m; ++j) {
        const double value = draw(random, true, -1.0, 1.0);
        similarity.push(j, value);
        table.weight[table.at(i, j)] = rounded(value);
        table.allowed[table.at(i, j)] = table.kept[table.at(i, j)] = 1;
      }
      similarity.end_row();
    }
    const Matches& found = assigner.full(similarity, -1.0);
    check(found == Search(table, true).matches(), "full() takes all it can");
    check(found.size() == static_cast<std::size_t>(std::min(n, m)), "as many as the smaller side has");
  }
}

void the_shortcut_needs_one_to_one_pairs() {
  Assigner assigner;
  SparseMatrix similarity;
  const auto fill = [&](std::initializer_list<std::initializer_list<double>> rows) {
    similarity.reset(2);
    for (const auto& row : rows) {
      std::int32_t j = 0;
      for (const double value : row) similarity.push(j++, value);
      similarity.end_row();
    }
  };
  fill({{0.1, 0.9}, {0.8, 0.2}});
  check(assigner.is_one_to_one(similarity, 0.3) && assigner.matches() == Matches{{0, 1}, {1, 0}}, "crossed pairs are");
  fill({{0.4, 0.9}, {0.8, 0.2}});
  check(!assigner.is_one_to_one(similarity, 0.3), "a row with two columns is not");
  fill({{0.4, 0.1}, {0.8, 0.2}});
  check(!assigner.is_one_to_one(similarity, 0.3), "a column with two rows is not");
  fill({{0.3, 0.1}, {0.2, 0.2}});
  check(!assigner.is_one_to_one(similarity, 0.3), "the gate itself does not count, and no pairs are no shortcut");

  std::vector<std::int32_t> left;
  unmatched(4, {{0, 2}, {3, 1}}, false, left);
  check(left == std::vector<std::int32_t>{1, 2}, "rows 1 and 2 are left");
  unmatched(4, {{0, 2}, {3, 1}}, true, left);
  check(left == std::vector<std::int32_t>{0, 3}, "columns 0 and 3 are left");
}

}  // namespace

int main() {
  partial_is_the_best_of_all();
  full_is_the_best_of_all(false);
  full_is_the_best_of_all(true);
  full_without_a_gate_leaves_nobody_out();
  the_shortcut_needs_one_to_one_pairs();
  return testing::finish();
}
