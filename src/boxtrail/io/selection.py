"""Which frames of a source are wanted: stride, first and last frame, count, duration."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import SupportsIndex, cast

from boxtrail.errors import ConfigError
from boxtrail.io.frame import Frame, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Frames ``start_frame, start_frame + stride, …`` until the first limit that is reached.

    Raises:
        ConfigError: if a number is out of its range, or the range of frames is empty.
    """

    stride: int = 1  # ≥ 1: every stride-th frame, counted from start_frame
    start_frame: int = 0  # ≥ 0: index of the first frame
    end_frame: int | None = None  # > start_frame: index where to stop, itself left out
    num_frames: int | None = None  # ≥ 1: most frames to deliver
    duration: float | None = None  # > 0: seconds of the source from start_frame on

    def __post_init__(self) -> None:
        for name, least in (("stride", 1), ("start_frame", 0), ("end_frame", 1), ("num_frames", 1)):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, whole_number(name, value, least))
        if self.end_frame is not None and self.end_frame <= self.start_frame:
            raise ConfigError(
                f"end_frame {self.end_frame} must lie after start_frame {self.start_frame}; "
                "end_frame itself is left out"
            )
        if self.duration is not None:
            object.__setattr__(self, "duration", _seconds(self.duration))

    def check_start(self, length: int | None, name: str) -> None:
        """Refuse a start past the last of ``length`` frames.

        Raises:
            ConfigError: naming the source ``name`` and its length.
        """
        if length is not None and 0 < length <= self.start_frame:
            raise ConfigError(
                f"start_frame {self.start_frame} lies past the end: {name} has {length} frames, "
                f"from 0 to {length - 1}"
            )

    def stop(self, fps: float) -> float:
        """Index of the first frame too late for ``end_frame`` and ``duration``; infinite without them."""
        stop = math.inf if self.end_frame is None else self.end_frame
        if self.duration is not None:
            # 0.07 s at 100 fps are 7 frames, though 0.07 * 100 is 7.000000000000001.
            stop = min(stop, self.start_frame + max(1, math.ceil(self.duration * fps - 1e-6)))
        return stop

    def count(self, length: int | None, fps: float) -> int | None:
        """Frames delivered out of ``length``; None if neither the source nor the selection ends."""
        stop = min(self.stop(fps), math.inf if length is None else length)
        if math.isinf(stop):
            return self.num_frames
        count = max(0, math.ceil((stop - self.start_frame) / self.stride))
        return count if self.num_frames is None else min(count, self.num_frames)

    def pick(self, reader: Reader) -> Iterator[Frame]:
        """The wanted frames of ``reader``, which stands at its first frame.

        Frames in between are decoded by the reader but never converted, so the index is exact.
        """
        stop = math.inf if reader.is_live else self.stop(reader.fps)
        most = math.inf if self.num_frames is None else self.num_frames
        gap, due, delivered, began = self.start_frame, self.start_frame, 0, None
        while delivered < most and due < stop:
            if not all(reader.skip() for _ in range(gap)):
                return
            frame = reader.read()
            if frame is None:
                return
            began = frame.timestamp if began is None else began
            if reader.is_live and self._is_over(frame, began):
                return
            yield frame
            gap, due, delivered = self.stride - 1, due + self.stride, delivered + 1

    def _is_over(self, frame: Frame, began: float) -> bool:
        """Whether a live frame is past the limits: its index has gaps and its clock is the wall's."""
        if self.end_frame is not None and frame.index >= self.end_frame:
            return True
        return self.duration is not None and frame.timestamp - began >= self.duration


def whole_number(name: str, value: object, least: int) -> int:
    """``value`` as an int of at least ``least``.

    Raises:
        ConfigError: if it is no whole number, or too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"{name} must be a whole number, not {value!r}")
    number = operator.index(cast(SupportsIndex, value))
    if number < least:
        raise ConfigError(f"{name} must be at least {least}, not {number}")
    return number


def _seconds(value: object) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    seconds = float(cast(float, value)) if is_number else math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise ConfigError(f"duration must be a number of seconds above 0, not {value!r}")
    return seconds


__all__ = ["Selection", "whole_number"]
