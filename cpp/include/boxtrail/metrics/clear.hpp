// CLEAR: K. Bernardin and R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics",
// EURASIP JIVP 2008; mostly tracked and lost: B. Wu and R. Nevatia, CVPR 2006.
#pragma once

#include <cstdint>
#include <vector>

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

// What became of a row of the truth.
struct ClearMatch {
  std::int64_t prediction = -1;  // the row it was matched with, or -1
  bool is_switch = false;        // counted in id_switches
  bool is_fragmentation = false;

  bool operator==(const ClearMatch&) const = default;
};

// A match needs a similarity of `threshold`; the sequence has `num_frames`, with boxes or without. `matches`, where
// asked for, gets one entry a row of the truth.
Clear clear(const Comparison& comparison, double threshold, std::int64_t num_frames,
            std::vector<ClearMatch>* matches = nullptr);

}  // namespace boxtrail::metrics
