#include "boxtrail/assignment.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace boxtrail {

namespace {

constexpr double kResolution = 1099511627776.0;  // 2⁴⁰: weights are multiples of its inverse

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();

std::int64_t rounded(double value) { return std::llrint(value * kResolution); }

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

double highest_of(const std::vector<double>& values) {
  return values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
}

}  // namespace

const Matches& Assigner::partial(const SparseMatrix& cost, double max_cost) {
  matches_.clear();
  if (cost.column.empty()) return matches_;
  matcher_.begin(cost.num_columns);
  for (std::int32_t i = 0; i < cost.num_rows(); ++i) {
    for (auto k = cost.row_start[at(i)]; k < cost.row_start[at(i) + 1]; ++k) {
      const double value = cost.value[at(k)];
      if (value < max_cost) matcher_.add_pair(cost.column[at(k)], rounded(max_cost - value), true);
    }
    matcher_.end_row();
  }
  matcher_.match();
  matcher_.settle_ties();
  matcher_.collect_kept(matches_);
  return matches_;
}

const Matches& Assigner::mutual(const SparseMatrix& cost, double max_cost, double step) {
  matches_.clear();
  weights_.resize(cost.value.size());
  for (std::size_t k = 0; k < weights_.size(); ++k)
    weights_[k] = cost.value[k] < max_cost ? rounded(cost.value[k]) : kFar;
  marks_.assign(at(cost.num_columns), 0);  // columns taken
  order_.resize(at(cost.num_rows()));      // rows still free
  std::iota(order_.begin(), order_.end(), 0);
  std::size_t before;
  do {
    before = matches_.size();
    // The nearest row of each column, as an index into the pairs; rows come in order, so the first of equals stays.
    nearest_row_.assign(at(cost.num_columns), -1);
    for (const std::int32_t i : order_)
      for (auto k = cost.row_start[at(i)]; k < cost.row_start[at(i) + 1]; ++k) {
        std::int32_t& nearest = nearest_row_[at(cost.column[at(k)])];
        if (nearest < 0 || weights_[at(k)] < weights_[at(nearest)]) nearest = k;
      }
    std::erase_if(order_, [&](std::int32_t i) {
      std::int32_t nearest = -1;
      for (auto k = cost.row_start[at(i)]; k < cost.row_start[at(i) + 1]; ++k)
        if (marks_[at(cost.column[at(k)])] == 0 && (nearest < 0 || weights_[at(k)] < weights_[at(nearest)]))
          nearest = k;
      if (nearest < 0 || weights_[at(nearest)] == kFar) return true;  // nothing left to find
      const std::int32_t j = cost.column[at(nearest)];
      if (nearest_row_[at(j)] != nearest || !(cost.value[at(nearest)] < max_cost)) return false;
      matches_.push_back({i, j});
      return true;
    });
    for (std::size_t k = before; k < matches_.size(); ++k) marks_[at(matches_[k].column)] = 1;
    max_cost -= step;
  } while (matches_.size() > before);
  std::sort(matches_.begin(), matches_.end(), [](const Match& a, const Match& b) { return a.row < b.row; });
  return matches_;
}

const Matches& Assigner::full(const SparseMatrix& similarity, double min_similarity) {
  // Similarities are ≥ 0, so filling up with pairs of similarity 0 changes neither the total nor what is kept; where
  // every pair is present, one unit more each makes the heaviest matching a full one.
  const bool complete = static_cast<std::int64_t>(similarity.column.size()) ==
                        static_cast<std::int64_t>(similarity.num_rows()) * similarity.num_columns;
  weights_.resize(similarity.value.size());
  for (std::size_t k = 0; k < weights_.size(); ++k) weights_[k] = rounded(similarity.value[k]);
  if (complete && !weights_.empty()) {
    const std::int64_t lowest = *std::min_element(weights_.begin(), weights_.end());
    for (std::int64_t& weight : weights_) weight += 1 - lowest;
  }
  extras_.clear();
  mark_kept(similarity, min_similarity);
  load(similarity);
  matcher_.match();
  matcher_.settle_ties();
  matcher_.collect_kept(matches_);
  return matches_;
}

