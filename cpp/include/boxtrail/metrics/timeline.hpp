// Who followed whom and when: every true track in pieces, as CLEAR matched it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/metrics/clear.hpp"
#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

// A true track in frames that follow one another, matched with one predicted track or with none.
struct TimelinePiece {
  std::int64_t first, last;  // rows of the truth, both in the piece
  ClearMatch match;          // of the first row

  bool operator==(const TimelinePiece&) const = default;
};

// The pieces by track, and in the order of time. `matches` and `frames`, their numbers, are those of the truth's rows.
std::vector<TimelinePiece> timeline(const Comparison& comparison, std::span<const ClearMatch> matches,
                                    std::span<const std::int64_t> frames);

}  // namespace boxtrail::metrics
