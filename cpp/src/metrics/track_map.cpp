#include "boxtrail/metrics/track_map.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace boxtrail::metrics {

namespace {

struct Range {
  double low, high;  // both included
  bool holds(double value) const { return value >= low && value <= high; }
};
struct Group {
  Range area, length;  // pixels², frames
};

constexpr Range kAnyArea{0.0, 1e10}, kAnyLength{0.0, 1e5};
constexpr std::array<Group, kNumGroups> kGroups{{{kAnyArea, kAnyLength},
                                                 {{0.0, 1024.0}, kAnyLength},
                                                 {{1024.0, 9216.0}, kAnyLength},
                                                 {{9216.0, 1e10}, kAnyLength},
                                                 {kAnyArea, {0.0, 3.0}},
                                                 {kAnyArea, {3.0, 10.0}},
                                                 {kAnyArea, {10.0, 1e5}}}};
constexpr std::uint8_t kMistake = 0, kMatch = 1, kNeither = 2;

// What TrackEval lets an overlap lack.
constexpr double kRounding = std::numeric_limits<double>::epsilon();

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// To the last bit as numpy.arange(0.5, 1.0, 0.05), by which TrackEval goes: its step is what 0.55 − 0.5 leaves.
double threshold(std::size_t index) {
  constexpr double kStep = 0.55 - 0.5;
  return std::min(0.5 + static_cast<double>(index) * kStep, 1.0 - 1e-10);
}

bool is_in(const Group& group, const TrackSizes& tracks, std::size_t id) {
  return group.area.holds(tracks.volume[id] / tracks.length[id]) && group.length.holds(tracks.length[id]);
}

struct Candidate {
  std::int32_t truth;
  double overlap;
};
using Candidates = std::vector<std::vector<Candidate>>;  // by predicted track, true ones ascending

Candidates candidates(const Comparison& c, const TrackSizes& truth, const TrackSizes& prediction,
                      std::span<const double> shared) {
  std::vector<double> common(c.num_pairs(), 0.0);
  for (std::size_t e = 0; e < shared.size(); ++e) common[at(c.pair[e])] += shared[e];
  Candidates out(at(c.num_prediction_ids));
  for (std::size_t p = 0; p < common.size(); ++p) {
    const auto t = at(c.pair_truth_id[p]), q = at(c.pair_prediction_id[p]);
    out[q].push_back({c.pair_truth_id[p], common[p] / (truth.volume[t] + prediction.volume[q] - common[p])});
  }
  return out;
}

// The best free true track that overlaps by `needed`; one that counts before any that does not. −1: none.
std::int32_t best(const std::vector<Candidate>& near, double needed, const std::vector<std::uint8_t>& taken,
                  const std::vector<std::uint8_t>& counts) {
  for (const std::uint8_t wanted : {std::uint8_t{1}, std::uint8_t{0}}) {
    std::int32_t chosen = -1;
    double highest = needed;
    for (const Candidate& candidate : near) {
      const auto t = at(candidate.truth);
      if (taken[t] != 0 || counts[t] != wanted || candidate.overlap < highest - kRounding) continue;
      highest = candidate.overlap;
      chosen = candidate.truth;
    }
    if (chosen >= 0) return chosen;
  }
  return -1;
}

}  // namespace

TrackSizes track_sizes(std::span<const std::int32_t> ids, std::int32_t num_ids, std::span<const double> areas,
                       std::span<const double> scores) {
  const auto count = at(num_ids);
  TrackSizes out{std::vector<double>(count, 0.0), std::vector<double>(count, 0.0), std::vector<double>(count, 0.0)};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    out.volume[at(ids[i])] += areas[i];
    out.length[at(ids[i])] += 1.0;
    out.score[at(ids[i])] += scores[i];
  }
  for (std::size_t id = 0; id < count; ++id) out.score[id] /= out.length[id];
  return out;
}

TrackMap track_map(const Comparison& c, const TrackSizes& truth, const TrackSizes& prediction,
                   std::span<const double> shared) {
  const Candidates near = candidates(c, truth, prediction, shared);
  std::vector<std::size_t> order(near.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return prediction.score[a] > prediction.score[b]; });
  TrackMap out;
  for (const std::size_t id : order) out.scores.push_back(prediction.score[id]);
  out.outcomes.resize(order.size());
  std::vector<std::uint8_t> counts(truth.length.size()), taken;
  for (std::size_t g = 0; g < kNumGroups; ++g) {
    for (std::size_t t = 0; t < counts.size(); ++t) counts[t] = is_in(kGroups[g], truth, t);
    out.num_truth[g] = std::count(counts.begin(), counts.end(), 1);
    for (std::size_t v = 0; v < kNumVolumes; ++v) {
      taken.assign(counts.size(), 0);
      for (std::size_t k = 0; k < order.size(); ++k) {
        const std::int32_t chosen = best(near[order[k]], threshold(v), taken, counts);
        std::uint8_t& outcome = out.outcomes[k][g][v];
        if (chosen < 0) {
          outcome = is_in(kGroups[g], prediction, order[k]) ? kMistake : kNeither;
          continue;
        }
        taken[at(chosen)] = 1;
        outcome = counts[at(chosen)] != 0 ? kMatch : kNeither;
      }
    }
  }
  return out;
}

}  // namespace boxtrail::metrics
