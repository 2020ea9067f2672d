"""The houses behind the plaza: walls, windows, shops with awnings, drawn at twice the size and shrunk."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.textures import Colour, Texture, bgr, bricks, filled, plaster, smooth_noise

Rectangle: TypeAlias = tuple[float, float, float, float]  # left, top, width, height in pixels

_GLASS: Colour = (92.0, 78.0, 62.0)
_WALLS: tuple[Colour, ...] = (
    (86, 108, 168),
    (168, 196, 214),
    (150, 168, 142),
    (134, 164, 206),
    (176, 172, 186),
)
_AWNINGS: tuple[Colour, ...] = (
    (70, 60, 178),
    (96, 128, 52),
    (150, 96, 48),
    (52, 128, 196),
    (110, 70, 120),
)


def _part(picture: Texture, rectangle: Rectangle) -> Texture:
    """A view of the rectangle, cut at the picture's edges."""
    x, y, width, height = rectangle
    x0, y0, x1, y1 = (max(0, round(value)) for value in (x, y, x + width, y + height))
    return picture[y0:y1, x0:x1]


def _paint(picture: Texture, rectangle: Rectangle, colour: Colour) -> None:
    _part(picture, rectangle)[:] = colour


def _shade(picture: Texture, rectangle: Rectangle, factor: float) -> None:
    view = _part(picture, rectangle)
    view *= factor


def _glass(picture: Texture, rng: np.random.Generator, rectangle: Rectangle) -> None:
    """A pane that mirrors the sky: lighter to the top, with one slanted gleam."""
    view = _part(picture, rectangle)
    if view.size == 0:
        return
    rows, columns = view.shape[:2]
    down = np.linspace(0.0, 1.0, rows, dtype=np.float32)[:, None]
    across = np.linspace(0.0, 1.0, columns, dtype=np.float32)[None, :]
    gleam = 0.35 * np.exp(-(((across + 0.7 * down - rng.uniform(0.4, 1.0)) / 0.12) ** 2))
    brightness = 1.25 - 0.6 * down + gleam
    view[:] = bgr(_GLASS) * brightness[..., None] + bgr((26, 20, 12))


def _window(
    picture: Texture, rng: np.random.Generator, corner: tuple[float, float], unit: float, frame: Colour
) -> None:
    """One sash window with frame, cross bars, sill and the shadow of its reveal; about 1.0 x 1.5 metres."""
    x, y = corner
    width, height, bar = 1.0 * unit, 1.5 * unit, 0.07 * unit
    _shade(picture, (x + 0.08 * unit, y - 0.02 * unit, width + 0.06 * unit, height + 0.2 * unit), 0.72)
    _paint(picture, (x - bar, y - bar, width + 2 * bar, height + 2 * bar), frame)
    _glass(picture, rng, (x, y, width, height))
    _shade(picture, (x, y, width, 0.14 * unit), 0.55)
    _paint(picture, (x + width / 2 - bar / 2, y, bar, height), frame)
    _paint(picture, (x, y + height * 0.4, width, bar * 0.8), frame)
    _paint(picture, (x - 0.14 * unit, y + height + bar, width + 0.28 * unit, 0.1 * unit), (196, 200, 204))
    _shade(picture, (x - 0.14 * unit, y + height + bar + 0.1 * unit, width + 0.3 * unit, 0.09 * unit), 0.66)


def _awning(picture: Texture, corner: tuple[float, float], width: float, unit: float, colour: Colour) -> None:
    """A striped sloping awning with a scalloped edge, and the shade under it."""
    x, y = corner
    depth, stripe = 0.75 * unit, 0.34 * unit
    _shade(picture, (x, y + depth, width, 0.8 * unit), 0.62)
    count = max(2, round(width / stripe))
    for i in range(count):
        tone = colour if i % 2 == 0 else (226.0, 232.0, 236.0)
        left, right = x + i * width / count, x + (i + 1) * width / count
        slope = [(left + 0.04 * unit, y), (right + 0.04 * unit, y), (right, y + depth), (left, y + depth)]
        cv2.fillPoly(picture, [np.round(slope).astype(np.int32)], tone)
        lower = (round((left + right) / 2), round(y + depth))
        cv2.ellipse(picture, lower, (round((right - left) / 2), round(0.14 * unit)), 0, 0, 180, tone, -1)
    rows = np.linspace(1.1, 0.84, max(1, round(depth)), dtype=np.float32)[:, None, None]
    picture[round(y) : round(y) + len(rows), round(x) : round(x + width)] *= rows


