"""Writes what the consumer is held to: the scene, every tracker's options, and the rows the Python reference gives.

python cpp/tests/consumer/make_cases.py
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from boxtrail.trackers import TRACKERS, create_tracker
from boxtrail.trackers.backend_options import with_frame_size

CASES = Path(__file__).resolve().parent / "cases"
NUM_LOOKS = 16
NUM_FRAMES = 80
FRAME_SIZE = (640, 480)  # width and height in pixels
# What the stream is told, not the algorithm.
STREAM_OPTIONS = {"oriented", "record", "per_class", "class_group", "class_vote", "kalman_noise"}


def scene() -> str:
    """Nine objects that circle, cross, hide and come back, with unsure scores and false alarms, as the consumer reads
    them.
    """
    rng = np.random.default_rng(5)
    lines = []
    for frame in range(1, NUM_FRAMES + 1):
        for k in range(9):
            hidden = (frame + 9 * k) % 40 < 4 + k
            if hidden or rng.random() < 0.05:
                continue
            angle = 2.0 * math.pi * (frame / (60.0 + 5.0 * k) + k / 9.0)
            x, y = 300.0 + (120.0 + 12.0 * k) * math.cos(angle), 250.0 + (90.0 + 8.0 * k) * math.sin(angle)
            left, top = x + rng.normal(), y + rng.normal()
            score = rng.choice((0.95, 0.9, 0.8, 0.65, 0.4, 0.2), p=(0.3, 0.3, 0.2, 0.1, 0.05, 0.05))
            lines.append(f"{frame},-1,{left:.2f},{top:.2f},{40 + k},{90 + 2 * k},{score:.2f},{k}")
        if rng.random() < 0.2:
            lines.append(f"{frame},-1,{rng.uniform(0, 500):.2f},{rng.uniform(0, 400):.2f},45,95,0.75,15")
    return "\n".join(lines) + "\n"


def options(tracker: str) -> str:
    """Lines ``name value`` of the tracker's defaults, as the backends take them."""
    chosen = with_frame_size(create_tracker(tracker, frame_size=FRAME_SIZE)._backend_options, FRAME_SIZE)
    lines = []
    for name in sorted(set(chosen) - STREAM_OPTIONS):
        value = chosen[name]
        lines.append(f"{name} {int(value) if isinstance(value, bool) else value}")
    return "\n".join(lines) + "\n"


def rows(tracker: str, detections: str) -> str:
    """MOT rows of the Python reference."""
    table = np.array([[float(cell) for cell in line.split(",")] for line in detections.splitlines()])
    running = create_tracker(tracker, "python", frame_size=FRAME_SIZE)
    lines = []
    for frame in range(1, NUM_FRAMES + 1):
        now = table[table[:, 0] == frame]
        dets = np.column_stack([now[:, 2:4], now[:, 2:4] + now[:, 4:6], now[:, 6], np.zeros(len(now))])
        looks = np.eye(NUM_LOOKS, dtype=np.float32)[now[:, 7].astype(int)]
        for track in running.update(dets, embs=looks):
            x1, y1, x2, y2 = track.xyxy
            lines.append(
                f"{frame},{int(track.id)},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{float(track.conf):.2f}"
            )
    return "\n".join(lines) + "\n"


def cases() -> dict[str, str]:
    """Every file of the folder that is not written by hand, by name."""
    detections = scene()
    files = {"scene.txt": detections}
    for tracker in TRACKERS:
        files[f"{tracker}.options.txt"] = options(tracker)
        files[f"{tracker}.rows.txt"] = rows(tracker, detections)
    return files


if __name__ == "__main__":
    for name, text in cases().items():
        (CASES / name).write_text(text)
