// CLEAR: K. Bernardin and R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics",
// EURASIP JIVP 2008; mostly tracked and lost: B. Wu and R. Nevatia, CVPR 2006.
#pragma once

#include <cstdint>

#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

struct Clear {
  std::int64_t tp = 0, fn = 0, fp = 0;
  std::int64_t id_switches = 0, fragmentations = 0;
  std::int64_t mostly_tracked = 0, partly_tracked = 0, mostly_lost = 0;  // true tracks
  double similarity = 0.0;                                               // summed over the true positives
  std::int64_t frames = 0;

  Clear& operator+=(const Clear& other);
  double mota() const;
  bool operator==(const Clear&) const = default;
};

// A match needs a similarity of `threshold`; the sequence has `num_frames`, with boxes or without.
Clear clear(const Comparison& comparison, double threshold, std::int64_t num_frames);

}  // namespace boxtrail::metrics
