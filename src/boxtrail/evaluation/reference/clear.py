"""CLEAR MOT by its definition (Bernardin and Stiefelhagen, 2008)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.reference.frames import EPS, Comparison, Frame, assign
from boxtrail.io.formats.rows import FloatArray, IntArray

CONTINUITY = 1000.0  # more than all similarities of a frame: a match of the frame before is kept


@dataclass(frozen=True, slots=True)
class ClearMatch:
    """The predicted track that a row of the truth was matched with, and what was counted for it."""

    prediction: int
    is_switch: bool
    is_fragmentation: bool


def clear(
    comparison: Comparison,
    threshold: float,
    num_frames: int,
    matches_by_frame: list[dict[int, ClearMatch]] | None = None,
) -> Clear:
    """Match frame by frame, keeping last frame's matches where they still hold.

    ``matches_by_frame``, where given, gets the matches of each frame by the true track.
    """
    matched = np.zeros(comparison.num_truth_ids)
    starts = np.zeros(comparison.num_truth_ids, dtype=np.int64)
    last: dict[int, int] = {}  # the track each true one was last matched with
    current: dict[int, int] = {}  # those of the last frame that had boxes on both sides
    switches, similarity = 0, 0.0
    for frame in comparison.frames:
        if not len(frame.truth) or not len(frame.prediction):
            if matches_by_frame is not None:
                matches_by_frame.append({})
            continue
        found, similarities = _followed(frame, current, threshold)
        matches = {
            truth: ClearMatch(track, last.get(truth, track) != track, truth in last and truth not in current)
            for truth, track in found.items()
        }
        if matches_by_frame is not None:
            matches_by_frame.append(matches)
        switches += sum(match.is_switch for match in matches.values())
        for truth in found:
            matched[truth] += 1.0
            starts[truth] += truth not in current
        similarity += float(similarities.sum())
        last, current = last | found, found
    return _counted(comparison, matched, starts, switches, similarity, num_frames)


def _followed(frame: Frame, before: dict[int, int], threshold: float) -> tuple[dict[int, int], FloatArray]:
    """Predicted tracks by the true ones they are matched with, and the similarities of these pairs."""
    kept = np.array([[before.get(int(t)) == int(p) for p in frame.prediction] for t in frame.truth])
    scores = np.where(frame.similarity >= threshold - EPS, CONTINUITY * kept + frame.similarity, 0.0)
    rows, columns = assign(scores)
    found = dict(zip(frame.truth[rows].tolist(), frame.prediction[columns].tolist(), strict=True))
    return found, frame.similarity[rows, columns]


def _counted(
    comparison: Comparison,
    matched: FloatArray,
    starts: IntArray,
    switches: int,
    similarity: float,
    num_frames: int,
) -> Clear:
    """The counts, from the frames in which each true track was matched, and how often it was found anew."""
    truth_boxes, prediction_boxes = comparison.boxes_by_track()
    tp, share = int(matched.sum()), matched / np.maximum(1.0, truth_boxes)
    mostly_tracked, mostly_lost = int(np.sum(share > 0.8)), int(np.sum(share < 0.2))
    both_sides = truth_boxes.sum() > 0 and prediction_boxes.sum() > 0
    return Clear(
        tp=tp,
        fn=int(truth_boxes.sum()) - tp,
        fp=int(prediction_boxes.sum()) - tp,
        id_switches=switches,
        fragmentations=int(np.maximum(0, starts - 1).sum()),
        mostly_tracked=mostly_tracked,
        partly_tracked=len(share) - mostly_tracked - mostly_lost,
        mostly_lost=mostly_lost,
        similarity=similarity,
        frames=num_frames if both_sides else 0,
    )


__all__ = ["ClearMatch", "clear"]
