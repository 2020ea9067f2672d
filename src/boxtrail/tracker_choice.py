"""The tracker of a run: made anew from its name, or the user's own; and the camera motion it is run with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from boxtrail.engine import Tracker
from boxtrail.errors import ConfigError
from boxtrail.motion import MotionEstimator, StillCamera, make_estimator
from boxtrail.reid import Embedder
from boxtrail.trackers import create_tracker
from boxtrail.trackers.explanation import Explanation


@runtime_checkable
class WantsCameraMotion(Protocol):
    """A tracker that names the estimator it is best run with."""

    @property
    def camera_motion(self) -> str:
        """A name of :func:`boxtrail.motion.make_estimator`; a plain attribute will do."""
        ...


@dataclass(frozen=True, slots=True)
class TrackerChoice:
    """What the user said about the tracker; a run makes its own of it."""

    tracker: str | Tracker
    backend: str | None  # "cpp" or "python"; None for the default
    options: Mapping[str, Any]  # of the tracker, by name
    camera_motion: str | None = None  # a name of make_estimator; None for what the tracker names
    embedder: Embedder | None = None  # None: the tracker gets none
    class_names: Mapping[int, str] | None = None  # of the detector, for options by class

    def make(self, *, frame_rate: float, record: bool = False) -> Tracker:
        """A new tracker, told the rate of the frames it gets unless the user has; or the user's own.

        Raises:
            ConfigError: if the tracker or an option is unknown, or options are given with a tracker that is made.
        """
        if not isinstance(self.tracker, str):
            if self.options or self.backend is not None:
                given = ", ".join([*self.options, *(["backend"] if self.backend is not None else [])])
                raise ConfigError(
                    f"{given} cannot be given with a tracker that is already made; set them when making it"
                )
            return self.tracker
        options = dict(self.options)
        if frame_rate > 0.0 and not {"frame_rate", "fps"} & options.keys():
            options["frame_rate"] = frame_rate
        if record:
            options.setdefault("record", True)
        if self.embedder is not None:
            options["reid_weights"] = self.embedder
            options.setdefault("class_names", self.class_names or None)
        return create_tracker(self.tracker, self.backend, **options)

    def make_camera_motion(self, tracker: Tracker) -> MotionEstimator | None:
        """A new estimator, the one asked for or the tracker's own; None where neither wants any.

        Raises:
            ConfigError: if there is no such estimator.
        """
        own = tracker.camera_motion if isinstance(tracker, WantsCameraMotion) else "none"
        estimator = make_estimator(own if self.camera_motion is None else self.camera_motion)
        # Only a tracker that would otherwise use its own has to be told that the camera stands still.
        return None if isinstance(estimator, StillCamera) and own == "none" else estimator


def explainer(tracker: Tracker) -> Callable[[], Explanation]:
    """How the tracker explains itself.

    Raises:
        ConfigError: if it does not.
    """
    explain: Callable[[], Explanation] | None = getattr(tracker, "explain", None)
    if explain is None:
        raise ConfigError(f"{type(tracker).__name__} gives no explanations: it has no method explain()")
    explain()  # now, so that a tracker that notes nothing fails here
    return explain


__all__ = ["TrackerChoice", "WantsCameraMotion", "explainer"]
