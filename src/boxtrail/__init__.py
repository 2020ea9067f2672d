"""Multi-object tracking: a detector's boxes go in frame by frame, tracks with stable ids come out."""

from typing import TYPE_CHECKING, Any

from boxtrail.errors import BoxtrailError

if TYPE_CHECKING:
    from boxtrail.pipeline import Boxtrail, track
    from boxtrail.results import TrackResults
    from boxtrail.trackers import create_tracker

__all__ = ["Boxtrail", "BoxtrailError", "TrackResults", "__version__", "create_tracker", "track"]


def __getattr__(name: str) -> Any:
    """Everything on first use: who evaluates needs no trackers, who tracks arrays no pipeline."""
    if name == "create_tracker":
        from boxtrail.trackers import create_tracker

        return create_tracker
    if name == "TrackResults":
        from boxtrail.results import TrackResults

        return TrackResults
    if name in ("Boxtrail", "track"):
        from boxtrail import pipeline

        return getattr(pipeline, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("boxtrail")
    raise AttributeError(f"module 'boxtrail' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
