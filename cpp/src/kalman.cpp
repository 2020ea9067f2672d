#include "boxtrail/kalman.hpp"

#include <algorithm>
#include <cmath>

namespace boxtrail {

namespace {

constexpr double kFarthest = 1e12;     // pixels; a state beyond it is given up
constexpr double kAngleDamping = 0.8;  // an angular velocity loses a fifth at every measurement

template <std::size_t N>
std::array<double, N> variances(const std::array<Noise, N>& noises, Size size) {
  std::array<double, N> out;
  for (std::size_t i = 0; i < N; ++i) {
    const double scale = noises[i].of == Extent::kWidth ? size.w : size.h;
    const double std = noises[i].value * scale;
    out[i] = noises[i].of == Extent::kNone ? noises[i].value : std * std;
  }
  return out;
}

template <std::size_t N>
void keep_sizes(State<N>& state) {
  state.position[2] = std::max(state.position[2], kMinSize);
  state.position[3] = std::max(state.position[3], kMinSize);
}

template <std::size_t N>
void predict_dense(State<N>& state, double dt, const std::array<double, N>& qp, const std::array<double, N>& qv) {
  constexpr std::size_t n = N, size = 2 * N;
  std::vector<double> p(size * size);
  const auto old = [&](std::size_t i, std::size_t j) { return state.dense[i * size + j]; };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const bool same = i == j;
      const double pp = old(i, j) + dt * (old(i, n + j) + old(j, n + i)) + dt * dt * old(n + i, n + j);
      const double pv = old(i, n + j) + dt * old(n + i, n + j);
      const double vv = old(n + i, n + j);
      p[i * size + j] = pp + (same ? dt * qp[i] + dt * (dt - 1.0) * (2.0 * dt - 1.0) / 6.0 * qv[i] : 0.0);
      p[i * size + n + j] = p[(n + j) * size + i] = pv + (same ? dt * (dt - 1.0) / 2.0 * qv[i] : 0.0);
      p[(n + i) * size + n + j] = vv + (same ? dt * qv[i] : 0.0);
    }
  }
  state.dense = std::move(p);
}

// One measured coordinate i; `r` is its noise, `innovation` measured minus predicted.
template <std::size_t N>
void correct_dense(State<N>& state, std::size_t i, double innovation, double r) {
  constexpr std::size_t n = N, size = 2 * N;
  std::array<double, size> row, gain;
  std::copy_n(state.dense.begin() + static_cast<std::ptrdiff_t>(i * size), size, row.begin());
  const double s = row[i] + r;
  for (std::size_t k = 0; k < size; ++k) gain[k] = row[k] / s;
  for (std::size_t k = 0; k < n; ++k) {
    state.position[k] += gain[k] * innovation;
    state.velocity[k] += gain[n + k] * innovation;
  }
  for (std::size_t a = 0; a < size; ++a)
    for (std::size_t b = a; b < size; ++b) state.dense[b * size + a] = state.dense[a * size + b] -= gain[a] * row[b];
}

template <std::size_t N>
void correct(State<N>& state, std::size_t i, double innovation, double r) {
  if (state.is_dense()) return correct_dense(state, i, innovation, r);
  const double pp = state.pp[i], pv = state.pv[i];
  const double gain_p = pp / (pp + r), gain_v = pv / (pp + r);
  state.position[i] += gain_p * innovation;
  state.velocity[i] += gain_v * innovation;
  state.pp[i] -= gain_p * pp;
  state.pv[i] -= gain_p * pv;
  state.vv[i] -= gain_v * pv;
}

template <std::size_t N>
double position_variance(const State<N>& state, std::size_t i) {
  return state.is_dense() ? state.dense[i * (2 * N + 1)] : state.pp[i];
}

template <class Box>
Size size_of(const Box& box) {
  if constexpr (Box::kSize == 4)
    return {box.x2 - box.x1, box.y2 - box.y1};
  else
    return {box.w, box.h};
}

}  // namespace

template <class Box>
std::array<double, Box::kSize> measurement(const BoxModel<Box>& model, const Box& box) {
  const Size size = size_of(box);
  const auto [p, q] = model.encode(size);
  if constexpr (Box::kSize == 4)
    return {box.x1 + size.w / 2.0, box.y1 + size.h / 2.0, p, q};
  else
    return {box.cx, box.cy, p, q, box.angle};
}

template <std::size_t N>
std::array<double, N> measurement_noise(const MotionModel<N>& model, const State<N>& state) {
  return variances<N>(model.measurement, model.decode(state.position[2], state.position[3]));
}

template <class Box>
Box to_box(const BoxModel<Box>& model, const BoxState<Box>& state) {
  const auto& x = state.position;
  const Size size = model.decode(x[2], x[3]);
  if constexpr (Box::kSize == 4)
    return {x[0] - size.w / 2.0, x[1] - size.h / 2.0, x[0] + size.w / 2.0, x[1] + size.h / 2.0};
  else
    return {x[0], x[1], size.w, size.h, x[4]};
}

