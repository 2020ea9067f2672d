"""The trackers in Python: written to be read, and what the compiled core must agree with to the last id."""

from __future__ import annotations

from functools import partial
from typing import Any

from boxtrail.reference.boosttrack import BoostTrack
from boxtrail.reference.botsort import BotSort
from boxtrail.reference.bytetrack import ByteTrack
from boxtrail.reference.cbiou import CBIoU
from boxtrail.reference.deepocsort import DeepOcSort
from boxtrail.reference.deepsort import DeepSort
from boxtrail.reference.hybridsort import HybridSort
from boxtrail.reference.motion_model import with_noise
from boxtrail.reference.occluboost import OccluBoost
from boxtrail.reference.ocsort import OcSort
from boxtrail.reference.sfsort import SFSORT
from boxtrail.reference.sort import Sort
from boxtrail.reference.stream import ClassPolicy, Stream
from boxtrail.reference.strongsort import StrongSort
from boxtrail.reference.tracktrack import TrackTrack

ALGORITHMS: dict[str, Any] = {
    "BoostTrack": BoostTrack,
    "BotSort": BotSort,
    "ByteTrack": ByteTrack,
    "CBIoU": CBIoU,
    "DeepOcSort": DeepOcSort,
    "DeepSort": DeepSort,
    "HybridSort": HybridSort,
    "OccluBoost": OccluBoost,
    "OcSort": OcSort,
    "SFSORT": SFSORT,
    "Sort": Sort,
    "StrongSort": StrongSort,
    "TrackTrack": TrackTrack,
}


def make_stream(
    tracker: str,
    *,
    oriented: bool,
    record: bool,
    per_class: bool,
    class_group: dict[int, int],
    class_vote: bool,
    kalman_noise: dict[str, list[float]],
    **options: Any,
) -> Stream[Any]:
    """A stream of the tracker by its class name; the same arguments as the compiled class of that name."""
    plain = partial(ALGORITHMS[tracker], oriented=oriented, **options)

    def algorithm() -> Any:
        made = plain()
        made.model = with_noise(made.model, kalman_noise)
        return made

    algorithm()  # an option too few or too many shows now, not at the first frame
    classes = ClassPolicy(per_class, class_group, class_vote)
    return Stream(algorithm, oriented=oriented, record=record, classes=classes)
