"""People who cross in the film of the demo: with appearance more of them keep their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("cv2")

from boxtrail.demo.scene import PlazaScene
from boxtrail.demo.score import IdScore
from boxtrail.demo.truth import TruePerson
from boxtrail.detectors import create_detector
from boxtrail.evaluation import evaluate
from boxtrail.reid.histogram import HistogramEmbedder
from boxtrail.trackers import create_tracker

pytestmark = pytest.mark.slow

TRACKERS = ("boosttrack", "botsort", "deepocsort", "hybridsort", "occluboost", "tracktrack")


@dataclass(frozen=True)
class Seen:
    """One frame of the film: who is there, what the detector found, and how that looks."""

    people: tuple[TruePerson, ...]
    detections: NDArray[np.float64]
    embeddings: NDArray[np.float32]


@pytest.fixture(scope="module")
def film() -> list[Seen]:
    detector, embedder = create_detector("motion"), HistogramEmbedder()

    def frames() -> Iterator[Seen]:
        for frame in PlazaScene(seed=0):
            detections = np.asarray(detector([frame.image], [frame.index])[0])
            yield Seen(frame.people, detections, embedder.embed(frame.image, detections))

    return list(frames())


def tracked(film: list[Seen], name: str, *, appearance: bool) -> tuple[float, int]:
    """IDF1, and how often an id changed."""
    tracker, score, rows, truth = create_tracker(name, frame_rate=25.0), IdScore(), [], []
    for number, seen in enumerate(film, start=1):
        tracks = tracker.update(seen.detections, embs=seen.embeddings if appearance else None)
        score.add(seen.people, tracks.xyxy, tracks.id)
        rows += [
            [number, track_id, x1, y1, x2 - x1, y2 - y1, 1.0]
            for track_id, (x1, y1, x2, y2) in zip(tracks.id.tolist(), tracks.xyxy.tolist(), strict=True)
        ]
        truth += [
            [
                number,
                who.person_id,
                who.xyxy[0],
                who.xyxy[1],
                who.xyxy[2] - who.xyxy[0],
                who.xyxy[3] - who.xyxy[1],
            ]
            for who in seen.people
            if who.visibility > 0.0
        ]
    overall = evaluate(np.array([[*row, 1, 1, 1] for row in truth]), np.array(rows)).overall
    return float(overall["IDF1"]), score.num_switches


@pytest.mark.parametrize("name", ["boosttrack", "botsort", "deepocsort", "hybridsort", "occluboost"])
def test_histograms_beat_no_appearance(film: list[Seen], name: str) -> None:
    without, _ = tracked(film, name, appearance=False)
    with_looks, _ = tracked(film, name, appearance=True)
    assert with_looks > without + 0.03


def test_over_all_trackers_idf1_rises_and_fewer_ids_change(film: list[Seen]) -> None:
    without, with_looks = (
        np.array([tracked(film, name, appearance=looks) for name in TRACKERS]).mean(axis=0)
        for looks in (False, True)
    )
    assert with_looks[0] > without[0] + 0.05
    assert with_looks[1] < without[1]
