// Which boxes of a frame belong together, as the official kits decide it: one full assignment a frame.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/metrics/comparison.hpp"
#include "boxtrail/metrics/dense_assignment.hpp"

namespace boxtrail::metrics {

// Similarities are compared with a threshold less this, as the kits do: one that is equal but for rounding reaches it.
inline constexpr double kTolerance = 2.220446049250313e-16;

// Keeps its memory between frames.
class FrameMatcher {
 public:
  // The overlaps of a frame that the assignment of highest total score takes, ascending. `scores` ≥ 0, one an overlap
  // of the whole sequence; overlaps with score 0 are as good as none.
  const std::vector<std::size_t>& match(const FrameSpan& frame, const Overlaps& overlaps,
                                        std::span<const double> scores);

 private:
  bool is_one_to_one(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores);
  bool assign_contested(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores);
  bool find_contested(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores);
  void assign(const FrameSpan& frame, const Overlaps& overlaps, std::span<const double> scores);

  DenseAssigner assigner_;
  std::vector<double> weights_;
  std::vector<std::uint8_t> taken_;
  std::vector<std::int32_t> suitors_, place_;  // of each column: rows with a score there; number among the contested
  std::vector<std::int64_t> contested_rows_;
  std::vector<std::int32_t> first_choice_, second_choice_;
  std::vector<std::size_t> matches_;
};

}  // namespace boxtrail::metrics
