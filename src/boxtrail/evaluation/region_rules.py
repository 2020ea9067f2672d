"""The rules of MOTS and VisDrone: predictions in regions to ignore are forgiven."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxtrail import _core
from boxtrail.errors import InvalidInputError
from boxtrail.evaluation.areas import areas, shared_areas
from boxtrail.evaluation.regions import shares_inside
from boxtrail.io.formats.masks import union
from boxtrail.io.formats.rows import FloatArray, IntArray, Mask, SequenceRows

MAX_IGNORED = 0.5  # share of a prediction that may lie in a region to ignore, by the rules of MOTS
MOST_INSIDE = 0.5  # share from which VisDrone has a box inside
EPS = float(np.finfo(float).eps)
VISDRONE_SCORED = ("pedestrian", "car", "van", "truck", "bus")  # by the official toolkit
VISDRONE_OTHERS = 11


def keep_mots(
    sequence: str, truth: SequenceRows, prediction: SequenceRows, overlaps: Any, label: int
) -> tuple[Any, Any]:
    """Marks of the rows of a class that count: predictions without a match do not where most of them is to be ignored.

    Raises:
        InvalidInputError: for shapes other than masks, or rows without classes.
    """
    for side, what in ((truth, "ground truth"), (prediction, "prediction")):
        if len(side) and (side.kind != "mask" or side.labels is None):
            raise InvalidInputError(
                f"sequence {sequence!r}: the rules of MOTS need masks with classes; the {what} has none"
            )
    truth_labels, labels = (_labels(side) for side in (truth, prediction))
    target = labels == label
    # KITTI's rules with nothing hard and everything too low: what is left of the class is what has a match.
    zeros, nowhere = np.zeros(len(truth)), np.zeros((len(prediction), 4))
    none = (np.empty(0, dtype=np.int64), np.empty((0, 4)))
    _, matched = overlaps.keep_kitti(
        truth_labels,
        zeros,
        zeros,
        prediction.frames,
        labels,
        nowhere,
        *none,
        label,
        [],
        np.inf,
        np.inf,
        np.inf,
    )
    inside = _shares_ignored(truth, prediction) > MAX_IGNORED + EPS
    return truth_labels == label, target & (np.asarray(matched, dtype=bool) | ~inside)


def keep_visdrone(
    sequence: str, truth: SequenceRows, prediction: SequenceRows, overlaps: Any, label: int
) -> tuple[Any, Any]:
    """Marks of the rows of a class that count.

    As the challenge's toolkit has it, rows of either side do not count that lie by half or more in the regions to
    ignore and the boxes of the class others of their frame, taken together. As its description has it, a truth with a
    flag of 0 is ignored: neither it nor the prediction assigned to it counts. The toolkit itself forgets the regions
    before it looks at predictions, which then are false where nobody said what is there; here they are forgiven.

    Raises:
        InvalidInputError: for shapes other than boxes, or rows without classes.
    """
    for side, what in ((truth, "ground truth"), (prediction, "prediction")):
        if len(side) and (side.kind != "box" or side.labels is None):
            raise InvalidInputError(
                f"sequence {sequence!r}: VisDrone's rules need boxes with classes; the {what} has none"
            )
    labels, boxes, true_boxes = _labels(truth), _boxes(prediction), _boxes(truth)
    flagged = np.zeros(len(truth)) if truth.flags is None else (truth.flags == 0.0).astype(np.float64)
    nowhere = (np.empty(0, dtype=np.int64), np.empty((0, 4)))
    kept, kept_prediction = overlaps.keep_kitti(
        labels, flagged, np.zeros(len(truth)), prediction.frames, _labels(prediction), boxes, *nowhere, label, [],
        0.0, np.inf, -1.0,
    )  # fmt: skip
    others = (labels == VISDRONE_OTHERS) & (label != VISDRONE_OTHERS)
    regions = (
        np.concatenate([truth.ignored_frames, truth.frames[others]]),
        np.concatenate([np.asarray(truth.ignored, dtype=np.float64), true_boxes[others]]),
    )
    return (
        _outside(kept, truth.frames, true_boxes, regions),
        _outside(kept_prediction, prediction.frames, boxes, regions),
    )


def _outside(kept: Any, frames: IntArray, boxes: FloatArray, regions: tuple[IntArray, FloatArray]) -> Any:
    """The marks without those of rows that lie by half or more in the regions; only marked rows are looked at."""
    rows = np.flatnonzero(kept)
    out = np.zeros(len(kept), dtype=bool)
    out[rows] = shares_inside(frames[rows], boxes[rows], *regions) < MOST_INSIDE - EPS
    return out


def _boxes(side: SequenceRows) -> FloatArray:
    return np.asarray(side.shapes, dtype=np.float64) if len(side) else np.empty((0, 4))


def _labels(side: SequenceRows) -> IntArray:
    return np.zeros(len(side), dtype=np.int64) if side.labels is None else side.labels


def _shares_ignored(truth: SequenceRows, prediction: SequenceRows) -> FloatArray:
    """(M,) share of each mask that lies in the regions to ignore of its frame, taken together."""
    shares = np.zeros(len(prediction))
    if not len(truth.ignored) or not isinstance(truth.ignored, list) or not len(prediction):
        return shares
    regions: dict[int, list[Mask]] = {}
    for frame, mask in zip(truth.ignored_frames.tolist(), truth.ignored, strict=True):
        regions.setdefault(frame, []).append(mask)
    frames = np.array(sorted(regions), dtype=np.int64)
    merged = [union(regions[frame]) for frame in frames.tolist()]
    masks: Any = prediction.shapes
    pairs = _core.Overlaps.of_masks(frames, prediction.frames, merged, masks).pairs()
    sizes = areas("mask", masks)
    shares[pairs[1]] = shared_areas("mask", pairs, merged, masks) / sizes[pairs[1]]
    return shares


__all__ = ["VISDRONE_SCORED", "keep_mots", "keep_visdrone"]