const Matches& Assigner::full(const SparseMatrix& similarity,
                              const std::function<double(std::int32_t, std::int32_t)>& extra,
                              const std::vector<double>& bounds, double min_similarity) {
  score_.resize(similarity.value.size());
  for (std::int32_t i = 0; i < similarity.num_rows(); ++i)
    for (auto k = similarity.row_start[at(i)]; k < similarity.row_start[at(i) + 1]; ++k)
      score_[at(k)] = similarity.value[at(k)] + extra(i, similarity.column[at(k)]);
  mark_kept(similarity, min_similarity);
  return complete(similarity, score_, extra, bounds, highest_of(bounds));
}

const Matches& Assigner::full(const SparseMatrix& similarity, const std::vector<double>& score,
                              const std::function<double(std::int32_t, std::int32_t)>& other,
                              const std::vector<double>& highest, double lowest, double min_similarity) {
  mark_kept(similarity, min_similarity);
  return complete(similarity, score, other, highest, lowest);
}

const Matches& Assigner::full(const SparseMatrix& score, const std::vector<char>& is_kept,
                              const std::function<double(std::int32_t, std::int32_t)>& other,
                              const std::vector<double>& bounds) {
  kept_ = is_kept;
  return complete(score, score.value, other, bounds, highest_of(bounds));
}

// Starts from the pairs that are there. The dual prices tell which of the others could matter: only where the bound
// reaches the prices is the pair's own weight computed, and only if that reaches them too does it come in.
const Matches& Assigner::complete(const SparseMatrix& pairs, const std::vector<double>& score,
                                  const std::function<double(std::int32_t, std::int32_t)>& other,
                                  const std::vector<double>& highest, double lowest) {
  // The shift makes every weight positive, so that the heaviest matching is a full one; a measure like the centre
  // distance may itself be below 0.
  for (const double value : score) lowest = std::max(lowest, -value);
  const std::int64_t shift = std::max<std::int64_t>(rounded(lowest) + 2, 1);
  weights_.resize(score.size());
  for (std::size_t k = 0; k < score.size(); ++k) weights_[k] = rounded(score[k]) + shift;
  bounds_.resize(highest.size());
  for (std::size_t j = 0; j < highest.size(); ++j) bounds_[j] = rounded(highest[j]) + 1 + shift;
  extras_.clear();
  const std::int64_t reserve = bounds_.empty() ? 0 : *std::max_element(bounds_.begin(), bounds_.end()) + 1;
  do {
    load(pairs);
    matcher_.match();
    matcher_.level_prices(bounds_, reserve);
  } while (add_binding_pairs(pairs, other, shift));
  matcher_.settle_ties();
  matcher_.collect_kept(matches_);
  return matches_;
}

void Assigner::mark_kept(const SparseMatrix& similarity, double min_similarity) {
  kept_.resize(similarity.value.size());
  for (std::size_t k = 0; k < kept_.size(); ++k) kept_[k] = similarity.value[k] >= min_similarity ? 1 : 0;
}

const Matches& Assigner::clipped(const SparseMatrix& cost, double max_cost) {
  // Weights count from the cost of a forbidden pair: such pairs have none and need not be there.
  matcher_.begin(cost.num_columns);
  for (std::int32_t i = 0; i < cost.num_rows(); ++i) {
    for (auto k = cost.row_start[at(i)]; k < cost.row_start[at(i) + 1]; ++k) {
      const double weight = max_cost + kClipMargin - cost.value[at(k)];
      if (weight > 0.0) matcher_.add_pair(cost.column[at(k)], rounded(weight), cost.value[at(k)] <= max_cost);
    }
    matcher_.end_row();
  }
  matcher_.match();
  matcher_.settle_ties();
  matcher_.collect_kept(matches_);
  return matches_;
}

