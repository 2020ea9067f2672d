#include "boxtrail/motion_model.hpp"

#include <algorithm>

namespace boxtrail {

namespace {

constexpr double kPos = 1.0 / 20.0, kVel = 1.0 / 160.0;

using Noises = std::array<Noise, 5>;  // four coordinates and the angle

constexpr Noise constant(double value) { return {value, Extent::kNone}; }
constexpr Noise of_width(double value) { return {value, Extent::kWidth}; }
constexpr Noise of_height(double value) { return {value, Extent::kHeight}; }

constexpr Noises aspect(double value, double ratio, double angle) {
  return {of_height(value), of_height(value), constant(ratio), of_height(value), constant(angle)};
}
constexpr Noises sized(double value, double angle) {
  return {of_width(value), of_height(value), of_width(value), of_height(value), constant(angle)};
}
constexpr Noises constants(double x, double y, double p, double q, double angle) {
  return {constant(x), constant(y), constant(p), constant(q), constant(angle)};
}

struct Table {
  SizeCode code;
  Noises initial_position, initial_velocity, process_position, process_velocity, measurement;
};

constexpr Table kTables[] = {
    {SizeCode::kAspectHeight, aspect(2 * kPos, 1e-4, 1e-4), aspect(10 * kVel, 1e-10, 1e-10), aspect(kPos, 1e-4, 1e-4),
     aspect(kVel, 1e-10, 1e-10), aspect(kPos, 1e-2, 1e-2)},
    {SizeCode::kWidthHeight, sized(2 * kPos, 1e-4), sized(10 * kVel, 1e-10), sized(kPos, 1e-4), sized(kVel, 1e-10),
     sized(kPos, 1e-2)},
    {SizeCode::kAreaRatio, constants(10, 10, 10, 10, 10), constants(1e4, 1e4, 1e4, 0, 1e4), constants(1, 1, 1, 1, 1),
     constants(0.01, 0.01, 1e-4, 0, 1e-4), constants(1, 1, 10, 10, 10)},
    {SizeCode::kHeightRatio, constants(10, 10, 10, 10, 10), constants(1e4, 1e4, 1e4, 1e4, 1e4),
     constants(1, 1, 1, 1, 0.01), constants(0.01, 0.01, 0.01, 0.01, 0.01), constants(1, 1, 10, 0.01, 0.01)},
    {SizeCode::kWidthHeight, sized(2, 1e-4), sized(10, 1e-10), sized(kPos, 1e-4), sized(kVel, 1e-10),
     sized(kPos, 1e-2)},
};

template <std::size_t N>
std::array<Noise, N> first(const Noises& noises) {
  std::array<Noise, N> out;
  std::copy_n(noises.begin(), N, out.begin());
  return out;
}

}  // namespace

template <std::size_t N>
MotionModel<N> motion_model(Family family, double aspect_epsilon) {
  const Table& table = kTables[static_cast<std::size_t>(family)];
  return {table.code,
          first<N>(table.initial_position),
          first<N>(table.initial_velocity),
          first<N>(table.process_position),
          first<N>(table.process_velocity),
          first<N>(table.measurement),
          aspect_epsilon,
          family == Family::kXywhWide};
}

template <std::size_t N>
void set_noise(MotionModel<N>& model, const NoiseValues& values) {
  const auto set = [](std::array<Noise, N>& noises, const std::vector<double>& given) {
    for (std::size_t i = 0; i < std::min(N, given.size()); ++i) noises[i].value = given[i];
  };
  set(model.initial_position, values.initial_position);
  set(model.initial_velocity, values.initial_velocity);
  set(model.process_position, values.process_position);
  set(model.process_velocity, values.process_velocity);
  set(model.measurement, values.measurement);
}

template void set_noise<4>(MotionModel<4>&, const NoiseValues&);
template void set_noise<5>(MotionModel<5>&, const NoiseValues&);
template MotionModel<4> motion_model<4>(Family, double);
template MotionModel<5> motion_model<5>(Family, double);

}  // namespace boxtrail
