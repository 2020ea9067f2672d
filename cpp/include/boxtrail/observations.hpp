// What OC-SORT and its descendants remember of a track's detections: where it was, where it was heading, what it missed
// (Cao et al., CVPR 2023, §4).
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "boxtrail/kalman.hpp"
#include "boxtrail/warp.hpp"

namespace boxtrail {

// Unit vector from one point to another.
Point direction(Point start, Point end);

// A box that was matched when the track had this age.
template <class Box>
struct Observation {
  std::int64_t age;
  Box box;
};

template <class Box>
struct Observations {
  std::optional<Box> last;               // the last matched box; the box of the birth is not an observation
  std::vector<Observation<Box>> recent;  // the matches of the last Δt ages
  Point direction{0.0, 0.0};             // unit vector or zero
  std::optional<BoxState<Box>> frozen;   // the filter at the first frame of the present gap
  std::vector<double> gap;               // intervals between frames since `last`

  // The oldest box of the ages age − delta_t … age − 1, else the newest one; null where there is none.
  const Box* reference(std::int64_t age, std::int64_t delta_t) const;
  // A frame begins.
  void pass_frame(double dt) {
    if (last) gap.push_back(dt);
  }
  // The track was not seen: keep the filter as it stands at the start of a gap.
  void miss(const BoxState<Box>& state) {
    if (last && !frozen) frozen = state;
  }
  // The track was seen at `box`.
  void observe(const Box& box, std::int64_t age, std::int64_t delta_t);
  // Moves everything with the camera, each array once.
  void warp(const BoxModel<Box>& model, const Warp& warp);
};

// Unit vector from one point to another.
inline Point direction(Point start, Point end) {
  const double dx = end.x - start.x, dy = end.y - start.y;
  const double norm = std::sqrt(dx * dx + dy * dy) + 1e-6;
  return {dx / norm, dy / norm};
}

template <class Archive, class Box>
void visit(Archive& archive, Observation<Box>& observation) {
  archive("age", observation.age);
  archive("box", observation.box);
}

template <class Archive, class Box>
void visit(Archive& archive, Observations<Box>& observations) {
  archive("last", observations.last);
  archive("recent", observations.recent);
  archive("direction", observations.direction);
  archive("frozen", observations.frozen);
  archive("gap", observations.gap);
}

// Observation-centric re-update: the state after a straight virtual path from the last observation to `box`; nothing
// where there is no gap.
template <class Box>
std::optional<BoxState<Box>> replay(const BoxModel<Box>& model, const Observations<Box>& observations, const Box& box);

}  // namespace boxtrail
