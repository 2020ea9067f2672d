"""What :class:`boxtrail.Boxtrail` knows, as options for benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boxtrail.detectors.detector import Detections, Image
from boxtrail.errors import ConfigError
from boxtrail.progress import StepProgress
from boxtrail.trackers.factory import tracker_class
from boxtrail.trackers.presets import load_preset


class BenchmarkDetections:
    """Stands for detections that only a benchmark's sequences have: ``"public"``, ``"file:dets/{sequence}.txt"``."""

    names: Mapping[int, str]

    def __init__(self, spec: str) -> None:
        self.spec = spec
        self.names = {}

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Never gives any.

        Raises:
            ConfigError: always, for a video is no sequence of a benchmark.
        """
        raise ConfigError(
            f"{self.spec!r} are detections of a benchmark's sequences; track takes another detector"
        )

    def reset(self) -> None:
        """Nothing to forget."""


def is_of_benchmarks(spec: Any) -> bool:
    """Whether a detector's name means something for the sequences of a benchmark only."""
    if not isinstance(spec, str):
        return False
    kind = spec.partition(":")[0].strip().casefold()
    return kind == "public" or (kind == "file" and "{sequence}" in spec)


def tracker_name(tracker: Any, backend: str | None) -> str:
    """``"bytetrack:python"``.

    Raises:
        ConfigError: for a tracker that is made already: every sequence gets a new one.
    """
    if not isinstance(tracker, str):
        raise ConfigError(
            f"benchmarks take a tracker by name, for every sequence gets a new one, not a {type(tracker).__name__}"
        )
    return tracker if backend is None or ":" in tracker else f"{tracker}:{backend}"


def tracker_options(tracker: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options by name, those of a preset or file among them.

    Raises:
        ConfigError: if there is no such preset or file.
    """
    chosen = dict(options)
    for name in ("preset", "tracker_config"):
        source = chosen.pop(name, None)
        if source is not None:
            values = (
                source
                if isinstance(source, Mapping)
                else load_preset(tracker_class(tracker.partition(":")[0]).name, source)
            )
            chosen = {**values, **chosen}
    return chosen


def shown_progress(is_shown: bool) -> StepProgress | None:
    """A progress bar, where one is wanted."""
    return StepProgress() if is_shown else None


__all__ = ["BenchmarkDetections", "is_of_benchmarks", "shown_progress", "tracker_name", "tracker_options"]
