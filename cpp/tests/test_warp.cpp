// Moving a state with the camera: its box, its velocities and its covariance.
#include <algorithm>
#include <cmath>

#include "boxtrail/warp.hpp"
#include "check.hpp"
#include "scenes.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

constexpr Family kFamilies[] = {Family::kXyah, Family::kXywh, Family::kXysr, Family::kXyhr};

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance * (1.0 + std::abs(b)); }

template <class Box>
bool near_box(const Box& a, const Box& b) {
  const auto p = a.values(), q = b.values();
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!near(p[i], q[i])) return false;
  return true;
}

template <class Box>
BoxState<Box> moving_state(const BoxModel<Box>& model, Random& random) {
  auto state =
      initiate(model, testing::box_at<Box>(random.uniform(0, 900), random.uniform(0, 900), random.uniform(20, 90),
                                           random.uniform(30, 200), random.uniform(-3, 3)));
  for (int step = 0; step < 5; ++step) {
    predict(model, state, 1.0);
    auto z = to_box<Box>(model, state).values();
    for (double& value : z) value += random.uniform(-0.5, 0.5) * (Box::kSize == 5 && &value == &z.back() ? 0.05 : 1.0);
    update(model, state, Box::from(z.data()));
  }
  return state;
}

Warp random_warp(Random& random) {
  const double angle = random.uniform(-0.5, 0.5), zoom = random.uniform(0.8, 1.25);
  return {zoom * std::cos(angle), -zoom * std::sin(angle), random.uniform(-30, 30),
          zoom * std::sin(angle), zoom * std::cos(angle),  random.uniform(-30, 30)};
}

// Symmetric, and no direction has a negative variance: Cholesky goes through once a little is added to the diagonal.
template <std::size_t N>
bool is_covariance(const State<N>& state) {
  constexpr std::size_t size = 2 * N;
  std::vector<double> m = state.dense;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      if (m[i * size + j] != m[j * size + i]) return false;
  for (std::size_t i = 0; i < size; ++i) m[i * size + i] = m[i * size + i] * (1.0 + 1e-9) + 1e-12;
  for (std::size_t k = 0; k < size; ++k) {
    if (!(m[k * size + k] > 0.0)) return false;
    for (std::size_t i = k + 1; i < size; ++i)
      for (std::size_t j = k + 1; j < size; ++j) m[i * size + j] -= m[i * size + k] * m[k * size + j] / m[k * size + k];
  }
  return true;
}

template <class Box>
void the_box_moves_with_the_camera(const BoxModel<Box>& model, Random& random) {
  auto state = moving_state<Box>(model, random);
  const Box before = to_box<Box>(model, state);
  const Warp warp = random_warp(random);
  warp_state(model, warp, state);
  const Box after = to_box<Box>(model, state);
  if (model.code == SizeCode::kAreaRatio && Box::kSize == 4) {  // SORT's area and ratio are not mixed
    const Point moved = warp(centre(before)), now = centre(after);
    check(std::abs(now.x - moved.x) < 1e-6 && std::abs(now.y - moved.y) < 1e-6, "the centre moves with the camera");
  } else {
    check(near_box(after, warp_box(warp, before)), "the state's box is the warped box");
  }
  check(state.is_dense() && is_covariance(state), "the covariance stays one");
  predict(model, state, 1.0);
  update(model, state, to_box<Box>(model, state));
  check(is_covariance(state), "also after a prediction and a measurement");
}

template <class Box>
void standing_still_changes_nothing(const BoxModel<Box>& model, Random& random) {
  const auto before = moving_state<Box>(model, random);
  auto after = before;
  warp_state(model, Warp{1, 0, 0, 0, 1, 0}, after);
  for (std::size_t i = 0; i < Box::kSize; ++i) {
    check(near(after.position[i], before.position[i]) && near(after.velocity[i], before.velocity[i]), "the same mean");
    if (!after.is_dense())
      check(near(after.pp[i], before.pp[i]) && near(after.pv[i], before.pv[i]) && near(after.vv[i], before.vv[i]),
            "the same covariance");
  }
}

// The velocities are the change of the warped position: its derivative, by differences.
void velocities_follow_the_jacobian(const MotionModel<4>& model, Random& random) {
  const auto state = moving_state<Aabb>(model, random);
  const Warp warp = random_warp(random);
  const auto warped_position = [&](double step) {
    auto moved = state;
    for (std::size_t i = 0; i < 4; ++i) moved.position[i] += step * state.velocity[i];
    warp_state(model, warp, moved);
    return moved.position;
  };
  const double h = 1e-4;
  const auto ahead = warped_position(h), behind = warped_position(-h);
  auto warped = state;
  warp_state(model, warp, warped);
  for (std::size_t i = 0; i < 4; ++i)
    check(near(warped.velocity[i], (ahead[i] - behind[i]) / (2 * h), 1e-4), "a velocity is warped by the Jacobian");
}

void boxes_and_directions(Random& random) {
  const Warp warp = random_warp(random);
  const Aabb box = testing::box_at<Aabb>(random.uniform(0, 900), random.uniform(0, 900), 40, 90, 0);
  const Aabb warped = warp_box(warp, box);
  Aabb around{1e9, 1e9, -1e9, -1e9};
  for (const Point p : {Point{box.x1, box.y1}, {box.x2, box.y1}, {box.x1, box.y2}, {box.x2, box.y2}}) {
    const Point q = warp(p);
    around = {std::min(around.x1, q.x), std::min(around.y1, q.y), std::max(around.x2, q.x), std::max(around.y2, q.y)};
  }
  check(near_box(warped, around), "an upright box becomes the one around its warped corners");

  const Obb oriented{100, 50, 40, 90, random.uniform(-3, 3)};
  const Aabb turned = bounds(warp_box(warp, oriented));
  const Aabb corners = bounds(oriented);
  check(std::abs(warp_box(warp, oriented).w * warp_box(warp, oriented).h -
                 oriented.w * oriented.h * std::abs(warp.a * warp.d - warp.b * warp.c)) < 1e-6,
        "the area of an oriented box grows by the determinant");
  check(turned.x2 > turned.x1 && corners.x2 > corners.x1, "and has an extent");

  const Point direction = warp_direction(warp, {0.6, 0.8});
  check(near(direction.x * direction.x + direction.y * direction.y, 1.0), "a direction stays a unit vector");
  const Point nothing = warp_direction(warp, {0.0, 0.0});
  check(nothing.x == 0.0 && nothing.y == 0.0, "no direction stays none");
}

template <class Box>
void each_family(Random& random) {
  for (const Family family : kFamilies) {
    const auto model = motion_model<Box::kSize>(family);
    the_box_moves_with_the_camera<Box>(model, random);
    standing_still_changes_nothing<Box>(model, random);
    if constexpr (Box::kSize == 4) velocities_follow_the_jacobian(model, random);
  }
}

}  // namespace

int main() {
  Random random(9);
  for (int round = 0; round < 200; ++round) {
    each_family<Aabb>(random);
    each_family<Obb>(random);
    boxes_and_directions(random);
  }
  return testing::finish();
}
