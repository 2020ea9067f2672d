// The motion gate of DeepSORT: which detections lie where the filter of a track believes it can be.
#pragma once

#include <span>
#include <vector>

#include "boxtrail/association.hpp"
#include "boxtrail/kalman.hpp"

namespace boxtrail {

// 0.95 quantile of χ²: four coordinates, five with an angle.
template <class Box>
inline constexpr double kChi2Gate = Box::kSize == 4 ? 9.4877 : 11.070;

// Squared Mahalanobis distances of tracks and detections, an oriented box aligned to the track first: of pairs within
// the gate alone, the others are left out. Detections are sorted by their centres, so that each track looks at those
// near it; a pair is given up at the first coordinate that carries it out of the gate. Keeps its memory between frames.
template <class Box>
class MotionGate {
 public:
  void find(const BoxModel<Box>& model, std::span<const BoxState<Box>* const> states, std::span<const Box> detections,
            SparseMatrix& distances);

 private:
  static constexpr std::size_t kSize = Box::kSize;
  using Values = std::array<double, kSize>;

  // How the covariance shrinks, coordinate by coordinate: the same for all measurements.
  struct Probe {
    Values mean, variance;
    std::array<Values, kSize> gain;
    bool is_dense;
  };
  static Probe probe(const BoxModel<Box>& model, const BoxState<Box>& state);
  static double distance(const Probe& probe, const Values& measured);

  struct Candidate {
    std::int32_t column;
    double distance;
  };
  std::vector<Values> measured_;
  std::vector<std::int32_t> order_;  // of the detections by their x
  std::vector<double> x_;            // in that order
  std::vector<Candidate> near_;
};

}  // namespace boxtrail
