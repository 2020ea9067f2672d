// The filter of 2×2 blocks is the filter of whole matrices, bit for bit, until something mixes the coordinates.
#include <cmath>

#include "boxtrail/kalman.hpp"
#include "boxtrail/warp.hpp"
#include "check.hpp"
#include "scenes.hpp"

namespace {

using namespace boxtrail;
using boxtrail::testing::check;
using boxtrail::testing::Random;

template <std::size_t N>
bool same(const State<N>& blocks, const State<N>& whole) {
  State<N> spread = blocks;
  make_dense(spread);
  return spread.position == whole.position && spread.velocity == whole.velocity && spread.dense == whole.dense;
}

template <class Box>
Box wander(Random& random, double scale) {
  return testing::box_at<Box>(random.uniform(-2000, 2000), random.uniform(-2000, 2000), random.uniform(1, 300) * scale,
                              random.uniform(1, 300) * scale, random.uniform(-4, 4));
}

// Any order of predictions over any time, measurements anywhere, zooms and shifts of the camera.
template <class Box>
void blocks_equal_the_whole_matrix(Family family, double aspect_epsilon, std::uint64_t seed) {
  Random random(seed);
  const auto model = motion_model<Box::kSize>(family, aspect_epsilon);
  for (int chain = 0; chain < 40; ++chain) {
    const double scale = random.chance(0.2) ? 1e-3 : 1.0;
    auto blocks = initiate(model, wander<Box>(random, scale));
    auto whole = blocks;
    make_dense(whole);
    check(whole.is_dense() && !blocks.is_dense(), "one of the two is whole");
    for (int step = 0; step < 50; ++step) {
      const double dt = random.chance(0.7) ? 1.0 : random.uniform(0.01, 5.0);
      predict(model, blocks, dt);
      predict(model, whole, dt);
      const Box box = wander<Box>(random, scale);
      check(gating_distance(model, blocks, box) == gating_distance(model, whole, box), "equal gating distances");
      if (random.chance(0.7)) {
        update(model, blocks, box);
        update(model, whole, box);
      }
      if (Box::kSize == 4 && random.chance(0.1)) {
        const double zoom = random.uniform(0.9, 1.1);
        const Warp warp{zoom, 0.0, random.uniform(-9, 9), 0.0, zoom, random.uniform(-9, 9)};
        warp_state(model, warp, blocks);
        warp_state(model, warp, whole);
      }
      if (!blocks.is_dense()) check(same(blocks, whole), "blocks and whole matrix are equal bit for bit");
    }
    check(Box::kSize == 5 || !blocks.is_dense(), "no zoom or shift makes the matrix whole");
  }
}

// A gap in one step is the gap in several, for a state that has no noise of its own size to change.
template <class Box>
void a_long_step_is_many_short_ones() {
  Random random(5);
  const auto model = motion_model<Box::kSize>(Family::kXyhr);  // constant noise
  auto once = initiate(model, wander<Box>(random, 1.0));
  auto often = once;
  predict(model, once, 4.0);
  for (int step = 0; step < 4; ++step) predict(model, often, 1.0);
  for (std::size_t i = 0; i < Box::kSize; ++i) {
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * (1.0 + std::abs(b)); };
    check(near(once.position[i], often.position[i]), "the same position");
    check(near(once.pp[i], often.pp[i]) && near(once.pv[i], often.pv[i]) && near(once.vv[i], often.vv[i]),
          "the same covariance");
  }
}

template <class Box>
void sizes_stay_positive() {
  for (const Family family : {Family::kXyah, Family::kXywh, Family::kXysr, Family::kXyhr}) {
    const auto model = motion_model<Box::kSize>(family);
    auto state = initiate(model, testing::box_at<Box>(0, 0, 40, 80, 0));
    for (int step = 0; step < 4; ++step) {  // shrink fast, then coast far beyond zero
      predict(model, state, 1.0);
      update(model, state, testing::box_at<Box>(0, 0, 40 - 9 * step, 80 - 19 * step, 0));
    }
    for (int step = 0; step < 200; ++step) {
      predict(model, state, 1.0);
      check(state.position[2] > 0.0 && state.position[3] > 0.0, "a coasting box keeps a size above 0");
      const Aabb around = bounds(to_box<Box>(model, state));
      check(around.x2 > around.x1 && around.y2 > around.y1, "a coasting box has an area");
    }
  }
}

}  // namespace

int main() {
  std::uint64_t seed = 1;
  for (const Family family : {Family::kXyah, Family::kXywh, Family::kXysr, Family::kXyhr})
    for (const double aspect_epsilon : {0.0, 1e-6}) {
      blocks_equal_the_whole_matrix<Aabb>(family, aspect_epsilon, seed++);
      blocks_equal_the_whole_matrix<Obb>(family, aspect_epsilon, seed++);
    }
  a_long_step_is_many_short_ones<Aabb>();
  a_long_step_is_many_short_ones<Obb>();
  sizes_stay_positive<Aabb>();
  sizes_stay_positive<Obb>();
  return testing::finish();
}
