// The full assignment for crowds against the one that looks at every pair, ties included.
#include <cmath>
#include <functional>
#include <vector>

#include "boxtrail/crowded_assignment.hpp"
#include "check.hpp"
#include "random.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

double draw(Random& random, bool coarse, double low, double high) {
  const double value = random.uniform(low, high);
  return coarse ? std::round(value * 8.0) / 8.0 : value;
}

struct Problem {
  SparseMatrix gate;
  std::vector<double> row_keys, column_keys, top, score, term;
  double weight, lowest = 0.0;

  Problem(Random& random, std::int32_t n, std::int32_t m, bool coarse)
      : term(static_cast<std::size_t>(n * m)), weight(draw(random, true, 0.0, 2.0)) {
    for (std::int32_t i = 0; i < n; ++i) row_keys.push_back(draw(random, coarse, 0.0, 1.0));
    for (std::int32_t j = 0; j < m; ++j) {
      column_keys.push_back(draw(random, coarse, 0.0, 1.0));
      top.push_back(draw(random, coarse, 0.0, 0.5));
    }
    const double density = random.uniform(0.0, 0.5);
    gate.reset(m);
    for (std::int32_t i = 0; i < n; ++i) {
      for (std::int32_t j = 0; j < m; ++j) {
        const auto r = static_cast<std::size_t>(i), c = static_cast<std::size_t>(j);
        double& value = term[static_cast<std::size_t>(i * m + j)];
        value = draw(random, coarse, -0.5, 0.0) + top[c] - weight * std::abs(row_keys[r] - column_keys[c]);
        lowest = std::max(lowest, -value);
        if (!random.chance(density)) continue;
        gate.push(j, draw(random, coarse, 0.0, 1.0));
        score.push_back(gate.value.back() + value);
      }
      gate.end_row();
    }
  }
  double operator()(std::int32_t i, std::int32_t j) const {
    return term[static_cast<std::size_t>(i * gate.num_columns + j)];
  }
};

// It may say that it cannot tell; where it can it is right, and without ties it always can.
void a_crowd_is_assigned_as_by_looking_at_every_pair(bool coarse) {
  Random random(coarse ? 5 : 6);
  Assigner every_pair;
  CrowdedAssigner crowded;
  int told = 0;
  constexpr int kRounds = 3000;
  for (int round = 0; round < kRounds; ++round) {
    const Problem p(random, 1 + random.below(20), 1 + random.below(20), coarse);
    const bool can_tell = crowded.solve(p.gate, p.score, p, {p.row_keys, p.column_keys, p.weight, p.top}, 0.3);
    const Matches& expected = every_pair.full(p.gate, p.score, std::cref(p), p.top, p.lowest, 0.3);
    if (!can_tell) continue;
    ++told;
    check(crowded.matches() == expected, "the same pairs");
  }
  check(coarse ? told > 0 && told < kRounds : told == kRounds, "ties, and they alone, are left to the other");
}

void nobody_on_one_side_is_no_crowd() {
  CrowdedAssigner crowded;
  SparseMatrix gate;
  const std::vector<double> none, two{0.5, 0.6};
  const auto other = [](std::int32_t, std::int32_t) { return 0.0; };
  gate.reset(0);
  gate.end_row();
  gate.end_row();
  check(crowded.solve(gate, none, other, {two, none, 1.0, none}, 0.3) && crowded.matches().empty(), "no columns");
  gate.reset(2);
  check(crowded.solve(gate, none, other, {none, two, 1.0, two}, 0.3) && crowded.matches().empty(), "no rows");
}

}  // namespace

int main() {
  a_crowd_is_assigned_as_by_looking_at_every_pair(false);
  a_crowd_is_assigned_as_by_looking_at_every_pair(true);
  nobody_on_one_side_is_no_crowd();
  return testing::finish();
}
