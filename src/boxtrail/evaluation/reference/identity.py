"""Identity by its definition (Ristani et al., 2016): the one-to-one assignment of whole tracks with fewest errors."""

from __future__ import annotations

import numpy as np

from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.reference.frames import Comparison, assign


def identity(comparison: Comparison, threshold: float) -> Identity:
    """Errors are the boxes that are not in common, so the most boxes in common are the fewest errors."""
    truth_boxes, prediction_boxes = comparison.boxes_by_track()
    common = np.zeros((comparison.num_truth_ids, comparison.num_prediction_ids))
    for frame in comparison.frames:
        common[np.ix_(frame.truth, frame.prediction)] += frame.similarity >= threshold
    tp = int(common[assign(common)].sum()) if common.size else 0
    return Identity(tp=tp, fn=int(truth_boxes.sum()) - tp, fp=int(prediction_boxes.sum()) - tp)


__all__ = ["identity"]
