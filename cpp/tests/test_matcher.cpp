// The matcher proves its own optimum: prices that no pair exceeds and that the matched pairs reach.
#include <algorithm>
#include <vector>

#include "boxtrail/matcher.hpp"
#include "check.hpp"
#include "random.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

struct Edge {
  std::int32_t row, column;
  std::int64_t weight;
};

struct Graph {
  std::int32_t rows, columns;
  std::vector<Edge> edges;  // ascending by row and column
};

void load(Matcher& matcher, const Graph& graph) {
  matcher.begin(graph.columns);
  auto edge = graph.edges.begin();
  for (std::int32_t row = 0; row < graph.rows; ++row) {
    for (; edge != graph.edges.end() && edge->row == row; ++edge) matcher.add_pair(edge->column, edge->weight, true);
    matcher.end_row();
  }
}

// Weights from 0 to `weights` − 1: the fewer, the more ties.
Graph random_graph(Random& random, std::int32_t rows, std::int32_t columns, double density, std::int32_t weights) {
  Graph graph{rows, columns, {}};
  for (std::int32_t i = 0; i < rows; ++i)
    for (std::int32_t j = 0; j < columns; ++j)
      if (random.chance(density)) graph.edges.push_back({i, j, random.below(weights)});
  return graph;
}

std::int64_t check_optimal(const Matcher& matcher, const Graph& graph) {
  std::vector<std::int32_t> owner(static_cast<std::size_t>(graph.columns), -1);
  for (std::int32_t i = 0; i < graph.rows; ++i) {
    check(matcher.row_price(i) >= 0, "the price of a row is not negative");
    const std::int32_t j = matcher.column_of(i);
    if (j < 0) {
      check(matcher.row_price(i) == 0, "a row left out has no price");
      continue;
    }
    check(owner[static_cast<std::size_t>(j)] < 0, "a column goes to one row");
    owner[static_cast<std::size_t>(j)] = i;
  }
  std::int64_t prices = 0, weight = 0;
  for (std::int32_t i = 0; i < graph.rows; ++i) prices += matcher.row_price(i);
  for (std::int32_t j = 0; j < graph.columns; ++j) {
    check(matcher.column_price(j) >= 0, "the price of a column is not negative");
    if (owner[static_cast<std::size_t>(j)] < 0) check(matcher.column_price(j) == 0, "a column left out has no price");
    prices += matcher.column_price(j);
  }
  for (const Edge& edge : graph.edges) {
    const std::int64_t price = matcher.row_price(edge.row) + matcher.column_price(edge.column);
    check(edge.weight <= price, "no pair weighs more than its prices");
    if (matcher.column_of(edge.row) != edge.column) continue;
    check(edge.weight == price, "a matched pair weighs its prices");
    weight += edge.weight;
    owner[static_cast<std::size_t>(edge.column)] = -1;
  }
  for (const std::int32_t row : owner) check(row < 0, "only pairs that exist are matched");
  check(weight == prices, "the weight of the matching is the sum of the prices");
  return weight;
}

std::int64_t best_weight(const Graph& graph, std::size_t from, std::vector<bool>& rows, std::vector<bool>& columns) {
  std::int64_t best = 0;
  for (std::size_t k = from; k < graph.edges.size(); ++k) {
    const Edge& edge = graph.edges[k];
    const auto i = static_cast<std::size_t>(edge.row), j = static_cast<std::size_t>(edge.column);
    if (rows[i] || columns[j]) continue;
    rows[i] = columns[j] = true;
    best = std::max(best, edge.weight + best_weight(graph, k + 1, rows, columns));
    rows[i] = columns[j] = false;
  }
  return best;
}

void small_graphs_have_the_best_weight() {
  Random random(1);
  Matcher matcher;
  for (int round = 0; round < 1500; ++round) {
    const Graph graph =
        random_graph(random, random.below(7), random.below(7), random.uniform(0.1, 0.9), round % 2 == 0 ? 4 : 1000000);
    load(matcher, graph);
    matcher.match();
    const std::int64_t weight = check_optimal(matcher, graph);
    std::vector<bool> rows(7, false), columns(7, false);
    check(weight == best_weight(graph, 0, rows, columns), "no matching weighs more");
    matcher.settle_ties();
    check(check_optimal(matcher, graph) == weight, "settling ties keeps the weight");
  }
}

void large_graphs_prove_their_optimum() {
  Random random(2);
  Matcher matcher;
  struct Shape {
    std::int32_t rows, columns;
    double density;
  };
  for (const Shape& shape : {Shape{300, 300, 0.02}, {200, 500, 0.01}, {500, 200, 0.05}, {120, 120, 1.0}}) {
    for (const std::int32_t weights : {3, 100, 1 << 30}) {
      const Graph graph = random_graph(random, shape.rows, shape.columns, shape.density, weights);
      load(matcher, graph);
      matcher.match();
      const std::int64_t weight = check_optimal(matcher, graph);
      matcher.settle_ties();
      check(check_optimal(matcher, graph) == weight, "settling ties keeps the weight");
    }
  }
}

// Many small graphs side by side are matched as each alone: 30,000 rows, full of ties.
void components_do_not_touch_one_another() {
  Random random(4);
  Matcher matcher, alone;
  Graph all{0, 0, {}};
  std::vector<std::int32_t> expected;
  for (int block = 0; block < 10000; ++block) {
    const Graph graph = random_graph(random, 3, 3, 0.7, 3);
    load(alone, graph);
    alone.match();
    alone.settle_ties();
    for (std::int32_t row = 0; row < 3; ++row)
      expected.push_back(alone.column_of(row) < 0 ? -1 : alone.column_of(row) + all.columns);
    for (const Edge& edge : graph.edges)
      all.edges.push_back({edge.row + all.rows, edge.column + all.columns, edge.weight});
    all.rows += 3;
    all.columns += 3;
  }
  load(matcher, all);
  matcher.match();
  check_optimal(matcher, all);
  matcher.settle_ties();
  check_optimal(matcher, all);
  long different = 0;
  for (std::int32_t row = 0; row < all.rows; ++row)
    different += matcher.column_of(row) != expected[static_cast<std::size_t>(row)];
  check(different == 0, "each component is matched as it is alone");
}

}  // namespace

int main() {
  small_graphs_have_the_best_weight();
  large_graphs_prove_their_optimum();
  components_do_not_touch_one_another();
  return testing::finish();
}
