// Identity: E. Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016.
#pragma once

#include <cstdint>

#include "boxtrail/metrics/comparison.hpp"

namespace boxtrail::metrics {

struct Identity {
  std::int64_t tp = 0, fn = 0, fp = 0;

  Identity& operator+=(const Identity& other);
  double idf1() const;
  bool operator==(const Identity&) const = default;
};

// The one-to-one assignment of whole tracks that has most boxes in common, at a similarity of `threshold`.
Identity identity(const Comparison& comparison, double threshold);

}  // namespace boxtrail::metrics
