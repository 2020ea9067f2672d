// Which numbers code a box, and how uncertain they are: the families of constant-velocity motion models.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace boxtrail {

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

template <std::size_t N>
std::array<double, 2> MotionModel<N>::encode(Size size) const {
  if (code == SizeCode::kWidthHeight) return {size.w, size.h};
  const double ratio = size.w / (size.h + aspect_epsilon);
  if (code == SizeCode::kAspectHeight) return {ratio, size.h};
  if (code == SizeCode::kAreaRatio) return {size.w * size.h, ratio};
  return {size.h, ratio};
}

template <std::size_t N>
Size MotionModel<N>::decode(double first, double second) const {
  if (code == SizeCode::kWidthHeight) return {first, second};
  if (code == SizeCode::kAspectHeight) return {first * second, second};
  if (code == SizeCode::kHeightRatio) return {second * first, first};
  const double w = std::sqrt(first * second);
  return {w, first / w};
}

}  // namespace boxtrail
