"""Moving a track with the camera: what a 2×3 affine ``warp`` does to points, boxes and Kalman states.

``warp`` = [A | t] maps previous-frame coordinates to current ones. An upright box becomes the upright box around the
warped one, so w′ = |a|w + |b|h and h′ = |c|w + |d|h for A = [a b; c d]; the covariance follows by the Jacobian of
that map. An oriented box turns with the camera.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.kalman import MIN_SIZE, State, measurement, to_box
from boxtrail.reference.motion_model import MotionModel, SizeCode

FloatArray: TypeAlias = NDArray[np.float64]
Matrix2: TypeAlias = tuple[tuple[float, float], tuple[float, float]]


def warp_box(warp: FloatArray, box: FloatArray) -> FloatArray:
    """The box (4,) corners or (5,) oriented, moved with the camera."""
    if len(box) == 4:
        w, h = float(box[2] - box[0]), float(box[3] - box[1])
        cx, cy = _warp_point(warp, float(box[0]) + w / 2.0, float(box[1]) + h / 2.0)
        w, h = _enclosing_size(warp, w, h)
        return np.array([cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0])
    cx, cy = _warp_point(warp, float(box[0]), float(box[1]))
    scale_w, scale_h, turn = _oriented_change(warp, float(box[4]))
    return np.array([cx, cy, box[2] * scale_w, box[3] * scale_h, box[4] + turn])


def warp_direction(warp: FloatArray, direction: FloatArray) -> FloatArray:
    """A unit vector (dy, dx) turned with the camera; zero stays zero."""
    dy, dx = float(direction[0]), float(direction[1])
    x, y = float(warp[0, 0]) * dx + float(warp[0, 1]) * dy, float(warp[1, 0]) * dx + float(warp[1, 1]) * dy
    norm = math.sqrt(x * x + y * y)
    return direction.copy() if norm == 0.0 else np.array([y / norm, x / norm])


def warp_state(model: MotionModel, warp: FloatArray, state: State) -> None:
    """Move ``state`` with the camera: mean, velocities and covariance, by the Jacobian of the enclosing box.

    SORT's filter hardly knows its aspect ratio (a noise of 10 for a number near ½), so a Jacobian that mixes area and
    ratio would let noise of the area run into it. There a turn or shear scales the box by √|det A| and mixes nothing.
    """
    n = model.n
    jacobian = np.eye(n)
    jacobian[:2, :2] = warp[:, :2]
    w, h = model.decode(float(state.mean[2]), float(state.mean[3]))
    if n == 5:
        scale_w, scale_h, turn = _oriented_change(warp, float(state.mean[4]))
        state.mean[4] += turn
        w_new, h_new = w * scale_w, h * scale_h
        jacobian[2:4, 2:4] = _size_jacobian(model, (w, h), (w_new, h_new), ((scale_w, 0.0), (0.0, scale_h)))
    else:
        change = _size_change(model, warp)
        w_new, h_new = change[0][0] * w + change[0][1] * h, change[1][0] * w + change[1][1] * h
        jacobian[2:4, 2:4] = _size_jacobian(model, (w, h), (w_new, h_new), change)
    state.mean[0], state.mean[1] = _warp_point(warp, float(state.mean[0]), float(state.mean[1]))
    state.mean[2:4] = _encode_exactly(model, w_new, h_new)
    state.mean[n:] = _multiply(jacobian, state.mean[n:, None])[:, 0]
    _move_covariance(jacobian, state)


def warp_pairs(model: MotionModel, warp: FloatArray, state: State) -> None:
    """BoT-SORT's own form for centre, width and height: the linear part of ``warp`` turns each of the pairs (cx, cy),
    (w, h) and their velocities, sizes included. An oriented box is moved by :func:`warp_state`.
    """
    n = model.n
    if n == 5:
        warp_state(model, warp, state)
        return
    turn = np.zeros((4, 4))
    turn[:2, :2] = turn[2:, 2:] = warp[:, :2]
    for part in (slice(0, n), slice(n, 2 * n)):
        state.mean[part] = _turn_pairs(warp, state.mean[part])
    state.mean[0] += warp[0, 2]
    state.mean[1] += warp[1, 2]
    state.mean[2:4] = np.maximum(state.mean[2:4], MIN_SIZE)  # a steep turn would make a side negative
    _move_covariance(turn, state)


def warp_corners(model: MotionModel, warp: FloatArray, state: State) -> None:
    """The form of StrongSORT and BoostTrack: two opposite corners are moved, and the box between them is the new
    position; velocities and covariance stay. An oriented box moves as a whole.
    """
    box = to_box(model, state)
    if model.n == 5:
        moved = warp_box(warp, box)
    else:
        p, q = (_warp_point(warp, float(box[k]), float(box[k + 1])) for k in (0, 2))
        # A quarter turn would leave a box of negative size.
        moved = np.array([min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1])])
    state.mean[: model.n] = measurement(model, moved)


def _turn_pairs(warp: FloatArray, values: FloatArray) -> list[float]:
    (a, b, _), (c, d, _) = warp.tolist()
    p, q, r, s = values.tolist()
    return [a * p + b * q, c * p + d * q, a * r + b * s, c * r + d * s]


def _move_covariance(jacobian: FloatArray, state: State) -> None:
    n = len(jacobian)
    blocks = [[_congruence(jacobian, state.covariance[i : i + n, j : j + n]) for j in (0, n)] for i in (0, n)]
    upper = np.triu(np.block(blocks))
    state.covariance = upper + np.triu(upper, 1).T


def _warp_point(warp: FloatArray, x: float, y: float) -> tuple[float, float]:
    (a, b, tx), (c, d, ty) = warp.tolist()
    return a * x + b * y + tx, c * x + d * y + ty


def _enclosing_size(warp: FloatArray, w: float, h: float) -> tuple[float, float]:
    (a, b, _), (c, d, _) = warp.tolist()
    return abs(a) * w + abs(b) * h, abs(c) * w + abs(d) * h


def _size_change(model: MotionModel, warp: FloatArray) -> Matrix2:
    """The matrix that maps width and height of an upright box."""
    (a, b, _), (c, d, _) = warp.tolist()
    if model.code is SizeCode.AREA_RATIO and (b != 0.0 or c != 0.0):
        scale = math.sqrt(abs(a * d - b * c))
        return (scale, 0.0), (0.0, scale)
    return (abs(a), abs(b)), (abs(c), abs(d))


def _oriented_change(warp: FloatArray, angle: float) -> tuple[float, float, float]:
    """Factors of width and height and the turn of an oriented box; its area grows by |det A|."""
    (a, b, _), (c, d, _) = warp.tolist()
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = a * cos + b * sin, c * cos + d * sin
    scale_w = math.sqrt(x * x + y * y)
    turn = math.atan2(cos * y - sin * x, cos * x + sin * y)
    return scale_w, abs(a * d - b * c) / scale_w, turn


def _encode_exactly(model: MotionModel, w: float, h: float) -> tuple[float, float]:
    return replace(model, aspect_epsilon=0.0).encode(w, h)


def _size_jacobian(
    model: MotionModel, size: tuple[float, float], warped: tuple[float, float], m: Matrix2
) -> FloatArray:
    """Jacobian of the two size coordinates where (w, h) maps by the 2×2 matrix ``m``."""
    (p, q), (r, s) = m
    if q == 0.0 and r == 0.0:  # width and height scale on their own: the covariance stays block-diagonal
        scales = {
            SizeCode.WIDTH_HEIGHT: (p, s),
            SizeCode.ASPECT_HEIGHT: (p / s, s),
            SizeCode.AREA_RATIO: (p * s, p / s),
            SizeCode.HEIGHT_RATIO: (s, p / s),
        }
        return np.diag(scales[model.code])
    # The chain rule: d(code′)/d(w′, h′) · m · d(w, h)/d(code).
    (e, f), (g, k) = _code_jacobian(model, *size).tolist()
    determinant = e * k - f * g
    backward = np.array([[k / determinant, -f / determinant], [-g / determinant, e / determinant]])
    return _multiply(_multiply(_code_jacobian(model, *warped), np.array(m)), backward)


def _code_jacobian(model: MotionModel, w: float, h: float) -> FloatArray:
    """d(code)/d(w, h) of the two size coordinates."""
    ratio = [1.0 / h, -w / (h * h)]
    rows = {
        SizeCode.WIDTH_HEIGHT: [[1.0, 0.0], [0.0, 1.0]],
        SizeCode.ASPECT_HEIGHT: [ratio, [0.0, 1.0]],
        SizeCode.AREA_RATIO: [[h, w], ratio],
        SizeCode.HEIGHT_RATIO: [[0.0, 1.0], ratio],
    }
    return np.array(rows[model.code])


def _congruence(jacobian: FloatArray, block: FloatArray) -> FloatArray:
    return _multiply(_multiply(jacobian, block), jacobian.T)


def _multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Matrix product summed in index order, so that the compiled core gives the same bits."""
    total = np.zeros((a.shape[0], b.shape[1]))
    for k in range(a.shape[1]):
        total = total + np.outer(a[:, k], b[k])
    return total
