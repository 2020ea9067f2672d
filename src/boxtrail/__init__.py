"""Multi-object tracking: a detector's boxes go in frame by frame, tracks with stable ids come out."""

from typing import TYPE_CHECKING, Any

from boxtrail.errors import BoxtrailError
from boxtrail.results import TrackResults
from boxtrail.trackers import create_tracker

if TYPE_CHECKING:
    from boxtrail.pipeline import Boxtrail, track

__all__ = ["Boxtrail", "BoxtrailError", "TrackResults", "__version__", "create_tracker", "track"]


def __getattr__(name: str) -> Any:
    """The pipeline and the version on first use: neither is needed to track arrays."""
    if name in ("Boxtrail", "track"):
        from boxtrail import pipeline

        return getattr(pipeline, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("boxtrail")
    raise AttributeError(f"module 'boxtrail' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
