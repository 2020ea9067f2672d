// Moving a track with the camera: what a 2×3 affine [A | t], previous-frame to current coordinates, does to it.
//
// An upright box becomes the upright box around the warped one, so w′ = |a|w + |b|h and h′ = |c|w + |d|h for
// A = [a b; c d]; the covariance follows by the Jacobian of that map. An oriented box turns with the camera.
#pragma once

#include "boxtrail/box.hpp"
#include "boxtrail/kalman.hpp"

namespace boxtrail {

struct Warp {
  double a, b, tx;
  double c, d, ty;

  Point operator()(Point p) const { return {a * p.x + b * p.y + tx, c * p.x + d * p.y + ty}; }
};

Aabb warp_box(const Warp& warp, const Aabb& box);
Obb warp_box(const Warp& warp, const Obb& box);

// A unit vector turned with the camera; zero stays zero.
Point warp_direction(const Warp& warp, Point direction);

// Mean, velocities and covariance, by the Jacobian of the enclosing box; SORT's area and ratio are not mixed. A warp
// without rotation or shear leaves the covariance block-diagonal.
template <std::size_t N>
void warp_state(const MotionModel<N>& model, const Warp& warp, State<N>& state);

// BoT-SORT's own form for centre, width and height: the linear part turns each of the pairs (cx, cy), (w, h) and their
// velocities, sizes included. An oriented box is moved by warp_state.
template <std::size_t N>
void warp_pairs(const MotionModel<N>& model, const Warp& warp, State<N>& state);

// The form of StrongSORT and BoostTrack: two opposite corners are moved and the box between them is the new position;
// velocities and covariance stay. An oriented box moves as a whole.
template <class Box>
void warp_corners(const BoxModel<Box>& model, const Warp& warp, BoxState<Box>& state);

}  // namespace boxtrail
