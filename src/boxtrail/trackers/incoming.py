"""The detections as they come in: anything that carries boxes becomes an array that can be tracked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import as_array, check
from boxtrail.errors import InvalidDetectionsError
from boxtrail.trackers.companions import log_dropped

FloatArray: TypeAlias = NDArray[np.float64]


class Incoming:
    """Checks detections, and counts those that were dropped.

    Args:
        is_clean: whether an array can be tracked as it is; see :func:`boxtrail.backend.clean_check`.
        strict: a box without area is an error instead of being dropped.
    """

    def __init__(self, is_clean: Callable[[Any], bool], *, strict: bool) -> None:
        self._is_clean, self._strict = is_clean, strict
        self.num_dropped = 0

    def checked(self, dets: Any) -> tuple[FloatArray, NDArray[np.int64] | None, FloatArray]:
        """Detections that can be tracked, their rows in ``dets`` where some are dropped, and the classes of all.

        Raises:
            InvalidDetectionsError: as :func:`boxtrail.detections.check`.
        """
        if self._is_clean(dets):
            return dets, None, dets[:, -1].copy()  # a copy: the caller may use the array again
        array = as_array(dets)
        if self._is_clean(array):
            return array, None, array[:, -1].copy()
        kept, rows = check(array, strict=self._strict)
        return kept, rows, array[:, -1].copy()

    def count_dropped(self, rows: NDArray[np.int64], given: int) -> None:
        """Of so many detections given only ``rows`` are kept; the first time it is said aloud."""
        if self.num_dropped == 0 and given > len(rows):
            log_dropped(rows, given)
        self.num_dropped += given - len(rows)


def check_geometry(is_obb: bool | None, given: bool) -> None:
    """Upright and oriented boxes do not mix; ``is_obb`` is None before the first detection.

    Raises:
        InvalidDetectionsError: if the boxes ``given`` are not of the tracker's kind.
    """
    if is_obb is not None and is_obb is not given:
        kinds = ("upright (N, 6)", "oriented (N, 7)")
        raise InvalidDetectionsError(
            f"this tracker works on {kinds[is_obb]} detections, these are {kinds[given]}; call reset() first"
        )


__all__ = ["Incoming", "check_geometry"]
