"""CLEAR MOT by its definition (Bernardin and Stiefelhagen, 2008)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.reference.frames import EPS, Comparison, assign

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
    truth_boxes, prediction_boxes = comparison.boxes_by_track()
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
        kept = np.array([[current.get(int(t)) == int(p) for p in frame.prediction] for t in frame.truth])
        scores = np.where(frame.similarity >= threshold - EPS, CONTINUITY * kept + frame.similarity, 0.0)
        rows, columns = assign(scores)
        matches = dict(zip(frame.truth[rows].tolist(), frame.prediction[columns].tolist(), strict=True))
        switches += sum(last.get(truth, found) != found for truth, found in matches.items())
        if matches_by_frame is not None:
            matches_by_frame.append(
                {
                    truth: ClearMatch(
                        found, last.get(truth, found) != found, truth in last and truth not in current
                    )
                    for truth, found in matches.items()
                }
            )
        for truth in matches:
            matched[truth] += 1.0
            starts[truth] += truth not in current
        similarity += float(frame.similarity[rows, columns].sum())
        last, current = last | matches, matches
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
