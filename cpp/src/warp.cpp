#include "boxtrail/warp.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace boxtrail {

namespace {

using Matrix2 = std::array<std::array<double, 2>, 2>;

struct OrientedChange {
  double scale_w, scale_h, turn;
};

Size enclosing_size(const Warp& warp, Size size) {
  return {std::abs(warp.a) * size.w + std::abs(warp.b) * size.h, std::abs(warp.c) * size.w + std::abs(warp.d) * size.h};
}

// Factors of width and height and the turn of an oriented box; its area grows by |det A|.
OrientedChange oriented_change(const Warp& warp, double angle) {
  const double cos = std::cos(angle), sin = std::sin(angle);
  const double x = warp.a * cos + warp.b * sin, y = warp.c * cos + warp.d * sin;
  const double scale_w = std::sqrt(x * x + y * y);
  const double turn = std::atan2(cos * y - sin * x, cos * x + sin * y);
  return {scale_w, std::abs(warp.a * warp.d - warp.b * warp.c) / scale_w, turn};
}

// The matrix that maps width and height of an upright box. SORT's filter hardly knows its aspect ratio, so a turn or
// shear must not mix it with the area.
Matrix2 size_change(SizeCode code, const Warp& warp) {
  if (code == SizeCode::kAreaRatio && (warp.b != 0.0 || warp.c != 0.0)) {
    const double scale = std::sqrt(std::abs(warp.a * warp.d - warp.b * warp.c));
    return {{{scale, 0.0}, {0.0, scale}}};
  }
  return {{{std::abs(warp.a), std::abs(warp.b)}, {std::abs(warp.c), std::abs(warp.d)}}};
}

Matrix2 multiply(const Matrix2& a, const Matrix2& b) {
  Matrix2 out;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) out[i][j] = 0.0 + a[i][0] * b[0][j] + a[i][1] * b[1][j];
  return out;
}

// d(code)/d(w, h) of the two size coordinates.
Matrix2 code_jacobian(SizeCode code, Size size) {
  const std::array<double, 2> ratio = {1.0 / size.h, -size.w / (size.h * size.h)};
  switch (code) {
    case SizeCode::kWidthHeight:
      return {{{1.0, 0.0}, {0.0, 1.0}}};
    case SizeCode::kAspectHeight:
      return {ratio, {0.0, 1.0}};
    case SizeCode::kAreaRatio:
      return {{{size.h, size.w}, ratio}};
    default:
      return {{{0.0, 1.0}, ratio}};
  }
}

// Jacobian of the two size coordinates where (w, h) maps by the matrix m.
Matrix2 size_jacobian(SizeCode code, Size size, Size warped, const Matrix2& m) {
  const double p = m[0][0], s = m[1][1];
  if (m[0][1] == 0.0 && m[1][0] == 0.0) {  // width and height scale on their own
    switch (code) {
      case SizeCode::kWidthHeight:
        return {{{p, 0.0}, {0.0, s}}};
      case SizeCode::kAspectHeight:
        return {{{p / s, 0.0}, {0.0, s}}};
      case SizeCode::kAreaRatio:
        return {{{p * s, 0.0}, {0.0, p / s}}};
      default:
        return {{{s, 0.0}, {0.0, p / s}}};
    }
  }
  const Matrix2 j = code_jacobian(code, size);
  const double determinant = j[0][0] * j[1][1] - j[0][1] * j[1][0];
  const Matrix2 backward = {
      {{j[1][1] / determinant, -j[0][1] / determinant}, {-j[1][0] / determinant, j[0][0] / determinant}}};
  return multiply(multiply(code_jacobian(code, warped), m), backward);
}

// The Jacobian is two 2×2 blocks, centre and size, and 1 for an angle: entry (i, j).
double entry(const Matrix2& centre, const Matrix2& size, std::size_t i, std::size_t j) {
  if (i < 2 && j < 2) return centre[i][j];
  if (i >= 2 && j >= 2 && i < 4 && j < 4) return size[i - 2][j - 2];
  return i == j ? 1.0 : 0.0;
}

// P ← (J ⊕ J) P (J ⊕ J)ᵀ for the whole matrix, each sum in index order.
template <std::size_t N>
void warp_dense(State<N>& state, const Matrix2& centre, const Matrix2& size) {
  constexpr std::size_t n = N, dim = 2 * N;
  std::vector<double> left(dim * dim), out(dim * dim);
  for (std::size_t i = 0; i < dim; ++i) {
    for (std::size_t j = 0; j < dim; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += entry(centre, size, i % n, k) * state.dense[(i / n * n + k) * dim + j];
      left[i * dim + j] = sum;
    }
  }
  for (std::size_t i = 0; i < dim; ++i) {
    for (std::size_t j = i; j < dim; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += left[i * dim + j / n * n + k] * entry(centre, size, j % n, k);
      out[i * dim + j] = out[j * dim + i] = sum;
    }
  }
  state.dense = std::move(out);
}

template <std::size_t N>
void warp_blocks(State<N>& state, const Matrix2& centre, const Matrix2& size) {
  for (std::size_t i = 0; i < N; ++i) {
    const double j = entry(centre, size, i, i);
    state.pp[i] = j * state.pp[i] * j;
    state.pv[i] = j * state.pv[i] * j;
    state.vv[i] = j * state.vv[i] * j;
  }
}

}  // namespace

