#include "boxtrail/metrics/timeline.hpp"

#include <algorithm>

namespace boxtrail::metrics {

namespace {

constexpr std::int64_t kNone = -1;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

}  // namespace

std::vector<TimelinePiece> timeline(const Comparison& c, std::span<const ClearMatch> matches,
                                    std::span<const std::int64_t> frames) {
  std::vector<TimelinePiece> out;
  std::vector<std::int64_t> open(at(c.num_truth_ids), kNone);  // the piece that each track is in
  const auto partner = [&](const ClearMatch& match) {
    return match.prediction < 0 ? std::int32_t{-1} : c.prediction_id[at(match.prediction)];
  };
  for (std::size_t row = 0; row < c.truth_id.size(); ++row) {
    std::int64_t& piece = open[at(c.truth_id[row])];
    if (piece != kNone && frames[row] == frames[at(out[at(piece)].last)] + 1 &&
        partner(matches[row]) == partner(out[at(piece)].match)) {
      out[at(piece)].last = static_cast<std::int64_t>(row);
      continue;
    }
    piece = static_cast<std::int64_t>(out.size());
    out.push_back({static_cast<std::int64_t>(row), static_cast<std::int64_t>(row), matches[row]});
  }
  std::stable_sort(out.begin(), out.end(), [&](const TimelinePiece& a, const TimelinePiece& b) {
    return c.truth_id[at(a.first)] < c.truth_id[at(b.first)];
  });
  return out;
}

}  // namespace boxtrail::metrics
