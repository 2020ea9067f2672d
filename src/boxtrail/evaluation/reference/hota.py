"""HOTA by its definition (Luiten et al., IJCV 2021), over 19 thresholds."""

from __future__ import annotations

import numpy as np

from boxtrail.evaluation.hota import ALPHAS, Hota
from boxtrail.evaluation.reference.frames import EPS, Comparison, assign
from boxtrail.io.formats.rows import FloatArray


def hota(comparison: Comparison) -> Hota:
    """Match every frame once, with the whole sequence in view; then count at each alpha."""
    truth_boxes, prediction_boxes = comparison.boxes_by_track()
    alignment = _alignment(comparison, truth_boxes, prediction_boxes)
    # How often each pair of tracks is matched at each alpha, and the similarity of all matches.
    together = np.zeros((len(ALPHAS), comparison.num_truth_ids, comparison.num_prediction_ids))
    loc = np.zeros(len(ALPHAS))
    for frame in comparison.frames:
        scores = alignment[np.ix_(frame.truth, frame.prediction)] * frame.similarity
        rows, columns = assign(scores)
        similarity = frame.similarity[rows, columns]
        for a, alpha in enumerate(ALPHAS):
            good = similarity >= alpha - EPS
            together[a, frame.truth[rows[good]], frame.prediction[columns[good]]] += 1.0
            loc[a] += similarity[good].sum()
    tp = together.sum(axis=(1, 2))
    either = truth_boxes[:, np.newaxis] + prediction_boxes[np.newaxis, :] - together
    return Hota(
        tp=tp,
        fn=truth_boxes.sum() - tp,
        fp=prediction_boxes.sum() - tp,
        ass_a=_over_matches(together, either),
        ass_re=_over_matches(together, truth_boxes[:, np.newaxis]),
        ass_pr=_over_matches(together, prediction_boxes[np.newaxis, :]),
        loc=loc,
    )


def _alignment(comparison: Comparison, truth_boxes: FloatArray, prediction_boxes: FloatArray) -> FloatArray:
    """(tracks of the truth, tracks of the prediction): their overlap over the sequence, each box shared out."""
    shared = np.zeros((comparison.num_truth_ids, comparison.num_prediction_ids))
    for frame in comparison.frames:
        s = frame.similarity
        either = s.sum(axis=0)[np.newaxis, :] + s.sum(axis=1)[:, np.newaxis] - s
        shared[np.ix_(frame.truth, frame.prediction)] += np.divide(
            s, either, out=np.zeros_like(s), where=either > EPS
        )
    return shared / (truth_boxes[:, np.newaxis] + prediction_boxes[np.newaxis, :] - shared)


def _over_matches(together: FloatArray, total: FloatArray) -> FloatArray:
    """Σ over the matches of (matches of their pair) / total, per alpha."""
    return np.asarray((together * (together / np.maximum(1.0, total))).sum(axis=(1, 2)))


__all__ = ["hota"]