template <class Box>
bool is_diverged(const BoxModel<Box>& model, const BoxState<Box>& state) {
  bool near = true;  // also false for what is not a number
  for (const double value : to_box<Box>(model, state).values()) near &= std::abs(value) <= kFarthest;
  return !near;
}

template <class Box>
BoxState<Box> initiate(const BoxModel<Box>& model, const Box& box) {
  BoxState<Box> state;
  state.position = measurement(model, box);
  const Size size = model.decode(state.position[2], state.position[3]);
  state.pp = variances<Box::kSize>(model.initial_position, size);
  state.vv = variances<Box::kSize>(model.initial_velocity, size);
  return state;
}

template <std::size_t N>
void predict(const MotionModel<N>& model, State<N>& state, double dt) {
  Size size = model.decode(state.position[2], state.position[3]);
  // An area must not fall to zero by its velocity (SORT).
  if (model.code == SizeCode::kAreaRatio && state.position[2] + dt * state.velocity[2] <= 0.0) state.velocity[2] = 0.0;
  for (std::size_t i = 0; i < N; ++i) state.position[i] += dt * state.velocity[i];
  keep_sizes(state);
  if (model.process_after_step) size = model.decode(state.position[2], state.position[3]);
  const auto qp = variances<N>(model.process_position, size), qv = variances<N>(model.process_velocity, size);
  if (state.is_dense()) return predict_dense(state, dt, qp, qv);
  for (std::size_t i = 0; i < N; ++i) {
    const double pp = state.pp[i], pv = state.pv[i], vv = state.vv[i];
    state.pp[i] = pp + dt * (pv + pv) + dt * dt * vv + (dt * qp[i] + dt * (dt - 1.0) * (2.0 * dt - 1.0) / 6.0 * qv[i]);
    state.pv[i] = pv + dt * vv + dt * (dt - 1.0) / 2.0 * qv[i];
    state.vv[i] = vv + dt * qv[i];
  }
}

template <class Box>
void update(const BoxModel<Box>& model, BoxState<Box>& state, const Box& box, double noise, double gain) {
  const auto z = measurement(model, box);
  const auto r = measurement_noise(model, state);
  const auto old_position = state.position, old_velocity = state.velocity;
  for (std::size_t i = 0; i < z.size(); ++i) correct(state, i, z[i] - state.position[i], r[i] * noise);
  if (gain != 1.0) {
    for (std::size_t i = 0; i < z.size(); ++i) {
      state.position[i] = old_position[i] + gain * (state.position[i] - old_position[i]);
      state.velocity[i] = old_velocity[i] + gain * (state.velocity[i] - old_velocity[i]);
    }
  }
  keep_sizes(state);
  if constexpr (Box::kSize == 5) state.velocity[4] *= kAngleDamping;
}

template <class Box>
double gating_distance(const BoxModel<Box>& model, const BoxState<Box>& state, const Box& box) {
  BoxState<Box> probe = state;
  const auto z = measurement(model, box);
  const auto r = measurement_noise(model, state);
  double distance = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double innovation = z[i] - probe.position[i];
    distance += innovation * innovation / (position_variance(probe, i) + r[i]);
    correct(probe, i, innovation, r[i]);
  }
  return distance;
}

template <std::size_t N>
void make_dense(State<N>& state) {
  if (state.is_dense()) return;
  constexpr std::size_t n = N, size = 2 * N;
  state.dense.assign(size * size, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    state.dense[i * size + i] = state.pp[i];
    state.dense[i * size + n + i] = state.dense[(n + i) * size + i] = state.pv[i];
    state.dense[(n + i) * size + n + i] = state.vv[i];
  }
}

template std::array<double, 4> measurement<Aabb>(const MotionModel<4>&, const Aabb&);
template std::array<double, 5> measurement<Obb>(const MotionModel<5>&, const Obb&);
template std::array<double, 4> measurement_noise<4>(const MotionModel<4>&, const State<4>&);
template std::array<double, 5> measurement_noise<5>(const MotionModel<5>&, const State<5>&);
template Aabb to_box<Aabb>(const MotionModel<4>&, const State<4>&);
template Obb to_box<Obb>(const MotionModel<5>&, const State<5>&);
template bool is_diverged<Aabb>(const MotionModel<4>&, const State<4>&);
template bool is_diverged<Obb>(const MotionModel<5>&, const State<5>&);
template State<4> initiate<Aabb>(const MotionModel<4>&, const Aabb&);
template State<5> initiate<Obb>(const MotionModel<5>&, const Obb&);
template void predict<4>(const MotionModel<4>&, State<4>&, double);
template void predict<5>(const MotionModel<5>&, State<5>&, double);
template void update<Aabb>(const MotionModel<4>&, State<4>&, const Aabb&, double, double);
template void update<Obb>(const MotionModel<5>&, State<5>&, const Obb&, double, double);
template double gating_distance<Aabb>(const MotionModel<4>&, const State<4>&, const Aabb&);
template double gating_distance<Obb>(const MotionModel<5>&, const State<5>&, const Obb&);
template void make_dense<4>(State<4>&);
template void make_dense<5>(State<5>&);

}  // namespace boxtrail
