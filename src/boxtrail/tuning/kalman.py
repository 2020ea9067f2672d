"""The noise of a Kalman filter, from ground truth: how detections scatter, and how objects really move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks import CachedSequence
from boxtrail.errors import ConfigError, InvalidInputError

if TYPE_CHECKING:
    from boxtrail.reference.motion_model import MotionModel, Noise

FloatArray = NDArray[np.float64]

# The filter of each tracker for upright boxes; C-BIoU's mode "paper" and SFSORT have none.
FAMILIES = {
    "boosttrack": "XYHR",
    "botsort": "XYWH",
    "bytetrack": "XYAH",
    "cbiou": "XYWH",
    "deepocsort": "XYSR",
    "deepsort": "XYAH",
    "hybridsort": "XYSR",
    "occluboost": "XYHR",
    "ocsort": "XYSR",
    "sort": "XYSR",
    "strongsort": "XYAH",
    "tracktrack": "XYWH_WIDE",
}
MIN_IOU = 0.5  # of a detection and the truth it is taken for
LEAST_PAIRS = 30  # below it a variance says little


@dataclass(frozen=True, slots=True)
class KalmanNoise:
    """Noise for a family of filters, each a tuple of four in the order of its coordinates, in its terms.

    A number is a variance, or a standard deviation as a share of the width or height, as the family has it.

    Attributes:
        family: name of the filter.
        measurement: of a detection around the truth.
        process_position, process_velocity: of the truth around constant velocity, a frame.
        initial_position: of a track's first box, which is a detection.
        initial_velocity: of the truth around rest.
        num_pairs: detections that were compared with the truth.
        num_steps: triples of consecutive frames of the truth.
    """

    family: str
    measurement: tuple[float, ...]
    process_position: tuple[float, ...]
    process_velocity: tuple[float, ...]
    initial_position: tuple[float, ...]
    initial_velocity: tuple[float, ...]
    num_pairs: int
    num_steps: int

    def option(self) -> dict[str, list[float]]:
        """For the option ``kalman_noise`` of a tracker, with four digits."""
        kinds = (
            "measurement",
            "process_position",
            "process_velocity",
            "initial_position",
            "initial_velocity",
        )
        return {kind: [float(f"{value:.4g}") for value in getattr(self, kind)] for kind in kinds}


def calibrate_kalman(sequences: Sequence[CachedSequence], family: str) -> KalmanNoise:
    """Fit the noise of a Kalman filter to the truth and detections of ``sequences``.

    The noise of the measurement is the variance of detection less truth, over the pairs that are each other's best
    and overlap by 0.5. The process noise follows from the truth's second differences: with noise of the variance p on
    the position and v on the velocity of every frame, their variance is v + 2p and the covariance of neighbouring ones
    is −p. Where that gives a p below 0, as for truth that was drawn between key frames, p is 0. A moving camera counts
    as motion of the objects.

    Args:
        sequences: with upright detections and truth; rows of the truth with a flag of 0 are left aside.
        family: a filter (``"XYAH"`` …), or the name of a tracker.

    Raises:
        ConfigError: for an unknown family, or a tracker without a filter.
        InvalidInputError: for oriented boxes, and if there is too little to learn from.
    """
    model = _model(family)
    residuals: list[FloatArray] = []
    velocities: list[FloatArray] = []
    accelerations: list[FloatArray] = []  # (T, 4) a stretch of consecutive frames
    for sequence in sequences:
        truth, frames, ids = _truth(sequence)
        residuals.append(_residuals(model, sequence, truth, frames))
        for stretch in _stretches(truth, frames, ids):
            coordinates, scales = _coordinates(model, stretch), _scales(model.process_velocity, stretch)
            steps = np.diff(coordinates, axis=0)
            velocities.append(steps / scales[:-1])
            accelerations.append(np.diff(steps, axis=0) / scales[1:-1])
    errors = np.concatenate(residuals)
    num_steps = sum(len(rows) for rows in accelerations)
    if len(errors) < LEAST_PAIRS or num_steps < LEAST_PAIRS:
        raise InvalidInputError(
            f"too little to calibrate a filter: {len(errors)} detections on the truth and {num_steps} steps of it"
        )
    measurement = errors.var(axis=0)
    steps = np.concatenate(velocities)
    position, velocity = _process(model, accelerations, steps)
    speed = np.where(_moves(model), (steps**2).mean(axis=0), 0.0)
    return KalmanNoise(
        family=family,
        measurement=_values(model.measurement, np.maximum(measurement, 1e-12)),
        process_position=_values(model.process_position, position),
        process_velocity=_values(model.process_velocity, velocity),
        initial_position=_values(model.initial_position, np.maximum(measurement, 1e-12)),
        initial_velocity=_values(model.initial_velocity, speed),
        num_pairs=len(errors),
        num_steps=num_steps,
    )


def _model(family: str) -> MotionModel:
    from boxtrail.reference.motion_model import MODELS

    name = FAMILIES.get(family, family)
    if name not in MODELS:
        known = ", ".join((*MODELS, *FAMILIES))
        raise ConfigError(f"{family!r} has no Kalman filter to calibrate; there are {known}")
    return MODELS[name]


def _truth(sequence: CachedSequence) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Boxes (N, 4), frames and ids of the truth that counts."""
    truth = sequence.truth
    if truth is None or sequence.detections.shape[1] != 6 or truth.kind != "box":
        raise InvalidInputError(
            f"sequence {sequence.name!r}: calibration needs upright boxes with ground truth"
        )
    counts = np.ones(len(truth), dtype=bool) if truth.flags is None else np.asarray(truth.flags) != 0.0
    boxes = np.asarray(truth.shapes, dtype=np.float64)
    counts &= (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    frames, ids = (np.asarray(column)[counts].astype(np.int64) for column in (truth.frames, truth.ids))
    return boxes[counts], frames, ids


def _residuals(
    model: MotionModel, sequence: CachedSequence, truth: FloatArray, frames: NDArray[np.int64]
) -> FloatArray:
    """(P, 4) detection less truth, in the terms of the family's measurement noise."""
    from boxtrail.reference.association import iou

    found = [np.empty((0, 4))]
    order = np.argsort(frames, kind="stable")
    ends = np.searchsorted(frames[order], np.arange(1, sequence.num_frames + 2))
    for i in range(sequence.num_frames):
        true = truth[order[ends[i] : ends[i + 1]]]
        seen = sequence.detections[sequence.offsets[i] : sequence.offsets[i + 1], :4]
        if not len(true) or not len(seen):
            continue
        overlaps = iou(true[:, None], seen[None])
        best = overlaps.argmax(axis=1)
        rows = np.arange(len(true))
        mutual = (overlaps.argmax(axis=0)[best] == rows) & (overlaps[rows, best] >= MIN_IOU)
        difference = _coordinates(model, seen[best[mutual]]) - _coordinates(model, true[mutual])
        found.append(difference / _scales(model.measurement, true[mutual]))
    return np.concatenate(found)


def _stretches(boxes: FloatArray, frames: NDArray[np.int64], ids: NDArray[np.int64]) -> list[FloatArray]:
    """The boxes of every track without gaps, at least three frames long."""
    order = np.lexsort((frames, ids))
    breaks = np.flatnonzero((np.diff(ids[order]) != 0) | (np.diff(frames[order]) != 1)) + 1
    return [boxes[rows] for rows in np.split(order, breaks) if len(rows) >= 3]


def _process(
    model: MotionModel, accelerations: list[FloatArray], steps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(4,) variances of the noise of position and velocity, a frame."""
    spread = (np.concatenate(accelerations) ** 2).mean(axis=0)
    pairs = np.concatenate([rows[1:] * rows[:-1] for rows in accelerations])
    across = pairs.mean(axis=0) if len(pairs) else np.zeros(4)
    position = np.clip(-across, 0.0, spread / 2.0)
    velocity = spread - 2.0 * position
    moves = _moves(model)  # a coordinate without velocity walks at random
    return np.where(moves, position, (steps**2).mean(axis=0)), np.where(moves, velocity, 0.0)


def _moves(model: MotionModel) -> NDArray[np.bool_]:
    return np.array([noise.value > 0.0 for noise in model.initial_velocity])


def _coordinates(model: MotionModel, boxes: FloatArray) -> FloatArray:
    """(N, 4) measurements of boxes (N, 4)."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    first, second = model.encode(width, height)  # type: ignore[arg-type]  # elementwise
    return np.column_stack([boxes[:, 0] + width / 2.0, boxes[:, 1] + height / 2.0, first, second])


def _scales(noise: tuple[Noise, ...], boxes: FloatArray) -> FloatArray:
    """(N, 4) what a value of the noise is a share of; 1 where it stands for itself."""
    sizes = {"": np.ones(len(boxes)), "w": boxes[:, 2] - boxes[:, 0], "h": boxes[:, 3] - boxes[:, 1]}
    return np.column_stack([sizes[term.of] for term in noise])


def _values(noise: tuple[Noise, ...], variances: FloatArray) -> tuple[float, ...]:
    """Variances as the family writes them."""
    return tuple(
        float(variance) if term.of == "" else float(np.sqrt(variance))
        for term, variance in zip(noise, variances, strict=True)
    )


__all__ = ["FAMILIES", "KalmanNoise", "calibrate_kalman"]
