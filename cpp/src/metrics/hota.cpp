#include "boxtrail/metrics/hota.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "boxtrail/metrics/frame_matching.hpp"

namespace boxtrail::metrics {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Sums a sparse row as NumPy sums the dense one (eight sums side by side, halves above 128 entries), so that scores
// that tie there tie here.
class RowSum {
 public:
  RowSum(std::span<const std::int64_t> columns, std::span<const double> values, std::int64_t first)
      : columns_(columns), values_(values), first_(first) {}

  double over(std::int64_t begin, std::int64_t end) {
    const std::int64_t count = end - begin;
    if (count > 128) {
      const std::int64_t half = count / 2 - count / 2 % 8;
      const double low = over(begin, begin + half);
      return low + over(begin + half, end);
    }
    const std::int64_t paired = count < 8 ? begin : begin + count - count % 8;
    std::array<double, 8> lanes{};
    for (; next_ < columns_.size() && column() < paired; ++next_) lanes[at((column() - begin) % 8)] += values_[next_];
    double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    for (; next_ < columns_.size() && column() < end; ++next_) sum += values_[next_];
    return sum;
  }

 private:
  std::int64_t column() const { return columns_[next_] - first_; }

  std::span<const std::int64_t> columns_;
  std::span<const double> values_;
  std::int64_t first_;
  std::size_t next_ = 0;
};

// How well each pair of tracks goes together over the whole sequence (A-IoU of soft matches), in [0, 1].
std::vector<double> alignment(const Comparison& c, std::span<const double> truth_count,
                              std::span<const double> prediction_count) {
  std::vector<double> soft(c.num_pairs(), 0.0), column_sum;
  const Overlaps& overlaps = c.overlaps;
  for (const FrameSpan& frame : c.frames) {
    const auto width = frame.prediction_end - frame.prediction_begin;
    column_sum.assign(at(width), 0.0);
    for (auto e = at(overlaps.row_start[at(frame.truth_begin)]); e < at(overlaps.row_start[at(frame.truth_end)]); ++e)
      column_sum[at(overlaps.row[e] - frame.prediction_begin)] += overlaps.value[e];
    for (auto i = frame.truth_begin; i < frame.truth_end; ++i) {
      const auto begin = at(overlaps.row_start[at(i)]), end = at(overlaps.row_start[at(i + 1)]);
      const double row_sum = RowSum(std::span(overlaps.row).subspan(begin, end - begin),
                                    std::span(overlaps.value).subspan(begin, end - begin), frame.prediction_begin)
                                 .over(0, width);
      for (auto e = begin; e < end; ++e) {
        const double value = overlaps.value[e];
        const double either = column_sum[at(overlaps.row[e] - frame.prediction_begin)] + row_sum - value;
        if (either > kTolerance) soft[at(c.pair[e])] += value / either;
      }
    }
  }
  for (std::size_t p = 0; p < soft.size(); ++p)
    soft[p] /= truth_count[at(c.pair_truth_id[p])] + prediction_count[at(c.pair_prediction_id[p])] - soft[p];
  return soft;
}

std::vector<double> count_ids(std::span<const std::int32_t> ids, std::int32_t num_ids) {
  std::vector<double> count(at(num_ids), 0.0);
  for (const std::int32_t id : ids) count[at(id)] += 1.0;
  return count;
}

// How many alphas a similarity reaches: nearly as many as twentieths are in it.
std::size_t level(double similarity) {
  auto reached = static_cast<std::size_t>(std::clamp(similarity, 0.0, 1.0) * static_cast<double>(kNumAlphas));
  while (reached < kNumAlphas && similarity >= alpha(reached) - kTolerance) ++reached;
  while (reached > 0 && similarity < alpha(reached - 1) - kTolerance) --reached;
  return reached;
}

// From what ends at each alpha to what is there at it.
void accumulate(AlphaCurve& curve) {
  for (std::size_t a = kNumAlphas - 1; a > 0; --a) curve[a - 1] += curve[a];
}

}  // namespace

Hota& Hota::operator+=(const Hota& other) {
  for (AlphaCurve Hota::* curve :
       {&Hota::tp, &Hota::fn, &Hota::fp, &Hota::ass_a, &Hota::ass_re, &Hota::ass_pr, &Hota::loc})
    for (std::size_t a = 0; a < kNumAlphas; ++a) (this->*curve)[a] += (other.*curve)[a];
  return *this;
}

AlphaCurve Hota::det_a() const {
  AlphaCurve out;
  for (std::size_t a = 0; a < kNumAlphas; ++a) out[a] = tp[a] / std::max(1.0, tp[a] + fn[a] + fp[a]);
  return out;
}

AlphaCurve Hota::hota() const {
  AlphaCurve out = det_a();
  for (std::size_t a = 0; a < kNumAlphas; ++a) out[a] = std::sqrt(out[a] * (ass_a[a] / std::max(1.0, tp[a])));
  return out;
}

Hota hota(const Comparison& c) {
  const auto truth_count = count_ids(c.truth_id, c.num_truth_ids);
  const auto prediction_count = count_ids(c.prediction_id, c.num_prediction_ids);
  std::vector<double> scores = alignment(c, truth_count, prediction_count);
  {
    std::vector<double> of_overlap(c.pair.size());
    for (std::size_t e = 0; e < of_overlap.size(); ++e) of_overlap[e] = scores[at(c.pair[e])] * c.overlaps.value[e];
    scores = std::move(of_overlap);
  }
  Hota out;
  std::vector<AlphaCurve> shared(c.num_pairs(), AlphaCurve{});  // matches of each pair of tracks
  FrameMatcher matcher;
  for (const FrameSpan& frame : c.frames) {
    for (const std::size_t e : matcher.match(frame, c.overlaps, scores)) {
      const std::size_t reached = level(c.overlaps.value[e]);
      if (reached == 0) continue;
      out.tp[reached - 1] += 1.0;
      out.loc[reached - 1] += c.overlaps.value[e];
      shared[at(c.pair[e])][reached - 1] += 1.0;
    }
  }
  accumulate(out.tp);
  accumulate(out.loc);
  for (std::size_t p = 0; p < shared.size(); ++p) {
    accumulate(shared[p]);
    const double mine = truth_count[at(c.pair_truth_id[p])], theirs = prediction_count[at(c.pair_prediction_id[p])];
    for (std::size_t a = 0; a < kNumAlphas && shared[p][a] > 0.0; ++a) {
      const double matches = shared[p][a];
      out.ass_a[a] += matches * (matches / std::max(1.0, mine + theirs - matches));
      out.ass_re[a] += matches * (matches / std::max(1.0, mine));
      out.ass_pr[a] += matches * (matches / std::max(1.0, theirs));
    }
  }
  for (std::size_t a = 0; a < kNumAlphas; ++a) {
    out.fn[a] = static_cast<double>(c.truth_id.size()) - out.tp[a];
    out.fp[a] = static_cast<double>(c.prediction_id.size()) - out.tp[a];
  }
  return out;
}

}  // namespace boxtrail::metrics
