"""Things that stand in the plaza and hide who walks behind them: a tree and an advertising column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.camera import GroundCamera
from boxtrail.demo.layers import lay_over
from boxtrail.demo.textures import Colour, Texture, bgr, smooth_noise

_Drawing: TypeAlias = tuple[Texture, Texture]  # colour (h, w, 3) and coverage (h, w)

_INKS: tuple[Colour, ...] = (
    (60, 70, 200),
    (190, 140, 60),
    (70, 160, 220),
    (90, 140, 80),
    (210, 215, 220),
    (60, 50, 70),
    (120, 80, 170),
)


@dataclass(frozen=True, slots=True)
class Prop:
    """A standing thing as the camera sees it."""

    x: float  # metres right of the middle
    depth: float  # metres from the camera
    sprite: NDArray[np.uint8]  # (h, w, 4) premultiplied BGRA
    foot: tuple[float, float]  # sprite column and row of the point that stands on the ground
    corner: tuple[int, int]  # picture column and row of the sprite's upper left corner

    def paste(self, picture: NDArray[np.uint8]) -> tuple[slice, slice] | None:
        """Lay the prop over ``picture`` and say where."""
        return lay_over(picture, self.sprite, *self.corner)


def _stand(
    camera: GroundCamera, place: tuple[float, float], drawing: _Drawing, foot: tuple[float, float]
) -> Prop:
    """Shrink a drawing made at twice the size and put its foot on the ground at ``place``, x and depth."""
    (x, depth), (colour, cover) = place, drawing
    size = (colour.shape[1] // 2, colour.shape[0] // 2)
    layer = np.concatenate([np.clip(colour, 0, 255) * cover[..., None], 255.0 * cover[..., None]], axis=-1)
    sprite = cv2.resize(layer.astype(np.float32), size, interpolation=cv2.INTER_AREA).round().astype(np.uint8)
    u, v = camera.project(x, depth)
    half = (foot[0] / 2.0, foot[1] / 2.0)
    return Prop(x, depth, sprite, half, (round(u - half[0]), round(v - half[1])))


def _round_shade(width: int) -> Texture:
    """Light across an upright cylinder lit from the left, (width,)."""
    across = np.linspace(-1.0, 1.0, width, dtype=np.float32)
    normal = np.sqrt(np.clip(1.0 - across**2, 0.0, 1.0))
    return np.asarray(
        0.5 + 0.55 * np.clip(0.72 * normal - 0.6 * across, 0.0, 1.0) + 0.08 * (across > 0.9), np.float32
    )


def _poster(
    wall: Texture, rng: np.random.Generator, box: tuple[int, int, int, int], paper: Colour, ink: Colour
) -> None:
    """One bill into ``box``, its left, top, width and height in pixels."""
    x0, y0, w, h = box
    cv2.rectangle(wall, (x0, y0), (x0 + w, y0 + h), paper, -1)
    if rng.random() < 0.5:
        cv2.circle(wall, (x0 + w // 2, y0 + h * 2 // 5), round(w * 0.3), ink, -1, cv2.LINE_AA)
    else:
        slant = [
            (x0, y0 + h // 2),
            (x0 + w, y0 + h // 8),
            (x0 + w, y0 + h * 3 // 8),
            (x0, y0 + h * 3 // 4),
        ]
        cv2.fillPoly(wall, [np.array(slant, np.int32)], ink, cv2.LINE_AA)
    for line in range(3):
        y = y0 + h - (line + 1) * max(3, h // 12)
        cv2.line(
            wall,
            (x0 + w // 8, y),
            (x0 + w // 8 + round(w * rng.uniform(0.4, 0.75)), y),
            ink,
            max(1, h // 40),
        )


def _posters(rng: np.random.Generator, height: int, width: int) -> Texture:
    """Overlapping theatre and concert bills: blocks of colour, a round or slanted motif, lines of print."""
    wall = np.full((height, width, 3), (150, 172, 178), np.float32)
    columns, rows = 2, 3
    for row in range(rows):
        for column in range(columns):
            paper, ink = (_INKS[i] for i in rng.permutation(len(_INKS))[:2])
            x0, y0 = round(column * width / columns) + 2, round(row * height / rows) + 2
            w, h = (
                round(width / columns * rng.uniform(0.82, 0.96)),
                round(height / rows * rng.uniform(0.84, 0.96)),
            )
            _poster(wall, rng, (x0, y0, w, h), paper, ink)
    return wall


def advertising_column(rng: np.random.Generator, camera: GroundCamera, x: float, depth: float) -> Prop:
    """A round column of 0.9 x 3 metres under a dome, with a plinth and bills."""
    unit = 2.0 * camera.scale(depth)
    width, height = round(1.3 * unit), round(3.7 * unit)
    colour, cover = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    middle, floor = width // 2, height - round(0.14 * unit)
    half, top = round(0.46 * unit), round(0.75 * unit)
    body = np.s_[top:floor, middle - half : middle + half]
    colour[body] = _posters(rng, floor - top, 2 * half) * _round_shade(2 * half)[None, :, None]
    cover[body] = 1.0
    plinth = np.s_[floor - round(0.42 * unit) : floor, middle - half : middle + half]
    colour[plinth] = bgr((96, 108, 100)) * _round_shade(2 * half)[None, :, None]
    bottom = ((middle, floor), (half, round(0.13 * unit)))
    cv2.ellipse(cover, *bottom, 0, 0, 180, 1.0, -1, cv2.LINE_AA)
    cv2.ellipse(colour, *bottom, 0, 0, 180, (52, 58, 54), -1)
    brim = round(0.58 * unit)
    for y, r, h, tone in ((top, brim, 0.1, 1.0), (top - round(0.1 * unit), round(0.47 * unit), 0.3, 0.8)):
        dome = ((middle, y), (r, round(h * unit)))
        cv2.ellipse(cover, *dome, 0, 180 if h > 0.2 else 0, 360, 1.0, -1, cv2.LINE_AA)
        cv2.ellipse(colour, *dome, 0, 180 if h > 0.2 else 0, 360, (84 * tone, 112 * tone, 92 * tone), -1)
    cv2.circle(cover, (middle, top - round(0.43 * unit)), round(0.09 * unit), 1.0, -1, cv2.LINE_AA)
    cv2.circle(colour, (middle, top - round(0.43 * unit)), round(0.1 * unit), (90, 150, 190), -1)
    return _stand(camera, (x, depth), (colour, cover), (middle, floor + 0.06 * unit))


def _crown(
    rng: np.random.Generator, colour: Texture, cover: Texture, centre: tuple[float, float], unit: float
) -> None:
    """Leaves in clumps, dark at the back and below, lighter to the upper left."""
    for layer, (count, tone) in enumerate(((340, 0.52), (420, 0.78), (360, 1.05))):
        for _ in range(count):
            angle, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
            x = centre[0] + 1.75 * unit * reach * np.cos(angle) * rng.uniform(0.85, 1.0) - 0.1 * layer * unit
            y = centre[1] + 1.15 * unit * reach * np.sin(angle) * rng.uniform(0.85, 1.0) - 0.08 * layer * unit
            light = (
                tone
                * (1.0 - 0.16 * (y - centre[1]) / unit - 0.07 * (x - centre[0]) / unit)
                * rng.uniform(0.85, 1.15)
            )
            leaf = (62 * light, 128 * light * rng.uniform(0.9, 1.08), 92 * light * rng.uniform(0.8, 1.25))
            where = (round(x), round(y))
            axes = (round(unit * rng.uniform(0.06, 0.15)), round(unit * rng.uniform(0.04, 0.1)))
            turn = float(rng.uniform(0, 180))
            cv2.ellipse(colour, where, axes, turn, 0, 360, leaf, -1, cv2.LINE_AA)
            cv2.ellipse(cover, where, axes, turn, 0, 360, 1.0, -1, cv2.LINE_AA)


def tree(rng: np.random.Generator, camera: GroundCamera, x: float, depth: float) -> Prop:
    """A plane tree in a stone planter; the trunk hides people, the crown hangs above them."""
    unit = 2.0 * camera.scale(depth)
    width, height = round(4.4 * unit), round(5.2 * unit)
    colour, cover = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    middle, floor = width // 2, height - round(0.2 * unit)
    bark = bgr((92, 112, 128)) * (1.0 + 0.16 * smooth_noise(rng, height, width, unit * 0.05))[..., None]
    trunk = np.zeros((height, width), np.float32)
    outline = [(-0.2, 0.0), (-0.13, -1.6), (-0.16, -3.4), (0.2, -3.4), (0.12, -1.6), (0.2, 0.0)]
    points = np.round([(middle + px * unit, floor + py * unit) for px, py in outline]).astype(np.int32)
    cv2.fillPoly(trunk, [points], 1.0, cv2.LINE_AA)
    across = np.clip((np.arange(width, dtype=np.float32) - middle) / (0.2 * unit), -1.0, 1.0)
    np.copyto(colour, bark * (0.86 - 0.34 * across)[None, :, None], where=trunk[..., None] > 0)
    np.maximum(cover, trunk, out=cover)
    half, rise = round(0.62 * unit), round(0.46 * unit)
    box = np.s_[floor - rise : floor + round(0.1 * unit), middle - half : middle + half]
    stone = 1.0 + 0.05 * rng.standard_normal((box[0].stop - box[0].start, 2 * half))
    colour[box] = bgr((158, 166, 172)) * (_round_shade(2 * half)[None, :] * stone)[..., None]
    cover[box] = 1.0
    cv2.ellipse(
        colour, (middle, floor - rise), (half, round(0.1 * unit)), 0, 0, 360, (44, 58, 70), -1, cv2.LINE_AA
    )
    cv2.ellipse(cover, (middle, floor - rise), (half, round(0.1 * unit)), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    _crown(rng, colour, cover, (middle, floor - 3.75 * unit), unit)
    return _stand(camera, (x, depth), (colour, cover), (middle, floor + 0.1 * unit))
