"""Small made-up sequences to tune on: walkers with noisy, missing and false detections."""

from __future__ import annotations

import numpy as np

from boxtrail.benchmarks import CachedSequence
from boxtrail.evaluation import SequenceRows

HALF = np.array([15.0, 30.0])  # of the size of an object


def scene(name: str, *, seed: int, num_frames: int = 40, num_objects: int = 6) -> CachedSequence:
    """Objects of 30 × 60 pixels on straight ways; a tenth of them is missed, and there are unsure false alarms."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(50.0, 450.0, (num_objects, 2))
    speed = rng.uniform(-4.0, 4.0, (num_objects, 2))
    frames, ids, boxes, detections, offsets = [], [], [], [], [0]
    for frame in range(num_frames):
        centres = start + speed * frame
        truth = np.column_stack([centres - HALF, centres + HALF])
        frames.append(np.full(num_objects, frame + 1))
        ids.append(np.arange(1, num_objects + 1))
        boxes.append(truth)
        seen = rng.random(num_objects) > 0.1
        noisy = truth[seen] + rng.normal(0.0, 3.0, (int(seen.sum()), 4))
        scores = rng.uniform(0.3, 1.0, len(noisy))
        false = rng.uniform(0.0, 500.0, (2, 2))
        false = np.column_stack([false, false + 2.0 * HALF])
        rows = np.vstack(
            [
                np.column_stack([noisy, scores, np.zeros(len(noisy))]),
                np.column_stack([false, rng.uniform(0.05, 0.6, 2), np.zeros(2)]),
            ]
        )
        detections.append(rows)
        offsets.append(offsets[-1] + len(rows))
    truth_rows = SequenceRows(
        frames=np.concatenate(frames),
        ids=np.concatenate(ids),
        shapes=np.concatenate(boxes),
        num_frames=num_frames,
    )
    return CachedSequence(
        name, num_frames, 30.0, (640, 480), np.concatenate(detections), np.array(offsets), truth=truth_rows
    )


def scenes(count: int = 3) -> list[CachedSequence]:
    """Several of them, always the same."""
    return [scene(f"walk-{i}", seed=i) for i in range(count)]
