"""Which numbers code a box, and how uncertain they are: the families of constant-velocity motion models.

The families of the field differ only in which two numbers code the size of the box and in the noise (:data:`XYAH`,
:data:`XYWH`, :data:`XYSR`, :data:`XYHR`, :data:`XYWH_WIDE`). Oriented boxes add the angle as a fifth number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum


@dataclass(frozen=True, slots=True)
class Noise:
    """A variance: ``value`` itself, or ``(value · width)²`` or ``(value · height)²`` of the box."""

    value: float
    of: str = ""  # "", "w" or "h"

    def variance(self, width: float, height: float) -> float:
        """The variance for a box of this size, in pixels."""
        if self.of == "":
            return self.value
        std = self.value * (width if self.of == "w" else height)
        return std * std


class SizeCode(Enum):
    """The two numbers that code the width and height of a box."""

    ASPECT_HEIGHT = "ah"  # w/h, h
    WIDTH_HEIGHT = "wh"  # w, h
    AREA_RATIO = "sr"  # w·h, w/h
    HEIGHT_RATIO = "hr"  # h, w/h


@dataclass(frozen=True, slots=True)
class MotionModel:
    """One family: a code for the size of the box, and the noise; tuples run over the coordinates.

    A coordinate whose velocity variances are 0 has no velocity.
    """

    code: SizeCode
    initial_position: tuple[Noise, ...]
    initial_velocity: tuple[Noise, ...]
    process_position: tuple[Noise, ...]
    process_velocity: tuple[Noise, ...]
    measurement: tuple[Noise, ...]
    aspect_epsilon: float = 0.0  # added to the height where the aspect ratio is formed
    process_after_step: bool = False  # the process noise follows the size after the step instead of before it

    @property
    def n(self) -> int:
        """Number of coordinates: 4, or 5 with an angle."""
        return len(self.measurement)

    def encode(self, w: float, h: float) -> tuple[float, float]:
        """The two size coordinates of a width and height in pixels."""
        if self.code is SizeCode.WIDTH_HEIGHT:
            return w, h
        ratio = w / (h + self.aspect_epsilon)
        if self.code is SizeCode.ASPECT_HEIGHT:
            return ratio, h
        return (w * h, ratio) if self.code is SizeCode.AREA_RATIO else (h, ratio)

    def decode(self, first: float, second: float) -> tuple[float, float]:
        """Width and height in pixels of the two size coordinates."""
        if self.code is SizeCode.WIDTH_HEIGHT:
            return first, second
        if self.code is SizeCode.ASPECT_HEIGHT:
            return first * second, second
        if self.code is SizeCode.HEIGHT_RATIO:
            return second * first, first
        w = math.sqrt(first * second)
        return w, first / w


def _sized(extents: str, value: float) -> tuple[Noise, ...]:
    return tuple(Noise(value, extent) for extent in extents)


_POS, _VEL = 1.0 / 20.0, 1.0 / 160.0

# K1: centre, aspect ratio w/h, height (DeepSORT, ByteTrack).
XYAH = MotionModel(
    SizeCode.ASPECT_HEIGHT,
    initial_position=(Noise(2 * _POS, "h"), Noise(2 * _POS, "h"), Noise(1e-4), Noise(2 * _POS, "h")),
    initial_velocity=(Noise(10 * _VEL, "h"), Noise(10 * _VEL, "h"), Noise(1e-10), Noise(10 * _VEL, "h")),
    process_position=(Noise(_POS, "h"), Noise(_POS, "h"), Noise(1e-4), Noise(_POS, "h")),
    process_velocity=(Noise(_VEL, "h"), Noise(_VEL, "h"), Noise(1e-10), Noise(_VEL, "h")),
    measurement=(Noise(_POS, "h"), Noise(_POS, "h"), Noise(1e-2), Noise(_POS, "h")),
)
# K2: centre, width, height (BoT-SORT).
XYWH = MotionModel(
    SizeCode.WIDTH_HEIGHT,
    initial_position=_sized("whwh", 2 * _POS),
    initial_velocity=_sized("whwh", 10 * _VEL),
    process_position=_sized("whwh", _POS),
    process_velocity=_sized("whwh", _VEL),
    measurement=_sized("whwh", _POS),
)
# K3: centre, area, ratio w/h without a velocity (SORT, OC-SORT).
XYSR = MotionModel(
    SizeCode.AREA_RATIO,
    initial_position=(Noise(10.0), Noise(10.0), Noise(10.0), Noise(10.0)),
    initial_velocity=(Noise(1e4), Noise(1e4), Noise(1e4), Noise(0.0)),
    process_position=(Noise(1.0), Noise(1.0), Noise(1.0), Noise(1.0)),
    process_velocity=(Noise(0.01), Noise(0.01), Noise(1e-4), Noise(0.0)),
    measurement=(Noise(1.0), Noise(1.0), Noise(10.0), Noise(10.0)),
)
# K4: centre, height, ratio w/h (BoostTrack).
XYHR = MotionModel(
    SizeCode.HEIGHT_RATIO,
    initial_position=(Noise(10.0), Noise(10.0), Noise(10.0), Noise(10.0)),
    initial_velocity=(Noise(1e4), Noise(1e4), Noise(1e4), Noise(1e4)),
    process_position=(Noise(1.0), Noise(1.0), Noise(1.0), Noise(1.0)),
    process_velocity=(Noise(0.01), Noise(0.01), Noise(0.01), Noise(0.01)),
    measurement=(Noise(1.0), Noise(1.0), Noise(10.0), Noise(0.01)),
)

# K6: XYWH that knows next to nothing at birth (TrackTrack).
XYWH_WIDE = replace(
    XYWH,
    initial_position=_sized("whwh", 2.0),
    initial_velocity=_sized("whwh", 10.0),
    process_after_step=True,
)

# Noise of the angle, in rad²: initial position and velocity, process position and velocity, measurement.
_ANGLE_NOISE = {
    "XYAH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYWH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYSR": (10.0, 1e4, 1.0, 1e-4, 10.0),
    "XYHR": (10.0, 1e4, 0.01, 0.01, 0.01),
    "XYWH_WIDE": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
}
MODELS = {"XYAH": XYAH, "XYWH": XYWH, "XYSR": XYSR, "XYHR": XYHR, "XYWH_WIDE": XYWH_WIDE}


def motion_model(family: str, *, oriented: bool = False, aspect_epsilon: float = 0.0) -> MotionModel:
    """The family by name, with the angle as a fifth coordinate for oriented boxes."""
    model = MODELS[family]
    model = replace(model, aspect_epsilon=aspect_epsilon)
    if not oriented:
        return model
    angle = [(Noise(value),) for value in _ANGLE_NOISE[family]]
    return replace(
        model,
        initial_position=model.initial_position + angle[0],
        initial_velocity=model.initial_velocity + angle[1],
        process_position=model.process_position + angle[2],
        process_velocity=model.process_velocity + angle[3],
        measurement=model.measurement + angle[4],
    )


def with_noise(model: MotionModel, values: Mapping[str, Sequence[float]]) -> MotionModel:
    """The family with other noise: by the name of a field of :class:`MotionModel`, a value for each coordinate.

    A value replaces that of the coordinate's :class:`Noise`, so it is a variance, or a share of the width or height,
    as the family has it. Coordinates beyond the values given, as the angle, keep theirs.
    """
    changed: dict[str, tuple[Noise, ...]] = {}
    for name, given in values.items():
        terms: tuple[Noise, ...] = getattr(model, name)
        kept = terms[len(given) :]
        changed[name] = (
            *(replace(term, value=value) for term, value in zip(terms, given, strict=False)),
            *kept,
        )
    return replace(model, **changed)  # type: ignore[arg-type]
