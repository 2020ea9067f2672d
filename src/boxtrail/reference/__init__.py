"""The trackers in Python: written to be read, and what the compiled core must agree with to the last id."""

from __future__ import annotations

from functools import partial
from typing import Any

from boxtrail.reference.bytetrack import ByteTrack
from boxtrail.reference.ocsort import OcSort
from boxtrail.reference.sort import Sort
from boxtrail.reference.stream import Stream

ALGORITHMS: dict[str, Any] = {"ByteTrack": ByteTrack, "OcSort": OcSort, "Sort": Sort}


def make_stream(tracker: str, *, oriented: bool, per_class: bool, **options: Any) -> Stream[Any]:
    """A stream of the tracker by its class name; the same arguments as the compiled class of that name."""
    algorithm = partial(ALGORITHMS[tracker], oriented=oriented, **options)
    return Stream(algorithm, oriented=oriented, per_class=per_class)
