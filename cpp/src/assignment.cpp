#include "boxtrail/assignment.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace boxtrail {

namespace {

constexpr double kResolution = 1099511627776.0;  // 2⁴⁰: weights are multiples of its inverse

std::int64_t rounded(double value) { return std::llrint(value * kResolution); }

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

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
  load(similarity, weights_, min_similarity);
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
  const double lowest = bounds.empty() ? 0.0 : *std::max_element(bounds.begin(), bounds.end());
  return full(similarity, score_, {extra, nullptr, bounds, lowest}, min_similarity);
}

// Starts from the pairs that are there. The dual prices tell which of the others could matter: only where the bound
// exceeds the prices is the pair's own weight computed, and only if that exceeds them too does it come in.
const Matches& Assigner::full(const SparseMatrix& similarity, const std::vector<double>& score,
                              const OtherPairs& others, double min_similarity) {
  // The shift makes every weight positive, so that the heaviest matching is a full one.
  const std::int64_t shift = std::max<std::int64_t>(rounded(others.lowest) + 2, 1);
  weights_.resize(score.size());
  for (std::size_t k = 0; k < score.size(); ++k) weights_[k] = rounded(score[k]) + shift;
  bounds_.resize(others.highest.size());
  for (std::size_t j = 0; j < bounds_.size(); ++j) bounds_[j] = rounded(others.highest[j]) + 1 + shift;
  extras_.clear();
  const auto match = [&] {
    load(similarity, weights_, min_similarity);
    matcher_.match();
  };
  match();
  if (add_seeds(others, shift)) match();
  for (level_prices(similarity.num_columns); add_binding_pairs(similarity, others, shift, false);
       level_prices(similarity.num_columns))
    match();
  if (matcher_.has_rivals()) {  // only then can a tie change what is kept
    for (; add_binding_pairs(similarity, others, shift, true); level_prices(similarity.num_columns)) match();
    matcher_.settle_ties();
  }
  matcher_.collect_kept(matches_);
  return matches_;
}

// Fills the matcher with the pairs of `similarity` and those of extras_, both ascending by row and column.
void Assigner::load(const SparseMatrix& similarity, const std::vector<std::int64_t>& weights, double min_similarity) {
  matcher_.begin(similarity.num_columns);
  auto added = extras_.begin();
  for (std::int32_t i = 0; i < similarity.num_rows(); ++i) {
    const auto flush = [&](std::int32_t before) {
      for (; added != extras_.end() && added->row == i && added->column < before; ++added)
        matcher_.add_pair(added->column, added->weight, false);
    };
    for (auto k = similarity.row_start[at(i)]; k < similarity.row_start[at(i) + 1]; ++k) {
      flush(similarity.column[at(k)]);
      matcher_.add_pair(similarity.column[at(k)], weights[at(k)], similarity.value[at(k)] >= min_similarity);
    }
    flush(similarity.num_columns);
    matcher_.end_row();
  }
}

// A pair for every column that is still free, with a row that is free too: without it the column would cost nothing,
// and any pair with it would look worth a try.
bool Assigner::add_seeds(const OtherPairs& others, std::int64_t shift) {
  free_rows_.clear();
  marks_.assign(bounds_.size(), 0);
  for (std::int32_t i = 0; i < matcher_.num_rows(); ++i) {
    if (matcher_.column_of(i) < 0)
      free_rows_.push_back(i);
    else
      marks_[at(matcher_.column_of(i))] = 1;
  }
  for (std::size_t j = 0; j < marks_.size() && !free_rows_.empty(); ++j) {
    if (marks_[j] != 0) continue;
    const auto column = static_cast<std::int32_t>(j);
    std::size_t best = free_rows_.size() - 1;
    if (others.bound) {
      double highest = -std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < free_rows_.size(); ++k) {
        const double bound = others.bound(free_rows_[k], column);
        if (bound > highest) {
          highest = bound;
          best = k;
        }
      }
    }
    extras_.push_back({free_rows_[best], column, rounded(others.score(free_rows_[best], column)) + shift});
    free_rows_[best] = free_rows_.back();
    free_rows_.pop_back();
  }
  merge_extras(0);
  return !extras_.empty();
}

// Prices of matched pairs that rule out as many of the others as they can: a row has to outbid the columns that have
// no pair of their own, and what is left goes to the column.
void Assigner::level_prices(std::int32_t num_columns) {
  marks_.assign(at(num_columns), 0);
  for (std::int32_t i = 0; i < matcher_.num_rows(); ++i)
    if (matcher_.column_of(i) >= 0) marks_[at(matcher_.column_of(i))] = 1;
  for (const Extra& extra : extras_)
    if (matcher_.column_of(extra.row) == extra.column) marks_[at(extra.column)] = 0;
  std::int64_t reserve = 0;
  for (std::int32_t j = 0; j < num_columns; ++j)
    if (marks_[at(j)] == 0) reserve = std::max(reserve, bounds_[at(j)] - matcher_.column_price(j) + 1);
  matcher_.level_prices(bounds_, reserve);
}

// Brings in missing pairs whose weight exceeds the dual prices, `with_ties` also those that equal them; whether there
// were any.
bool Assigner::add_binding_pairs(const SparseMatrix& similarity, const OtherPairs& others, std::int64_t shift,
                                 bool with_ties) {
  const std::size_t before = extras_.size();
  const std::int64_t excess = with_ties ? 0 : 1;
  order_.clear();
  const auto slack = [&](std::int32_t j) { return bounds_[at(j)] - matcher_.column_price(j) - excess; };
  for (std::int32_t j = 0; j < similarity.num_columns; ++j)
    if (slack(j) >= 0) order_.push_back(j);
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
      const std::int64_t least = matcher_.row_price(i) + matcher_.column_price(j) + excess;
      if (others.bound && rounded(others.bound(i, j)) + 1 + shift < least) continue;
      const std::int64_t weight = rounded(others.score(i, j)) + shift;
      if (weight >= least) extras_.push_back({i, j, weight});
    }
  }
  merge_extras(before);
  return extras_.size() > before;
}

// Sorts the extras by row and column; those up to `before` are sorted already.
void Assigner::merge_extras(std::size_t before) {
  const auto earlier = [](const Extra& a, const Extra& b) {
    return a.row != b.row ? a.row < b.row : a.column < b.column;
  };
  const auto added = extras_.begin() + static_cast<std::ptrdiff_t>(before);
  std::sort(added, extras_.end(), earlier);
  std::inplace_merge(extras_.begin(), added, extras_.end(), earlier);
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
