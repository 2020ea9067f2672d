// Constant-velocity Kalman filter over a box, one filter for every tracker. The families differ only in which numbers
// code the box and in the noise. The measurement noise is diagonal, so a measurement is taken in one coordinate after
// the other (Bar-Shalom, Li, Kirubarajan 2001, §5): no matrix inverse.
#pragma once

#include <array>
#include <vector>

#include "boxtrail/box.hpp"

namespace boxtrail {

inline constexpr double kMinSize = 1e-4;  // sizes and ratios of a state never fall below this

enum class Extent { kNone, kWidth, kHeight };

// A variance: `value` itself, or (value · width)² or (value · height)² of the box.
struct Noise {
  double value;
  Extent of;
};

// The two numbers that code width and height.
enum class SizeCode { kAspectHeight, kWidthHeight, kAreaRatio, kHeightRatio };

struct Size {
  double w, h;  // pixels
};

// N is 4, or 5 with the angle of an oriented box.
template <std::size_t N>
struct MotionModel {
  SizeCode code;
  std::array<Noise, N> initial_position, initial_velocity, process_position, process_velocity, measurement;
  double aspect_epsilon;    // added to the height where the aspect ratio is formed
  bool process_after_step;  // the process noise follows the size after the step instead of before it

  std::array<double, 2> encode(Size size) const;
  Size decode(double first, double second) const;
};

// K1 xyah, K2 xywh, K3 xysr (the ratio has no velocity), K4 xyhr, K6 xywh that knows next to nothing at birth.
enum class Family { kXyah, kXywh, kXysr, kXyhr, kXywhWide };

template <std::size_t N>
MotionModel<N> motion_model(Family family, double aspect_epsilon = 0.0);

// Other values of a family's noise, a coordinate each; coordinates beyond those given keep theirs.
struct NoiseValues {
  std::vector<double> initial_position, initial_velocity, process_position, process_velocity, measurement;
};

template <std::size_t N>
void set_noise(MotionModel<N>& model, const NoiseValues& values);

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
