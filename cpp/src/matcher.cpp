#include "boxtrail/matcher.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <utility>

namespace boxtrail {

namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int32_t kHub = -1;  // in an exchange: everything outside the matching

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

void Matcher::begin(std::int32_t num_columns) {
  num_columns_ = num_columns;
  start_.assign(1, 0);
  pairs_.clear();
}

void Matcher::add_pair(std::int32_t column, std::int64_t weight, bool kept) {
  assert(weight >= 0 && column < num_columns_);
  pairs_.push_back({column, kept, -weight});
}

void Matcher::end_row() { start_.push_back(static_cast<std::int32_t>(pairs_.size())); }

void Matcher::match() {
  const auto rows = at(num_rows()), columns = at(num_columns_);
  column_of_.assign(rows, -1);
  row_of_.assign(columns, -1);
  u_.assign(rows, 0);
  v_.assign(columns, 0);
  distance_.resize(columns);
  via_.resize(columns);
  seen_.assign(columns, 0);
  shut_.assign(columns, 0);
  search_ = 0;
  component_.clear();
  visited_.clear();
  visit_ = 0;
  for (std::int32_t row = 0; row < num_rows(); ++row)
    if (start_[at(row)] != start_[at(row) + 1]) augment(row);
}

// One shortest path (Dijkstra on reduced costs) from a free row to a free column, or to a row that had better stay
// free.
void Matcher::augment(std::int32_t start) {
  ++search_;
  open_.clear();
  closed_.clear();
  std::int32_t row = start, exit_row = -1, column = -1;
  std::int64_t travelled = 0, exit_distance = kFar, total = 0;
  for (;;) {
    const std::int64_t base = travelled - u_[at(row)];
    if (base < exit_distance) {
      exit_row = row;
      exit_distance = base;
    }
    reach_columns(row, base);
    const std::size_t nearest = nearest_open(exit_distance);
    if (nearest == open_.size()) {
      total = exit_distance;
      column = column_of_[at(exit_row)];
      column_of_[at(exit_row)] = -1;
      break;
    }
    column = open_[nearest];
    open_[nearest] = open_.back();
    open_.pop_back();
    shut_[at(column)] = search_;
    travelled = distance_[at(column)];
    row = row_of_[at(column)];
    if (row < 0) {
      total = travelled;
      break;
    }
    closed_.push_back(column);
  }
  raise_prices(start, total);
  while (column >= 0) {  // hand the columns back along the path
    const std::int32_t taker = via_[at(column)];
    row_of_[at(column)] = taker;
    std::swap(column_of_[at(taker)], column);
  }
}

// Shorter ways to the columns of `row`, which itself is `base` away.
void Matcher::reach_columns(std::int32_t row, std::int64_t base) {
  for (auto k = start_[at(row)]; k < start_[at(row) + 1]; ++k) {
    const Pair& pair = pairs_[at(k)];
    const auto j = at(pair.column);
    const std::int64_t reach = base + pair.cost - v_[j];
    if (seen_[j] != search_) {
      seen_[j] = search_;
      open_.push_back(pair.column);
    } else if (shut_[j] == search_ || reach >= distance_[j]) {
      continue;
    }
    distance_[j] = reach;
    via_[j] = row;
  }
}

// Place in `open_` of the column that is nearest and nearer than `limit`; the end if there is none.
std::size_t Matcher::nearest_open(std::int64_t limit) const {
  std::size_t nearest = open_.size();
  for (std::size_t k = 0; k < open_.size(); ++k) {
    const std::int64_t reach = distance_[at(open_[k])];
    // Among equals a free column ends the search at once.
    const bool sooner = reach == limit && nearest != open_.size() && row_of_[at(open_[k])] < 0;
    if (reach < limit || sooner) {
      limit = reach;
      nearest = k;
    }
  }
  return nearest;
}

// The path of length `total` from row `start` becomes tight, as every pair of the matching is.
void Matcher::raise_prices(std::int32_t start, std::int64_t total) {
  for (const std::int32_t j : closed_) {
    const std::int64_t change = total - distance_[at(j)];
    u_[at(row_of_[at(j)])] += change;
    v_[at(j)] -= change;
  }
  u_[at(start)] += total;
}

void Matcher::level_prices(const std::vector<std::int64_t>& wanted, std::int64_t reserve) {
  for (std::int32_t row = 0; row < num_rows(); ++row) {
    const std::int32_t own = column_of_[at(row)];
    if (own < 0) continue;
    std::int64_t move = std::min(row_price(row) - reserve, wanted[at(own)] + 1 - column_price(own));
    for (auto k = start_[at(row)]; k < start_[at(row) + 1]; ++k) {
      const Pair& pair = pairs_[at(k)];
      if (pair.column != own) move = std::min(move, row_price(row) + column_price(pair.column) + pair.cost);
    }
    if (move <= 0) continue;
    u_[at(row)] += move;
    v_[at(own)] -= move;
  }
}

bool Matcher::is_tight(std::int32_t row, const Pair& pair) const {
  return pair.cost == u_[at(row)] + v_[at(pair.column)];
}

std::int32_t Matcher::find_pair(std::int32_t row, std::int32_t column) const {
  const auto begin = pairs_.begin() + start_[at(row)], end = pairs_.begin() + start_[at(row) + 1];
  const auto found =
      std::lower_bound(begin, end, column, [](const Pair& pair, std::int32_t c) { return pair.column < c; });
  return static_cast<std::int32_t>(found - pairs_.begin());
}

bool Matcher::is_kept(std::int32_t row) const {
  const std::int32_t column = column_of_[at(row)];
  return column >= 0 && pairs_[at(find_pair(row, column))].kept;
}

// Row by row: is there an optimal matching with a lower column here and nothing changed before?
void Matcher::settle_ties() {
  for (std::int32_t row = 0; row < num_rows(); ++row) {
    for (auto k = start_[at(row)]; k < start_[at(row) + 1]; ++k) {
      const Pair& pair = pairs_[at(k)];
      if (pair.column == column_of_[at(row)] && pair.kept) break;
      if (pair.kept && is_tight(row, pair) && exchange(row, pair.column)) break;
    }
  }
}

void Matcher::find_components() {
  component_.assign(at(num_rows()), -1);
  std::vector<std::int32_t> parent(at(num_rows()) + at(num_columns_));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int32_t node) {
    while (parent[at(node)] != node) node = parent[at(node)] = parent[at(parent[at(node)])];
    return node;
  };
  for (std::int32_t row = 0; row < num_rows(); ++row)
    for (auto k = start_[at(row)]; k < start_[at(row) + 1]; ++k)
      parent[at(root(row))] = root(num_rows() + pairs_[at(k)].column);
  component_rows_.resize(at(num_rows()));
  std::iota(component_rows_.begin(), component_rows_.end(), 0);
  for (std::int32_t row = 0; row < num_rows(); ++row) component_[at(row)] = root(row);
  std::stable_sort(component_rows_.begin(), component_rows_.end(),
                   [&](std::int32_t a, std::int32_t b) { return component_[at(a)] < component_[at(b)]; });
  component_start_.assign(at(num_rows()), 0);  // of each row: where its component begins in component_rows_
  for (std::size_t k = 0; k < component_rows_.size(); ++k) {
    const bool first = k == 0 || component_[at(component_rows_[k])] != component_[at(component_rows_[k - 1])];
    component_start_[at(component_rows_[k])] =
        first ? static_cast<std::int32_t>(k) : component_start_[at(component_rows_[k - 1])];
  }
}

