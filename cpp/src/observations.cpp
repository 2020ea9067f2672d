#include "boxtrail/observations.hpp"

namespace boxtrail {

namespace {

// Centre, width and height as the filter's code gives them back; the angle follows where there is one.
template <class Box>
std::array<double, Box::kSize> centre_size(const BoxModel<Box>& model, const Box& box) {
  auto z = measurement(model, box);
  const Size size = model.decode(z[2], z[3]);
  z[2] = size.w;
  z[3] = size.h;
  return z;
}

template <class Box>
Box from_centre_size(const std::array<double, Box::kSize>& v) {
  if constexpr (Box::kSize == 4)
    return {v[0] - v[2] / 2.0, v[1] - v[3] / 2.0, v[0] + v[2] / 2.0, v[1] + v[3] / 2.0};
  else
    return {v[0], v[1], v[2], v[3], v[4]};
}

}  // namespace

template <class Box>
const Box* Observations<Box>::reference(std::int64_t age, std::int64_t delta_t) const {
  for (const Observation<Box>& observation : recent)
    if (age - delta_t <= observation.age && observation.age < age) return &observation.box;
  return last ? &*last : nullptr;
}

template <class Box>
void Observations<Box>::observe(const Box& box, std::int64_t age, std::int64_t delta_t) {
  if (const Box* previous = reference(age, delta_t)) direction = boxtrail::direction(centre(*previous), centre(box));
  last = box;
  recent.push_back({age, box});
  std::erase_if(recent, [&](const Observation<Box>& observation) { return observation.age <= age - delta_t; });
  frozen.reset();
  gap.clear();
}

template <class Box>
void Observations<Box>::warp(const BoxModel<Box>& model, const Warp& warp) {
  if (last) last = warp_box(warp, *last);
  for (Observation<Box>& observation : recent) observation.box = warp_box(warp, observation.box);
  direction = warp_direction(warp, direction);
  if (frozen) warp_state(model, warp, *frozen);
}

template <class Box>
std::optional<BoxState<Box>> replay(const BoxModel<Box>& model, const Observations<Box>& observations, const Box& box) {
  if (!observations.frozen || !observations.last) return std::nullopt;
  BoxState<Box> state = *observations.frozen;
  const auto start = centre_size(model, *observations.last), end = centre_size(model, box);
  double total = 0.0, passed = 0.0;
  for (const double dt : observations.gap) total += dt;
  for (std::size_t k = 0; k < observations.gap.size(); ++k) {
    const double dt = observations.gap[k];
    if (k > 0) predict(model, state, dt);
    passed += dt;
    auto values = start;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = start[i] + (end[i] - start[i]) * (passed / total);
    update(model, state, from_centre_size<Box>(values));
  }
  return state;
}

template struct Observations<Aabb>;
template struct Observations<Obb>;
template std::optional<State<4>> replay<Aabb>(const MotionModel<4>&, const Observations<Aabb>&, const Aabb&);
template std::optional<State<5>> replay<Obb>(const MotionModel<5>&, const Observations<Obb>&, const Obb&);

}  // namespace boxtrail
