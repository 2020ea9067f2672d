"""How to predict: which frames, which classes, which windows, which tracker."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boxtrail.errors import ConfigError
from boxtrail.io.selection import Selection, whole_number
from boxtrail.predict.region import Region, region_of
from boxtrail.predict.windows import Windows

BATCH_SIZE = 8
TRACKER = "botsort"  # what Supervisely's SDK tracks with unless told
DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRange:
    """Frames of a video: every ``stride``-th from ``start_frame`` on, to the first limit that is reached.

    ``end_frame`` is left out, ``num_frames`` counts the frames worked on, ``duration`` is in seconds of the video.
    ``direction`` ``"backward"`` goes from ``start_frame`` to the beginning of the video.
    """

    stride: int = 1
    start_frame: int = 0
    end_frame: int | None = None
    num_frames: int | None = None
    duration: float | None = None
    direction: str = "forward"

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ConfigError(f"direction must be {' or '.join(DIRECTIONS)}, not {self.direction!r}")
        if self.is_backward:
            if self.end_frame is not None and self.end_frame >= self.start_frame:
                raise ConfigError(
                    f"end_frame {self.end_frame} must lie before start_frame {self.start_frame} when going backward"
                )
            whole_number("stride", self.stride, 1)
            whole_number("start_frame", self.start_frame, 0)
        else:
            self.selection()

    @property
    def is_backward(self) -> bool:
        """Whether frames come in falling order."""
        return self.direction == "backward"

    def selection(self) -> Selection:
        """The same for a source that is read forward.

        Raises:
            ConfigError: for a number out of its range.
        """
        return Selection(
            stride=self.stride, start_frame=self.start_frame, end_frame=self.end_frame,
            num_frames=self.num_frames, duration=self.duration,
        )  # fmt: skip

    def backward(self, length: int, fps: float) -> range:
        """Indices in falling order, of a video of ``length`` frames."""
        first = min(self.start_frame, length - 1)
        last = -1 if self.end_frame is None else self.end_frame
        if self.duration is not None:
            last = max(last, self.start_frame - math.ceil(self.duration * fps - 1e-6))
        indices = range(first, max(last, -1), -self.stride)
        return indices if self.num_frames is None else indices[: self.num_frames]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything ``predict`` can be told about the work itself.

    Attributes:
        batch_size: images the detector gets at once.
        conf: lowest score kept, [0, 1], or None for what the detector reports.
        img_size: longest side, or (width, height), to which an image is brought before it is cut into windows or
            shown to the detector; None for its own size.
        classes: names or numbers of the classes kept; None for all. Others are not tracked either.
        frames: which frames of a video.
        region: the part of an image that is looked at, ``x1, y1, x2, y2`` in whole pixels with x2 and y2 left out, or
            one for each image; None for all of it. Boxes stay in pixels of the image.
        windows: the sliding windows an image is cut into, or None.
        tracker: a name of ``create_tracker``, or None to track nothing.
        tracker_options: its options.
        recursive: whether folders are searched below their own level.
    """

    batch_size: int = BATCH_SIZE
    conf: float | None = None
    img_size: int | tuple[int, int] | None = None
    classes: tuple[str | int, ...] | None = None
    frames: FrameRange = field(default_factory=FrameRange)
    region: Region | None = None
    windows: Windows | None = None
    tracker: str | None = None
    tracker_options: Mapping[str, Any] = field(default_factory=dict)
    recursive: bool = False

    def __post_init__(self) -> None:
        whole_number("batch_size", self.batch_size, 1)
        if self.conf is not None and not 0.0 <= self.conf <= 1.0:
            raise ConfigError(f"conf must lie in [0, 1], not {self.conf}")
        if self.img_size is not None:
            sides = (self.img_size,) if isinstance(self.img_size, int) else tuple(self.img_size)
            if len(sides) != (1 if isinstance(self.img_size, int) else 2):
                raise ConfigError(f"img_size is one number or (width, height), not {self.img_size!r}")
            for side in sides:
                whole_number("img_size", side, 1)


def settings_of(
    *,
    batch_size: int | None = None,
    conf: float | None = None,
    img_size: int | Sequence[int] | None = None,
    classes: Sequence[str | int] | None = None,
    recursive: bool = False,
    tracking: bool | str = False,
    tracking_config: Mapping[str, Any] | None = None,
    sliding_window: bool = False,
    window_size: int | Sequence[int] | None = None,
    overlap: float | Sequence[float] | None = None,
    region: Sequence[int] | Sequence[Sequence[int]] | None = None,
    **frames: Any,
) -> Settings:
    """The settings of the arguments of ``predict``.

    Raises:
        ConfigError: for a value that makes no sense, or a tracker that does not exist.
    """
    if isinstance(img_size, Sequence):
        img_size = tuple(img_size)
    if isinstance(classes, str):
        classes = [classes]
    tracker, options = _tracker(tracking, tracking_config)
    windows = None
    if sliding_window or window_size is not None:
        windows = Windows.of(window_size, overlap)
    elif overlap is not None:
        raise ConfigError("overlap is for sliding windows; give sliding_window=True or a window_size too")
    return Settings(
        batch_size=BATCH_SIZE if batch_size is None else batch_size,
        conf=conf,
        img_size=img_size,  # type: ignore[arg-type]
        classes=None if classes is None else tuple(classes),
        frames=FrameRange(**{name: value for name, value in frames.items() if value is not None}),
        region=None if region is None else region_of(region),
        windows=windows,
        tracker=tracker,
        tracker_options=options,
        recursive=recursive,
    )


def _tracker(tracking: bool | str, config: Mapping[str, Any] | None) -> tuple[str | None, dict[str, Any]]:
    """``tracking`` may name the tracker; ``tracking_config`` names it under ``"tracker"`` beside its options."""
    options = dict(config or {})
    named = options.pop("tracker", None)
    if not tracking:
        return None, {}
    if isinstance(tracking, str):
        if named is not None and named != tracking:
            raise ConfigError(f"two trackers at once: tracking={tracking!r}, tracking_config={named!r}")
        named = tracking
    return str(named or TRACKER), options


__all__ = ["BATCH_SIZE", "DIRECTIONS", "TRACKER", "FrameRange", "Settings", "settings_of"]