// Gives `row` the column, if a chain of tight (cost-free) exchanges allows it. The hub stands for everything outside
// the matching: it takes a column by leaving it free, which costs nothing where v is 0; a row joins it by taking a free
// column, or none where u is 0. Rows before `row` are settled: one with a kept column stays, one without may move
// between columns that are not kept.
bool Matcher::exchange(std::int32_t row, std::int32_t column) {
  const std::int32_t displaced = row_of_[at(column)];
  if (displaced != kHub && !is_movable(displaced, row)) return false;
  const auto slots = at(num_rows()) + 1;  // the hub comes last
  if (visited_.size() < slots) visited_.resize(slots, 0);
  if (came_.size() < slots) came_.resize(slots);
  ++visit_;
  queue_.clear();
  found_ = false;
  visited_[slot(displaced)] = visit_;
  if (displaced == kHub)
    leave_hub(row);
  else
    queue_.push_back(displaced);
  search_exchange(row);
  // Only now through the whole component: rows that could free their column for the hub.
  if (!found_ && visited_[slot(kHub)] == visit_) {
    if (component_.empty()) find_components();
    const std::int32_t component = component_[at(row)];
    for (auto k = at(component_start_[at(row)]); k < component_rows_.size() && !found_; ++k) {
      const std::int32_t other = component_rows_[k];
      if (component_[at(other)] != component) break;
      const std::int32_t own = column_of_[at(other)];
      if (own < 0 || v_[at(own)] == 0) take(row, kHub, other, own);
    }
    search_exchange(row);
  }
  if (!found_) return false;
  const auto give = [&](std::int32_t node, std::int32_t taken) {
    if (node != kHub) column_of_[at(node)] = taken;
    if (taken >= 0) row_of_[at(taken)] = node;
  };
  give(row, column);
  for (Step step = last_;; step = came_[slot(step.node)]) {
    give(step.node, step.column);
    if (step.node == displaced) break;
  }
  return true;
}

std::size_t Matcher::slot(std::int32_t node) const { return node == kHub ? at(num_rows()) : at(node); }

bool Matcher::is_movable(std::int32_t other, std::int32_t row) const { return other >= row || !is_kept(other); }

// Rows of the queue pass on what they hold by taking another column.
void Matcher::search_exchange(std::int32_t row) {
  for (std::size_t head = 0; head < queue_.size() && !found_; ++head) {
    const std::int32_t node = queue_[head];
    for (auto k = start_[at(node)]; k < start_[at(node) + 1] && !found_; ++k) {
      const Pair& pair = pairs_[at(k)];
      if (is_tight(node, pair) && (node >= row || !pair.kept)) take(row, node, row_of_[at(pair.column)], pair.column);
    }
    if (!found_ && u_[at(node)] == 0) take(row, node, kHub, -1);
  }
  queue_.clear();
}

// `node` takes a column from `other`, which has to be found another one unless it is `row`.
void Matcher::take(std::int32_t row, std::int32_t node, std::int32_t other, std::int32_t taken) {
  if (other == row) {
    last_ = {node, taken};
    found_ = true;
  } else if (visited_[slot(other)] != visit_ && (other == kHub || is_movable(other, row))) {
    visited_[slot(other)] = visit_;
    came_[slot(other)] = {node, taken};
    if (other == kHub)
      leave_hub(row);
    else
      queue_.push_back(other);
  }
}

// From the hub straight back to `row`, if its column can stay free.
void Matcher::leave_hub(std::int32_t row) {
  const std::int32_t own = column_of_[at(row)];
  if (own < 0 || v_[at(own)] == 0) {
    last_ = {kHub, own};
    found_ = true;
  }
}

void Matcher::collect_kept(Matches& out) const {
  out.clear();
  for (std::int32_t row = 0; row < num_rows(); ++row)
    if (is_kept(row)) out.push_back({row, column_of_[at(row)]});
}

}  // namespace boxtrail
