"""Which detections motion alone does not settle: for these it pays to look at appearance."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import enclosing_xyxy
from boxtrail.reference.association import similarity

FloatArray: TypeAlias = NDArray[np.float64]

PLAUSIBLE = 0.1  # IoU of a detection and a predicted track from which they may belong together
STATUS, BOX = 1, 7  # columns of the tracks
CONFIRMED = 1.0


def ambiguous(detections: FloatArray, tracks: FloatArray) -> NDArray[np.bool_]:
    """(N,) whether more than one pair of track and detection is plausible around each detection.

    It is not ambiguous if it overlaps one predicted track, which is confirmed and was seen in the last frame, and that
    track overlaps no other detection. A detection that overlaps no track may be a new object, whose looks are wanted
    later, or a lost one that comes back.

    Args:
        detections: (N, 6) or (N, 7), in pixels.
        tracks: (K, 13) or (K, 14) id, status, age, hits, misses, score, label, box, vx, vy after the last frame.
    """
    if not len(detections) or not len(tracks):
        return np.ones(len(detections), bool)
    size = tracks.shape[1] - BOX - 2
    predicted = tracks[:, BOX : BOX + size].copy()
    velocity = tracks[:, -2:]
    predicted[:, :2] += velocity
    if size == 4:
        predicted[:, 2:] += velocity
    boxes = _upright(detections[:, : detections.shape[1] - 2])
    near = similarity("iou", boxes, _upright(predicted)) > PLAUSIBLE
    rivals = near.sum(axis=0)
    settled = near & (rivals == 1)[None, :] & (tracks[:, STATUS] == CONFIRMED)[None, :]
    result: NDArray[np.bool_] = ~(settled.any(axis=1) & (near.sum(axis=1) == 1))
    return result


def _upright(boxes: FloatArray) -> FloatArray:
    return boxes if boxes.shape[1] == 4 else enclosing_xyxy(boxes)


__all__ = ["ambiguous"]
