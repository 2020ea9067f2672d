"""Labels on an image that keep out of each other's way; needs OpenCV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from boxtrail.io.canvas import FONT, Box, Colour, Image, Pen, cv2, put_text
from boxtrail.io.colours import text_colour

MOST_CAREFUL = 150  # labels; beyond that they overlap whatever one does, and looking for room takes long


@dataclass(frozen=True, slots=True)
class Label:
    """What to write at a box."""

    box: Box
    text: str
    short: str  # written instead of ``text`` where there is no room
    colour: Colour  # BGR of the strip


@dataclass(frozen=True, slots=True)
class _Strip:
    x: int
    y: int
    width: int
    height: int
    text: str

    def overlaps(self, other: _Strip) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def draw_labels(image: Image, labels: Sequence[Label], pen: Pen) -> None:
    """Write ``labels`` on filled strips inside the image; earlier ones choose their place first."""
    placed: list[tuple[_Strip, Colour]] = []
    for label in labels:
        strips = _strips(image, label, pen)
        first = next(strips)
        strip = first if len(labels) > MOST_CAREFUL else _free(first, strips, placed)
        placed.append((strip, label.colour))
    for strip, colour in reversed(placed):
        _draw(image, strip, colour, pen)


def _strips(image: Image, label: Label, pen: Pen) -> Iterator[_Strip]:
    """Places for the label, the best first: above the box, below it, then the short text there and inside."""
    x1, y1, x2, y2 = (round(value) for value in label.box)
    for text in (label.text, label.short):
        (text_width, text_height), baseline = cv2.getTextSize(text, FONT, pen.font_scale, pen.font_weight)
        width, height = text_width + 2 * pen.padding, text_height + baseline // 2 + 2 * pen.padding
        places = [(x1, y1 - height), (x2 - width, y1 - height), (x1, y2), (x2 - width, y2)]
        if text == label.short:
            places += [(x1, y1), (x1, y2 - height)]
        for x, y in places:
            inside_x = max(0, min(x - pen.line // 2, image.shape[1] - width))
            inside_y = max(0, min(y, image.shape[0] - height))
            yield _Strip(inside_x, inside_y, width, height, text)


def _free(first: _Strip, others: Iterator[_Strip], placed: Sequence[tuple[_Strip, Colour]]) -> _Strip:
    """The first strip that overlaps none of ``placed``, or else the very first."""
    for strip in chain((first,), others):
        if not any(strip.overlaps(other) for other, _ in placed):
            return strip
    return first


def _draw(image: Image, strip: _Strip, colour: Colour, pen: Pen) -> None:
    corner = (strip.x + strip.width - 1, strip.y + strip.height - 1)
    cv2.rectangle(image, (strip.x, strip.y), corner, colour, cv2.FILLED)
    (_, text_height), _ = cv2.getTextSize(strip.text, FONT, pen.font_scale, pen.font_weight)
    origin = (strip.x + pen.padding, strip.y + pen.padding + text_height)
    put_text(image, strip.text, origin, text_colour(colour), pen)


__all__ = ["Label", "draw_labels"]
