// BoostTrack's Mahalanobis term: how near a detection is to a track, measured by what the filter is unsure of, beside
// the other detections of the frame. Computed where it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "boxtrail/kalman.hpp"

namespace boxtrail {

inline constexpr double kBoostGate = 13.2767;  // squared distance a true match exceeds once in a hundred

// Trust in a track: grows over its first frames, shrinks while it is unseen; both count the present frame.
double track_confidence(std::int64_t age, std::int64_t misses);

// Where the tracks are expected: the first four coordinates of their states with their variances, and how far each
// track is trusted.
template <class Box>
struct Expected {
  std::vector<Box> boxes;
  std::vector<std::array<double, 4>> position, variance, inverse_variance;
  std::vector<double> confidence;  // in (0, 1]
  std::vector<std::int64_t> misses;

  std::size_t size() const { return boxes.size(); }

  template <class Tracks>
  void take(const BoxModel<Box>& model, const Tracks& tracks) {
    clear();
    for (const auto& track : tracks) {
      boxes.push_back(to_box<Box>(model, track.state));
      add(track.state);
      confidence.push_back(track_confidence(track.life.age, track.life.misses));
      misses.push_back(track.life.misses);
    }
  }

 private:
  void clear();
  void add(const BoxState<Box>& state);
};

// Keeps its memory between frames.
template <class Box>
class DistanceSimilarity {
 public:
  // Both must outlive what follows.
  void begin(const BoxModel<Box>& model, const Expected<Box>& tracks, std::span<const Box> detections);

  // Over centre, height and ratio, with the variances alone: no correlations, no noise of the measurement. Beyond the
  // gate any value beyond it. The angle of an oriented box is left out.
  double squared(std::int32_t i, std::int32_t j) const;

  // Softmax of gate − distance over the detections of track i; 0 beyond the gate, which still counts as the gate.
  double operator()(std::int32_t i, std::int32_t j);

  // Whether it could exceed `value`; sums no further than it must.
  bool may_exceed(std::int32_t i, std::int32_t j, double value);

 private:
  // Of the detections of one track, in their order.
  struct Sum {
    double total;        // so far; with those beyond the gate once it is complete
    std::int32_t next;   // first detection not looked at
    std::int32_t count;  // detections within the gate
  };
  bool reach(std::int32_t i, double wanted);
  void add_block(std::int32_t i, Sum& sum);
  bool add_near(std::int32_t i, Sum& sum);
  void sort_by_position();

  const BoxModel<Box>* model_ = nullptr;
  const Expected<Box>* tracks_ = nullptr;
  std::span<const Box> detections_;
  std::vector<std::array<double, 4>> measured_;  // of upright boxes
  std::vector<Sum> sums_;
  std::vector<std::pair<double, std::int32_t>> sorted_;  // by x, once it is needed
  std::vector<std::int32_t> within_;
};

}  // namespace boxtrail
