"""Masks as run lengths: COCO's text, pixels, boxes and polygons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.formats.rows import FloatArray, Mask

Bits = NDArray[np.bool_]
MOST_PIXELS = 1 << 26  # of a frame with masks; more is a mistake in its size
_TEXT = re.compile(rb"(?:[P-o]{0,9}[0-O])*")  # numbers of at most ten characters, the last of each below "P"


def run_lengths(counts: bytes | list[int]) -> list[int]:
    """Runs of 0 and 1 in turn, 0 first.

    COCO's text has numbers of five bits a character, the lowest first; from the third on, they are differences to the
    run before last.
    """
    if not isinstance(counts, bytes):
        return list(counts)
    runs: list[int] = []
    value = shift = 0
    for character in counts:
        bits = character - ord("0")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs


def run_text(counts: bytes | list[int]) -> bytes:
    """Runs as COCO's text."""
    if isinstance(counts, bytes):
        return counts
    out = bytearray()
    for k, run in enumerate(counts):
        value = run - counts[k - 2] if k > 2 else run
        while True:
            bits = value & 31
            value >>= 5  # keeps the sign
            is_last = value == (-1 if bits & 16 else 0)
            out.append(ord("0") + (bits if is_last else bits | 32))
            if is_last:
                break
    return bytes(out)


def is_mask(mask: Mask) -> bool:
    """Whether the runs fill the mask, and a text is one of COCO's."""
    height, width, counts = mask
    if isinstance(counts, bytes) and not _TEXT.fullmatch(counts):
        return False
    runs = run_lengths(counts)
    return (
        height >= 0
        and width >= 0
        and height * width <= MOST_PIXELS
        and sum(runs) == height * width
        and min(runs, default=0) >= 0
    )


def pixels(mask: Mask) -> Bits:
    """(height, width), decoded.

    Raises:
        ValueError: if the runs do not fill the mask.
    """
    height, width, counts = mask
    runs = run_lengths(counts)
    if sum(runs) != height * width or min(runs, default=0) < 0:
        raise ValueError("runs of a mask do not fill its size")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return values.reshape(width, height).T


def mask_of(bits: Bits) -> Mask:
    """Pixels (height, width) as COCO's text."""
    height, width = bits.shape
    flat = np.concatenate([[False], bits.T.ravel()])
    starts = np.flatnonzero(flat[1:] != flat[:-1])
    runs: list[int] = np.diff(np.concatenate([[0], starts, [height * width]])).tolist()
    return height, width, run_text(runs)


def box_of(mask: Mask) -> tuple[float, float, float, float]:
    """The smallest box ``x1, y1, x2, y2`` around a mask, ends excluded; zeros if it is empty."""
    height, _, counts = mask
    ends = np.cumsum(run_lengths(counts))
    starts, ends = ends[:-1:2], ends[1::2]
    starts, ends = starts[: len(ends)][ends > starts[: len(ends)]], ends[ends > starts[: len(ends)]]
    if not len(ends):
        return 0.0, 0.0, 0.0, 0.0
    left, right = starts[0] // height, (ends[-1] - 1) // height
    # A run that goes on in the next column touches the upper and the lower edge.
    wraps = bool(np.any(starts // height != (ends - 1) // height))
    top = 0 if wraps else int(np.min(starts % height))
    bottom = height - 1 if wraps else int(np.max((ends - 1) % height))
    return float(left), float(top), float(right + 1), float(bottom + 1)


def mask_of_box(box: Sequence[float], frame_size: tuple[int, int]) -> Mask:
    """The pixels of a box ``x1, y1, x2, y2``, rounded and cut to the frame (width, height)."""
    width, height = frame_size
    x1, x2 = (int(np.clip(np.rint(value), 0, width)) for value in (box[0], box[2]))
    y1, y2 = (int(np.clip(np.rint(value), 0, height)) for value in (box[1], box[3]))
    bits = np.zeros((height, width), dtype=bool)
    bits[y1:y2, x1:x2] = True
    return mask_of(bits)


def mask_of_polygons(
    polygons: Iterable[FloatArray], frame_size: tuple[int, int], holes: Iterable[FloatArray] = ()
) -> Mask:
    """Pixels whose centres lie in one of the polygons (K, 2) and in no hole; a pixel's is at x + 0.5, y + 0.5."""
    width, height = frame_size
    bits = np.zeros((height, width), dtype=bool)
    for polygon in polygons:
        bits |= _filled(polygon, width, height)
    for hole in holes:
        bits &= ~_filled(hole, width, height)
    return mask_of(bits)


def _filled(polygon: FloatArray, width: int, height: int) -> Bits:
    """Even-odd rule: a row of pixels is inside behind an odd number of edges."""
    crossings = np.zeros((height, width + 1), dtype=bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        first, last = (int(np.clip(np.ceil(y - 0.5), 0, height)) for y in sorted((y1, y2)))
        rows = np.arange(first, last)
        if len(rows):
            x = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
            crossings[rows, np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)] ^= True
    inside: Bits = np.logical_xor.accumulate(crossings, axis=1)[:, :width]
    return inside


def union(masks: Sequence[Mask]) -> Mask:
    """All masks of one size as one."""
    if len(masks) == 1:
        return masks[0]
    return mask_of(np.logical_or.reduce([pixels(mask) for mask in masks]))


__all__ = [
    "MOST_PIXELS", "Bits", "box_of", "is_mask", "mask_of", "mask_of_box", "mask_of_polygons", "pixels", "run_lengths",
    "run_text", "union",
]  # fmt: skip
