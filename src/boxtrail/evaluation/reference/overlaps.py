"""The similarities of a sequence and what follows from them; the same from outside as ``_core.Overlaps``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np

from boxtrail.evaluation.reference import similarity
from boxtrail.evaluation.reference.clear import ClearMatch, clear
from boxtrail.evaluation.reference.frames import Comparison, Frame
from boxtrail.evaluation.reference.hota import hota
from boxtrail.evaluation.reference.identity import identity
from boxtrail.evaluation.reference.preprocessing import keep_kitti, keep_mot
from boxtrail.evaluation.reference.timeline import timeline
from boxtrail.evaluation.reference.track_map import track_map
from boxtrail.evaluation.rules import Marks
from boxtrail.io.formats.rows import FloatArray, IntArray, Mask


class Overlaps:
    """Frames as (rows of the truth, rows of the prediction, similarities of each with each)."""

    def __init__(
        self,
        truth_frames: IntArray,
        prediction_frames: IntArray,
        compare: Callable[[IntArray, IntArray], FloatArray],
    ) -> None:
        self.truth_frames = truth_frames
        self.frames: list[tuple[IntArray, IntArray, FloatArray]] = []
        for frame in np.union1d(truth_frames, prediction_frames):
            truth, prediction = (
                np.flatnonzero(truth_frames == frame),
                np.flatnonzero(prediction_frames == frame),
            )
            self.frames.append((truth, prediction, compare(truth, prediction)))

    @classmethod
    def of_boxes(
        cls, truth_frames: IntArray, prediction_frames: IntArray, truth: FloatArray, prediction: FloatArray
    ) -> Overlaps:
        """Of boxes (N, 4) and (M, 4) ``x1, y1, x2, y2``, or (N, 5) and (M, 5) ``cx, cy, w, h, angle``."""
        return cls(truth_frames, prediction_frames, lambda i, j: similarity.boxes(truth[i], prediction[j]))

    @classmethod
    def of_points(
        cls,
        truth_frames: IntArray,
        prediction_frames: IntArray,
        truth: FloatArray,
        prediction: FloatArray,
        zero_distance: float,
    ) -> Overlaps:
        """Of points (N, 2) and (M, 2)."""
        return cls(
            truth_frames,
            prediction_frames,
            lambda i, j: similarity.points(truth[i], prediction[j], zero_distance),
        )

    @classmethod
    def of_masks(
        cls, truth_frames: IntArray, prediction_frames: IntArray, truth: list[Mask], prediction: list[Mask]
    ) -> Overlaps:
        """Of masks."""
        return cls(
            truth_frames,
            prediction_frames,
            lambda i, j: similarity.masks([truth[k] for k in i], [prediction[k] for k in j]),
        )

    def keep_mot(
        self, labels: IntArray, flags: FloatArray, label: int, distractors: list[int]
    ) -> tuple[Marks, Marks]:
        """Marks of the rows of both sides that count by MOTChallenge's rules."""
        return keep_mot(self.frames, labels, flags, label, distractors)

    def keep_kitti(self, *arguments: Any) -> tuple[Marks, Marks]:
        """Marks of the rows of both sides that count by KITTI's rules."""
        return keep_kitti(self.frames, *arguments)

    def score(
        self,
        truth_ids: IntArray,
        truth_kept: Marks,
        prediction_ids: IntArray,
        prediction_kept: Marks,
        threshold: float,
        num_frames: int,
    ) -> dict[str, Any]:
        """The sums of every metric over the rows that count, and the timeline."""
        truth_names, truth_numbers = np.unique(truth_ids[truth_kept], return_inverse=True)
        prediction_names, prediction_numbers = np.unique(prediction_ids[prediction_kept], return_inverse=True)
        truth_number, prediction_number = np.zeros_like(truth_ids), np.zeros_like(prediction_ids)
        truth_number[truth_kept], prediction_number[prediction_kept] = truth_numbers, prediction_numbers
        frames = self._kept_frames(truth_number, truth_kept, prediction_number, prediction_kept)
        comparison = Comparison(frames, len(truth_names), len(prediction_names))
        curves = hota(comparison)
        matches: list[dict[int, ClearMatch]] = []
        summed = clear(comparison, threshold, num_frames, matches)
        found = {
            row: replace(match, prediction=int(prediction_names[match.prediction]))
            for (truth, _, _), by_track in zip(self.frames, matches, strict=True)
            for row in truth[truth_kept[truth]].tolist()
            if (match := by_track.get(int(truth_number[row]))) is not None
        }
        pieces = timeline(truth_ids, self.truth_frames, np.flatnonzero(truth_kept), found)
        return {
            "hota": {field.name: getattr(curves, field.name) for field in fields(curves)},
            "clear": asdict(summed),
            "identity": asdict(identity(comparison, threshold)),
            "counts": {
                "truth_boxes": int(np.count_nonzero(truth_kept)),
                "truth_tracks": len(truth_names),
                "prediction_boxes": int(np.count_nonzero(prediction_kept)),
                "prediction_tracks": len(prediction_names),
            },
            "timeline": {field.name: getattr(pieces, field.name) for field in fields(pieces)},
        }

    def _kept_frames(
        self, truth_number: IntArray, truth_kept: Marks, prediction_number: IntArray, prediction_kept: Marks
    ) -> list[Frame]:
        """The frames without the rows that do not count, tracks by their numbers."""
        frames = []
        for truth, prediction, similarities in self.frames:
            rows, columns = truth_kept[truth], prediction_kept[prediction]
            kept = np.ascontiguousarray(similarities[np.ix_(rows, columns)])
            frames.append(Frame(truth_number[truth[rows]], prediction_number[prediction[columns]], kept))
        return frames

    def pairs(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Rows of the truth, rows of the prediction and similarities of the pairs with a similarity above 0."""
        found = [
            (truth[rows], prediction[columns], similarities[rows, columns])
            for truth, prediction, similarities in self.frames
            for rows, columns in [np.nonzero(similarities > 0.0)]
        ]
        none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
        rows, columns, values = (np.concatenate(parts) for parts in zip(none, *found, strict=True))
        return rows, columns, values

    def track_map(
        self,
        truth_ids: IntArray,
        truth_kept: Marks,
        truth_areas: FloatArray,
        prediction_ids: IntArray,
        prediction_kept: Marks,
        prediction_areas: FloatArray,
        scores: FloatArray,
        shared: FloatArray,
    ) -> dict[str, Any]:
        """What becomes of whole tracks; ``shared`` are the areas that the boxes of each of :meth:`pairs` share."""
        truth_names, prediction_names = (
            np.unique(truth_ids[truth_kept]),
            np.unique(prediction_ids[prediction_kept]),
        )
        common = np.zeros((len(truth_names), len(prediction_names)))
        for row, column, area in zip(*self.pairs()[:2], shared, strict=True):
            if truth_kept[row] and prediction_kept[column]:
                place = np.searchsorted(truth_names, truth_ids[row])
                common[place, np.searchsorted(prediction_names, prediction_ids[column])] += area
        truth = _by_track(truth_names, truth_ids, truth_kept, truth_areas)
        prediction = _by_track(prediction_names, prediction_ids, prediction_kept, prediction_areas)
        score, length = _by_track(prediction_names, prediction_ids, prediction_kept, scores)
        either = truth[0][:, np.newaxis] + prediction[0][np.newaxis, :] - common
        found = track_map(
            np.divide(common, either, out=np.zeros_like(common), where=common > 0.0),
            (truth[0] / truth[1], truth[1]),
            (prediction[0] / prediction[1], prediction[1]),
            score / length,
        )
        return {field.name: getattr(found, field.name) for field in fields(found)}


def _by_track(
    names: IntArray, ids: IntArray, kept: Marks, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The sum of a value over each track's rows, and how many they are."""
    rows = [kept & (ids == name) for name in names]
    return np.array([values[mine].sum() for mine in rows]), np.array([float(mine.sum()) for mine in rows])


__all__ = ["Overlaps"]
