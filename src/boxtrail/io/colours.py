"""One colour a number: the same in every run, and far from those of the numbers beside it."""

from __future__ import annotations

import colorsys
from functools import lru_cache

GOLDEN_RATIO = 0.618033988749895
# Lightness and saturation change slowly, so that hues that come near again after some ids still differ.
TONES = ((0.95, 0.80), (1.00, 0.58), (0.80, 0.95))


@lru_cache(maxsize=4096)
def colour_of(number: int) -> tuple[int, int, int]:
    """BGR in [0, 255] for a track id or class id."""
    value, saturation = TONES[(number // 5) % len(TONES)]
    red, green, blue = colorsys.hsv_to_rgb((0.55 + number * GOLDEN_RATIO) % 1.0, saturation, value)
    return round(blue * 255), round(green * 255), round(red * 255)


def hex_colour(number: int) -> str:
    """The same colour as ``#RRGGBB``."""
    blue, green, red = colour_of(number)
    return f"#{red:02X}{green:02X}{blue:02X}"


def text_colour(background: tuple[int, int, int]) -> tuple[int, int, int]:
    """Near-black or white BGR, whichever reads better on the BGR ``background``."""
    blue, green, red = background
    return (16, 16, 16) if 0.114 * blue + 0.587 * green + 0.299 * red > 125 else (255, 255, 255)


__all__ = ["colour_of", "hex_colour", "text_colour"]