def _shop(
    picture: Texture, rng: np.random.Generator, foot: tuple[float, float], unit: float, colour: Colour
) -> None:
    """A shop front 5 metres wide and 3.1 high whose lower left corner is ``foot``."""
    x, floor = foot
    top = floor - 3.1 * unit
    dark: Colour = (0.42 * colour[0], 0.42 * colour[1], 0.42 * colour[2])
    _paint(picture, (x, top, 5.0 * unit, 3.1 * unit), (dark[0] + 18, dark[1] + 18, dark[2] + 18))
    _paint(picture, (x, top, 5.0 * unit, 0.42 * unit), (dark[0] * 0.7, dark[1] * 0.7, dark[2] * 0.7))
    for i in range(9):
        left, letter = x + (1.35 + 0.26 * i) * unit, 0.16 * unit + 0.16 * unit * rng.random()
        _paint(picture, (left, top + 0.12 * unit, letter, 0.18 * unit), (150, 205, 225))
    for left, width in ((0.2, 1.65), (3.15, 1.65)):
        _glass(picture, rng, (x + left * unit, floor - 2.25 * unit, width * unit, 1.75 * unit))
        for _ in range(7):
            goods = tuple(rng.uniform(60, 210, 3))
            gx = x + (left + rng.uniform(0.1, width - 0.35)) * unit
            _paint(picture, (gx, floor - rng.uniform(0.75, 1.1) * unit, 0.22 * unit, 0.28 * unit), goods)
    _paint(picture, (x + 2.05 * unit, floor - 2.35 * unit, 0.9 * unit, 2.35 * unit), dark)
    _glass(picture, rng, (x + 2.2 * unit, floor - 2.15 * unit, 0.6 * unit, 1.3 * unit))
    _awning(picture, (x - 0.1 * unit, top + 0.5 * unit), 5.2 * unit, unit, colour)


def _house(
    picture: Texture,
    rng: np.random.Generator,
    span: tuple[float, float],
    floor: int,
    kind: int,
    *,
    unit: float,
) -> None:
    """One house with shops below; ``span`` is its left edge in pixels and its width in metres."""
    x, width = span
    x0, x1 = max(0, round(x)), min(picture.shape[1], round(x + width * unit))
    if x1 <= x0:
        return
    colour = _WALLS[kind % len(_WALLS)]
    if kind % len(_WALLS) == 0:
        brick = (max(4, round(0.28 * unit)), max(3, round(0.1 * unit)))
        picture[:floor, x0:x1] = bricks(rng, floor, x1 - x0, brick, colour)
    else:
        picture[:floor, x0:x1] = plaster(rng, floor, x1 - x0, colour)
    ledge = floor - 3.45 * unit
    _paint(picture, (x0, ledge, x1 - x0, 0.22 * unit), (200, 206, 210))
    _shade(picture, (x0, ledge + 0.22 * unit, x1 - x0, 0.12 * unit), 0.7)
    count = int(width // 2.2)
    for storey in (0, 1, 2):
        for i in range(count):
            column = x + (i + 0.5) * width * unit / count - 0.5 * unit
            _window(picture, rng, (column, ledge - (2.35 + 2.95 * storey) * unit), unit, (214, 220, 222))
    for i in range(max(1, int(width // 6.0))):
        _shop(picture, rng, (x + (0.6 + 6.0 * i) * unit, floor), unit, _AWNINGS[(kind + i) % len(_AWNINGS)])
    _shade(picture, (x1 - 0.1 * unit, 0, 0.14 * unit, floor), 0.6)


def facade(rng: np.random.Generator, width: int, floor: int, unit: float) -> NDArray[np.float32]:
    """(floor, width, 3) BGR: a row of houses whose foot is the last row; ``unit`` is pixels a metre."""
    big = filled(floor * 2, width * 2, (170.0, 190.0, 200.0))
    x, kind = -rng.uniform(0.5, 2.5) * unit * 2, int(rng.integers(5))
    while x < width * 2:
        span = 6.4 if rng.random() < 0.3 else 12.6
        _house(big, rng, (x, span), floor * 2, kind, unit=unit * 2)
        x, kind = x + span * unit * 2, kind + 1
    rows = np.linspace(0.0, 1.0, floor * 2, dtype=np.float32)[:, None]
    light = 1.02 - 0.08 * rows + 0.02 * smooth_noise(rng, floor * 2, width * 2, 220.0)
    _shade(big, (0, floor * 2 - 0.6 * unit, width * 2, 0.6 * unit), 0.8)
    return np.asarray(
        cv2.resize(big * light[..., None], (width, floor), interpolation=cv2.INTER_AREA), np.float32
    )