Aabb warp_box(const Warp& warp, const Aabb& box) {
  const Size old{box.x2 - box.x1, box.y2 - box.y1};
  const Point p = warp({box.x1 + old.w / 2.0, box.y1 + old.h / 2.0});
  const Size size = enclosing_size(warp, old);
  return {p.x - size.w / 2.0, p.y - size.h / 2.0, p.x + size.w / 2.0, p.y + size.h / 2.0};
}

Obb warp_box(const Warp& warp, const Obb& box) {
  const Point p = warp({box.cx, box.cy});
  const OrientedChange change = oriented_change(warp, box.angle);
  return {p.x, p.y, box.w * change.scale_w, box.h * change.scale_h, box.angle + change.turn};
}

Point warp_direction(const Warp& warp, Point direction) {
  const double x = warp.a * direction.x + warp.b * direction.y, y = warp.c * direction.x + warp.d * direction.y;
  const double norm = std::sqrt(x * x + y * y);
  return norm == 0.0 ? direction : Point{x / norm, y / norm};
}

template <std::size_t N>
void warp_state(const MotionModel<N>& model, const Warp& warp, State<N>& state) {
  const Size old = model.decode(state.position[2], state.position[3]);
  Size size;
  Matrix2 m;
  if constexpr (N == 5) {
    const OrientedChange change = oriented_change(warp, state.position[4]);
    state.position[4] += change.turn;
    size = {old.w * change.scale_w, old.h * change.scale_h};
    m = {{{change.scale_w, 0.0}, {0.0, change.scale_h}}};
  } else {
    m = size_change(model.code, warp);
    size = {m[0][0] * old.w + m[0][1] * old.h, m[1][0] * old.w + m[1][1] * old.h};
  }
  const Matrix2 centre = {{{warp.a, warp.b}, {warp.c, warp.d}}};
  const Matrix2 sizes = size_jacobian(model.code, old, size, m);
  const Point p = warp({state.position[0], state.position[1]});
  MotionModel<N> exact = model;
  exact.aspect_epsilon = 0.0;
  const auto [first, second] = exact.encode(size);
  state.position[0] = p.x;
  state.position[1] = p.y;
  state.position[2] = first;
  state.position[3] = second;

  std::array<double, N> velocity;
  for (std::size_t i = 0; i < N; ++i) {
    velocity[i] = 0.0;
    for (std::size_t k = 0; k < N; ++k) velocity[i] += entry(centre, sizes, i, k) * state.velocity[k];
  }
  state.velocity = velocity;
  const bool diagonal = warp.b == 0.0 && warp.c == 0.0 && sizes[0][1] == 0.0 && sizes[1][0] == 0.0;
  if (!diagonal) make_dense(state);
  if (state.is_dense())
    warp_dense(state, centre, sizes);
  else
    warp_blocks(state, centre, sizes);
}

template <std::size_t N>
void warp_pairs(const MotionModel<N>& model, const Warp& warp, State<N>& state) {
  if constexpr (N == 5) {
    warp_state(model, warp, state);
  } else {
    assert(model.code == SizeCode::kWidthHeight);
    const Matrix2 turn = {{{warp.a, warp.b}, {warp.c, warp.d}}};
    const auto pairwise = [&](std::array<double, N>& v) {
      v = {warp.a * v[0] + warp.b * v[1], warp.c * v[0] + warp.d * v[1], warp.a * v[2] + warp.b * v[3],
           warp.c * v[2] + warp.d * v[3]};
    };
    pairwise(state.position);
    pairwise(state.velocity);
    state.position[0] += warp.tx;
    state.position[1] += warp.ty;
    state.position[2] = std::max(state.position[2], kMinSize);  // a steep turn would make a side negative
    state.position[3] = std::max(state.position[3], kMinSize);
    if (warp.b != 0.0 || warp.c != 0.0) make_dense(state);
    if (state.is_dense())
      warp_dense(state, turn, turn);
    else
      warp_blocks(state, turn, turn);
  }
}

template <class Box>
void warp_corners(const BoxModel<Box>& model, const Warp& warp, BoxState<Box>& state) {
  const Box box = to_box<Box>(model, state);
  if constexpr (Box::kSize == 5) {
    state.position = measurement(model, warp_box(warp, box));
  } else {
    const Point p = warp({box.x1, box.y1}), q = warp({box.x2, box.y2});
    // A quarter turn would leave a box of negative size.
    state.position =
        measurement(model, Aabb{std::min(p.x, q.x), std::min(p.y, q.y), std::max(p.x, q.x), std::max(p.y, q.y)});
  }
}

template void warp_pairs<4>(const MotionModel<4>&, const Warp&, State<4>&);
template void warp_pairs<5>(const MotionModel<5>&, const Warp&, State<5>&);
template void warp_corners<Aabb>(const MotionModel<4>&, const Warp&, State<4>&);
template void warp_corners<Obb>(const MotionModel<5>&, const Warp&, State<5>&);
template void warp_state<4>(const MotionModel<4>&, const Warp&, State<4>&);
template void warp_state<5>(const MotionModel<5>&, const Warp&, State<5>&);

}  // namespace boxtrail