// Fills the matcher with the pairs of `similarity` and those of extras_, both ascending by row and column.
void Assigner::load(const SparseMatrix& similarity) {
  matcher_.begin(similarity.num_columns);
  auto added = extras_.begin();
  for (std::int32_t i = 0; i < similarity.num_rows(); ++i) {
    const auto flush = [&](std::int32_t before) {
      for (; added != extras_.end() && added->row == i && added->column < before; ++added)
        matcher_.add_pair(added->column, added->weight, false);
    };
    for (auto k = similarity.row_start[at(i)]; k < similarity.row_start[at(i) + 1]; ++k) {
      flush(similarity.column[at(k)]);
      matcher_.add_pair(similarity.column[at(k)], weights_[at(k)], kept_[at(k)] != 0);
    }
    flush(similarity.num_columns);
    matcher_.end_row();
  }
}

// Brings in missing pairs whose weight reaches the dual prices; whether there were any.
bool Assigner::add_binding_pairs(const SparseMatrix& similarity,
                                 const std::function<double(std::int32_t, std::int32_t)>& extra, std::int64_t shift) {
  const std::size_t before = extras_.size();
  order_.resize(at(similarity.num_columns));
  for (std::size_t j = 0; j < order_.size(); ++j) order_[j] = static_cast<std::int32_t>(j);
  const auto slack = [&](std::int32_t j) { return bounds_[at(j)] - matcher_.column_price(j); };
  std::sort(order_.begin(), order_.end(), [&](std::int32_t a, std::int32_t b) { return slack(a) > slack(b); });
  marks_.assign(at(similarity.num_columns), -1);
  std::size_t known = 0;
  for (std::int32_t i = 0; i < similarity.num_rows(); ++i) {
    for (auto k = similarity.row_start[at(i)]; k < similarity.row_start[at(i) + 1]; ++k)
      marks_[at(similarity.column[at(k)])] = i;
    for (; known < before && extras_[known].row == i; ++known) marks_[at(extras_[known].column)] = i;
    for (const std::int32_t j : order_) {
      if (slack(j) < matcher_.row_price(i)) break;
      if (marks_[at(j)] == i) continue;
      const std::int64_t weight = rounded(extra(i, j)) + shift;
      if (weight >= matcher_.row_price(i) + matcher_.column_price(j)) extras_.push_back({i, j, weight});
    }
  }
  if (extras_.size() == before) return false;
  const auto earlier = [](const Extra& a, const Extra& b) {
    return a.row != b.row ? a.row < b.row : a.column < b.column;
  };
  const auto added = extras_.begin() + static_cast<std::ptrdiff_t>(before);
  for (auto row = added; row != extras_.end();) {  // rows came in order
    const auto next = std::find_if(row, extras_.end(), [&](const Extra& other) { return other.row != row->row; });
    std::sort(row, next, earlier);
    row = next;
  }
  std::inplace_merge(extras_.begin(), added, extras_.end(), earlier);
  return true;
}

bool Assigner::is_one_to_one(const SparseMatrix& similarity, double min_similarity) {
  matches_.clear();
  marks_.assign(at(similarity.num_columns), 0);
  for (std::int32_t i = 0; i < similarity.num_rows(); ++i) {
    bool taken = false;
    for (auto k = similarity.row_start[at(i)]; k < similarity.row_start[at(i) + 1]; ++k) {
      if (!(similarity.value[at(k)] > min_similarity)) continue;
      const std::int32_t j = similarity.column[at(k)];
      if (taken || marks_[at(j)]++ > 0) return false;
      taken = true;
      matches_.push_back({i, j});
    }
  }
  return !matches_.empty();
}

void unmatched(std::size_t count, const Matches& matches, bool columns, std::vector<std::int32_t>& out) {
  out.assign(count, 0);
  for (const Match& match : matches) out[at(columns ? match.column : match.row)] = 1;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i)
    if (out[i] == 0) out[kept++] = static_cast<std::int32_t>(i);
  out.resize(kept);
}

}  // namespace boxtrail
