"""Strokes on an image: boxes, trails that fade, text, sheets. Needs OpenCV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require

cv2 = require("cv2", "video", "drawing tracks")

Image: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float64]  # (K, 2) x, y in pixels
Box: TypeAlias = tuple[float, float, float, float]  # x1, y1, x2, y2 in pixels
Colour: TypeAlias = tuple[int, int, int]  # BGR
FONT = cv2.FONT_HERSHEY_SIMPLEX
SHEET_COLOUR, CAPTION_COLOUR = (34, 30, 28), (232, 228, 224)
OPACITY = 0.94  # of the newest piece of a trail
FADE_STEPS = 8  # pieces of different strength in a trail
EDGE_COLOUR = (24, 24, 24)
FARTHEST = 30_000.0  # pixels, so that OpenCV's fixed-point numbers cannot overflow
SUBPIXEL_BITS = 4  # OpenCV draws at 1/16 pixel with these


@dataclass(frozen=True, slots=True)
class Pen:
    """Widths that suit the size of an image."""

    line: int  # pixels
    font_scale: float
    font_weight: int  # pixels
    padding: int  # pixels around the text of a label

    @classmethod
    def for_image(cls, image: Image) -> Pen:
        """A pen for an image (H, W, 3): a line is about 1/300 of its shorter side."""
        side = min(image.shape[:2])
        scale = float(np.clip(side / 1250.0, 0.36, 2.4))
        return cls(max(1, round(side / 320)), scale, max(1, round(scale * 2.0)), max(2, round(scale * 6)))


def draw_box(image: Image, box: Box, colour: Colour, pen: Pen, *, dashed: bool = False) -> None:
    """The upright rectangle ``x1, y1, x2, y2`` in pixels, as :meth:`draw_outline` but on whole pixels.

    Its sides are straight there, so they need no smoothing, which takes three times as long.
    """
    # A far side is out of sight wherever it is, and OpenCV counts in 32 bits.
    x1, y1, x2, y2 = (round(min(max(value, -FARTHEST), FARTHEST)) for value in box)
    if dashed:
        points = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], dtype=np.float64)
        cv2.polylines(image, _dashes(points, pen), False, colour, pen.line, cv2.LINE_8, SUBPIXEL_BITS)
        return
    cv2.rectangle(image, (x1, y1), (x2, y2), EDGE_COLOUR, pen.line + 2)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, pen.line)


def draw_outline(image: Image, points: Points, colour: Colour, pen: Pen, *, dashed: bool = False) -> None:
    """The closed polygon ``points`` (K, 2) in pixels, over a thin dark edge that shows it anywhere."""
    if dashed:
        cv2.polylines(image, _dashes(points, pen), False, colour, pen.line, cv2.LINE_AA, SUBPIXEL_BITS)
        return
    corners = _fixed(points)
    cv2.polylines(image, [corners], True, EDGE_COLOUR, pen.line + 2, cv2.LINE_AA, SUBPIXEL_BITS)
    cv2.polylines(image, [corners], True, colour, pen.line, cv2.LINE_AA, SUBPIXEL_BITS)


def _dashes(points: Points, pen: Pen) -> list[NDArray[np.int32]]:
    """The dashes of the closed polygon ``points`` (K, 2), each (2, 2) fixed-point."""
    dash = 5.0 * pen.line + 2.0
    dashes: list[NDArray[np.int32]] = []
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        # Far outside the image nothing is seen; a runaway box must not cost a million dashes.
        num = int(min(max(math.dist(start, end) / (2 * dash), 1), 200))
        at = (np.arange(num)[:, None] + (0.0, 0.55)) / num
        dashes.extend(_fixed(start + (end - start) * at[..., None]))
    return dashes


def draw_arrow(image: Image, points: Points, colour: Colour, pen: Pen) -> None:
    """A short line from the middle of an oriented box to its front, between corners 1 and 2."""
    line = np.stack([points.mean(axis=0), points[1:3].mean(axis=0)])
    cv2.polylines(image, [_fixed(line)], False, colour, max(1, pen.line // 2), cv2.LINE_AA, SUBPIXEL_BITS)


def draw_trails(image: Image, trails: Sequence[tuple[NDArray[np.float64], Colour]], pen: Pen) -> None:
    """Each trail is (K, 3) ``x, y, strength`` from old to new; strength in [0, 1] is how opaque it is."""
    if not trails:
        return
    points = np.concatenate([trail for trail, _ in trails])
    # A few pieces of even strength look like a stroke from point to point, at a fraction of the calls.
    firsts, lasts, colours = [], [], []
    start = 0
    for trail, colour in trails:
        segments = len(trail) - 1
        pieces = min(FADE_STEPS, segments)
        firsts += [start + k * segments // pieces for k in range(pieces)]
        lasts += [start + k * segments // pieces for k in range(1, pieces + 1)]
        colours += [colour] * pieces
        start += len(trail)
    strengths = points[lasts, 2]
    # Strokes are so thin that a tone between the colour and the ground under each piece looks transparent;
    # blending every pixel with its own ground takes three times as long.
    num_points = np.diff(firsts, append=len(points))[:, None]
    ground = np.add.reduceat(_pixels_at(image, points), firsts, axis=0) / num_points
    tones = (ground + (np.array(colours) - ground) * (OPACITY * strengths[:, None])).tolist()
    widths = np.maximum(np.round(pen.line * (0.7 + strengths)), 1).astype(int).tolist()
    fixed = _fixed(points[:, :2])
    for first, last, tone, width in zip(firsts, lasts, tones, widths, strict=True):
        stroke = [fixed[first : last + 1]]
        cv2.polylines(image, stroke, False, tone, width, cv2.LINE_AA, SUBPIXEL_BITS)


def _pixels_at(image: Image, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 3) BGR of the pixels nearest to the first two columns ``x, y`` of ``points``, inside the image."""
    height, width = image.shape[:2]
    inside = np.maximum(np.minimum(points[:, :2], (width - 1, height - 1)), 0).astype(np.intp)
    return image[inside[:, 1], inside[:, 0]].astype(np.float64)


