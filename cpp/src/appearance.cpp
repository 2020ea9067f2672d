#include "boxtrail/appearance.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace boxtrail {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 4;  // columns that share one pass over a row

template <class T>
using Lanes = std::array<T, kLanes>;

template <class T>
T fold(Lanes<T> lanes) {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  return lanes[0];
}

// Products of `a` with B columns at once.
template <std::size_t B>
void multiply(Embedding a, const Embedding* columns, double* out) {
  std::array<Lanes<float>, B> lanes{};
  const std::size_t whole = a.size() / kLanes * kLanes;
  for (std::size_t k = 0; k < whole; k += kLanes)
    for (std::size_t b = 0; b < B; ++b)
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[b][lane] += a[k + lane] * columns[b][k + lane];
  for (std::size_t b = 0; b < B; ++b) {
    for (std::size_t k = whole; k < a.size(); ++k) lanes[b][k - whole] += a[k] * columns[b][k];
    out[b] = static_cast<double>(fold(lanes[b]));
  }
}

}  // namespace

double cosine_similarity(Embedding a, Embedding b) {
  if (a.empty() || b.empty()) return 0.0;
  assert(a.size() == b.size());
  double out;
  multiply<1>(a, &b, &out);
  return out;
}

void cosine_similarity(std::span<const Embedding> rows, std::span<const Embedding> columns, std::vector<double>& out) {
  const std::size_t count = columns.size();
  out.resize(rows.size() * count);
  // All columns of a frame are there, or none is; a missing row is one by one.
  const bool dense = std::none_of(columns.begin(), columns.end(), [](Embedding column) { return column.empty(); });
  const std::size_t blocked = dense ? count / kBlock * kBlock : 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double* row = out.data() + i * count;
    if (rows[i].empty()) {
      std::fill_n(row, count, 0.0);
      continue;
    }
    for (std::size_t j = 0; j < blocked; j += kBlock) multiply<kBlock>(rows[i], columns.data() + j, row + j);
    for (std::size_t j = blocked; j < count; ++j) row[j] = cosine_similarity(rows[i], columns[j]);
  }
}

void smooth(std::vector<float>& previous, Embedding current, double alpha) {
  if (current.empty()) return;
  if (previous.empty()) {
    previous.assign(current.begin(), current.end());
    return;
  }
  assert(previous.size() == current.size());
  const auto mixed = [&](std::size_t k) {
    return alpha * static_cast<double>(previous[k]) + (1.0 - alpha) * static_cast<double>(current[k]);
  };
  Lanes<double> lanes{};
  for (std::size_t k = 0; k < previous.size(); ++k) lanes[k % kLanes] += mixed(k) * mixed(k);
  const double norm = std::sqrt(fold(lanes));
  if (norm == 0.0) return;
  for (std::size_t k = 0; k < previous.size(); ++k) previous[k] = static_cast<float>(mixed(k) / norm);
}

void to_unit(std::span<const double> total, std::vector<float>& out) {
  Lanes<double> lanes{};
  for (std::size_t k = 0; k < total.size(); ++k) lanes[k % kLanes] += total[k] * total[k];
  const double norm = std::sqrt(fold(lanes));
  out.resize(total.size());
  for (std::size_t k = 0; k < total.size(); ++k) out[k] = static_cast<float>(norm == 0.0 ? total[k] : total[k] / norm);
}

bool is_given(Embedding embedding) {
  return std::any_of(embedding.begin(), embedding.end(), [](float value) { return value != 0.0F; });
}

double adaptive_alpha(double base, double score, double min_score) {
  return base + (1.0 - base) * (1.0 - (score - min_score) / (1.0 - min_score));
}

}  // namespace boxtrail
