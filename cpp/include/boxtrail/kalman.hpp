// Constant-velocity Kalman filter over a box, one filter for every tracker. The measurement noise is diagonal, so a
// measurement is taken in one coordinate after the other (Bar-Shalom, Li, Kirubarajan 2001, §5): no matrix inverse.
#pragma once

#include <array>
#include <vector>

#include "boxtrail/box.hpp"
#include "boxtrail/motion_model.hpp"

namespace boxtrail {

inline constexpr double kMinSize = 1e-4;  // sizes and ratios of a state never fall below this

// Belief about one box. Each coordinate has a 2×2 covariance of its position and velocity, and coordinates are
// independent, until a warp mixes them: then `dense` holds the whole 2N×2N matrix, positions first, and rules.
template <std::size_t N>
struct State {
  std::array<double, N> position{}, velocity{};
  std::array<double, N> pp{}, pv{}, vv{};
  std::vector<double> dense;

  bool is_dense() const { return !dense.empty(); }
};

template <class Box>
using BoxState = State<Box::kSize>;
template <class Box>
using BoxModel = MotionModel<Box::kSize>;

template <class Box>
std::array<double, Box::kSize> measurement(const BoxModel<Box>& model, const Box& box);
// Variances of a measurement of the box that the state believes in.
template <std::size_t N>
std::array<double, N> measurement_noise(const MotionModel<N>& model, const State<N>& state);
template <class Box>
Box to_box(const BoxModel<Box>& model, const BoxState<Box>& state);

// Whether the box has left every image, or is no number any more (SORT drops such tracks).
template <class Box>
bool is_diverged(const BoxModel<Box>& model, const BoxState<Box>& state);

// A state at `box`, at rest.
template <class Box>
BoxState<Box> initiate(const BoxModel<Box>& model, const Box& box);

// Moves the state by `dt` frames.
template <std::size_t N>
void predict(const MotionModel<N>& model, State<N>& state, double dt);

// Corrects the state by a measured box; an oriented one must already be aligned to the state. `noise` scales the
// variance of the measurement, `gain` how far the mean follows it.
template <class Box>
void update(const BoxModel<Box>& model, BoxState<Box>& state, const Box& box, double noise = 1.0, double gain = 1.0);

// Squared Mahalanobis distance of a measured box from the state, measurement noise included.
template <class Box>
double gating_distance(const BoxModel<Box>& model, const BoxState<Box>& state, const Box& box);

// Spreads the blocks into the whole matrix; no effect if that is in use already.
template <std::size_t N>
void make_dense(State<N>& state);

}  // namespace boxtrail