def put_text(image: Image, text: str, origin: tuple[int, int], colour: Colour, pen: Pen) -> None:
    """``text`` with its baseline beginning at ``origin`` (x, y)."""
    cv2.putText(image, text, origin, FONT, pen.font_scale, colour, pen.font_weight, cv2.LINE_AA)


def fit(image: Image, width: int, height: int) -> Image:
    """``image`` scaled in proportion into (height, width, 3), on black where it leaves room."""
    scale = min(width / image.shape[1], height / image.shape[0])
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    fitted = np.zeros((height, width, 3), dtype=np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    fitted[top : top + size[1], left : left + size[0]] = small
    return fitted


def compose_sheet(images: Sequence[Image], columns: int, captions: Sequence[str] | None) -> Image:
    """Images in rows of ``columns`` on a dark sheet, captions below them."""
    height, width = images[0].shape[:2]
    pen = Pen.for_image(images[0])
    gap = max(4, min(height, width) // 48)
    (_, letters), _ = cv2.getTextSize("Ag", FONT, pen.font_scale, pen.font_weight)
    strip = 0 if captions is None else letters + 2 * gap
    rows = -(-len(images) // columns)
    size = gap + rows * (height + strip + gap), gap + columns * (width + gap)
    sheet = np.full((*size, 3), SHEET_COLOUR, dtype=np.uint8)
    for k, image in enumerate(images):
        x, y = gap + k % columns * (width + gap), gap + k // columns * (height + strip + gap)
        sheet[y : y + height, x : x + width] = fit(image, width, height)
        if captions is not None:
            text = captions[k].encode("ascii", "replace").decode()
            origin = (x + gap // 2, y + height + strip - gap)
            put_text(sheet, text, origin, CAPTION_COLOUR, pen)
    return sheet


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Pixels as OpenCV's fixed-point numbers, kept in a range where they cannot overflow."""
    return np.round(np.clip(points, -FARTHEST, FARTHEST) * (1 << SUBPIXEL_BITS)).astype(np.int32)


__all__ = [
    "FONT",
    "Box",
    "Colour",
    "Image",
    "Pen",
    "compose_sheet",
    "draw_arrow",
    "draw_box",
    "draw_outline",
    "draw_trails",
    "fit",
    "put_text",
]
