"""Noise of Kalman filters from ground truth: known noise is found again, and trackers take it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail import reference
from boxtrail.benchmarks import CachedSequence
from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation import SequenceRows
from boxtrail.reference.motion_model import MODELS, motion_model
from boxtrail.trackers import TRACKERS, create_tracker
from boxtrail.tuning import calibrate_kalman, tune
from boxtrail.tuning.kalman import FAMILIES
from tuning_scenes import scenes

FloatArray = NDArray[np.float64]

# Standard deviations a frame, in pixels (ratios: none), of centre x, y and of the two numbers for the size.
MEASURED = {
    "ah": (4.0, 3.0, 0.01, 5.0),
    "wh": (4.0, 3.0, 2.0, 5.0),
    "sr": (4.0, 3.0, 300.0, 0.01),
    "hr": (4.0, 3.0, 5.0, 0.01),
}
POSITION = {
    "ah": (1.0, 0.8, 2e-3, 0.5),
    "wh": (1.0, 0.8, 0.6, 0.5),
    "sr": (1.0, 0.8, 30.0, 2e-3),
    "hr": (1.0, 0.8, 0.5, 2e-3),
}
VELOCITY = {
    "ah": (0.8, 1.0, 2e-3, 0.3),
    "wh": (0.8, 1.0, 0.4, 0.3),
    "sr": (0.8, 1.0, 20.0, 0.0),
    "hr": (0.8, 1.0, 0.3, 2e-3),
}
START = {
    "ah": (0.0, 0.0, 0.5, 400.0),
    "wh": (0.0, 0.0, 200.0, 400.0),
    "sr": (0.0, 0.0, 80_000.0, 0.5),
    "hr": (0.0, 0.0, 400.0, 0.5),
}


def made_up(family: str, *, num_tracks: int = 1200, num_frames: int = 20) -> CachedSequence:
    """Short tracks, far apart, that move and are seen exactly as the filter believes.

    Short, so that sizes stay near where they began and a share of the height is the same number of pixels all along.
    """
    model, code = MODELS[family], MODELS[family].code.value
    rng = np.random.default_rng(3)
    state = np.tile(START[code], (num_tracks, 1)).astype(np.float64)
    state[:, 0] += 3000.0 * np.arange(num_tracks)
    speed = np.zeros((num_tracks, 4))
    truths, detections = [], []
    for _ in range(num_frames):
        truths.append(boxes(model, state))
        detections.append(boxes(model, state + rng.normal(size=state.shape) * MEASURED[code]))
        state = state + speed + rng.normal(size=state.shape) * POSITION[code]
        speed = speed + rng.normal(size=state.shape) * VELOCITY[code]
    rows = np.concatenate(detections)
    truth = SequenceRows(
        frames=np.repeat(np.arange(1, num_frames + 1), num_tracks),
        ids=np.tile(np.arange(1, num_tracks + 1), num_frames),
        shapes=np.concatenate(truths),
    )
    return CachedSequence(
        "made-up", num_frames, 30.0, None,
        np.column_stack([rows, np.full(len(rows), 0.9), np.zeros(len(rows))]),
        np.arange(num_frames + 1) * num_tracks, truth=truth,
    )  # fmt: skip


def boxes(model: Any, state: FloatArray) -> FloatArray:
    sizes = np.array([model.decode(float(row[2]), float(row[3])) for row in state])
    return np.column_stack([state[:, :2] - sizes / 2.0, state[:, :2] + sizes / 2.0])


def deviations(family: str, kind: str, values: tuple[float, ...]) -> FloatArray:
    """What the values of a family mean for boxes of 200 × 400 pixels."""
    noise = getattr(MODELS[family], kind)
    return np.sqrt(
        [replace(term, value=value).variance(200.0, 400.0) for term, value in zip(noise, values, strict=True)]
    )


@pytest.mark.parametrize("family", MODELS)
def test_known_noise_is_found_within_a_tenth(family: str) -> None:
    found = calibrate_kalman([made_up(family)], family)
    code = MODELS[family].code.value
    for kind, truth in (
        ("measurement", MEASURED),
        ("process_position", POSITION),
        ("process_velocity", VELOCITY),
    ):
        values = deviations(family, kind, getattr(found, kind))
        assert values == pytest.approx(np.array(truth[code]), rel=0.1, abs=1e-9), kind
    assert found.initial_position == found.measurement
    assert found.num_steps == 1200 * 18


def test_boxes_drawn_between_key_frames_have_no_noise_of_position() -> None:
    key = np.cumsum(np.random.default_rng(1).normal(0.0, 20.0, 40))
    x = np.interp(np.arange(390), np.arange(40) * 10, key)
    rows = np.column_stack([x, np.zeros(390), x + 50.0, np.full(390, 100.0)])
    truth = SequenceRows(frames=np.arange(1, 391), ids=np.ones(390, dtype=np.int64), shapes=rows)
    seen = np.column_stack([rows, np.ones(390), np.zeros(390)])
    sequence = CachedSequence("drawn", 390, 30.0, None, seen, np.arange(391), truth=truth)
    found = calibrate_kalman([sequence], "XYWH")
    assert found.process_position == pytest.approx((0.0, 0.0, 0.0, 0.0), abs=1e-6)
    assert found.process_velocity[0] > 0.0
    assert found.process_velocity[1:] == (0.0, 0.0, 0.0)
    create_tracker("botsort", kalman_noise=found.option())


def test_a_detector_that_is_always_off_by_the_same_has_no_noise() -> None:
    (sequence,) = (made_up("XYWH", num_tracks=50),)
    truth = np.asarray(sequence.truth.shapes)
    off = np.column_stack([truth + np.array([3.0, 0.0, 3.0, 0.0]), np.ones(len(truth)), np.zeros(len(truth))])
    found = calibrate_kalman([replace(sequence, detections=off)], "XYWH")
    assert found.measurement == pytest.approx((0.0, 0.0, 0.0, 0.0), abs=1e-3)  # 3 of 200 pixels are 0.015
    assert min(found.measurement) > 0.0


def test_every_tracker_with_a_filter_is_known_by_the_family_of_its_filter() -> None:
    assert set(FAMILIES) == set(TRACKERS) - {"sfsort"}
    for name, family in FAMILIES.items():
        options = create_tracker(name)._backend_options
        stream = reference.make_stream(TRACKERS[name].__name__, oriented=False, **options)
        model = stream._make().model
        assert replace(model, aspect_epsilon=0.0) == motion_model(family), name


def test_noise_changes_what_a_tracker_reports_in_both_languages() -> None:
    noise = {"measurement": [1e-4] * 4}
    sequence = scenes(1)[0]
    boxes = []
    for backend in ("cpp", "python"):
        for options in ({}, {"kalman_noise": noise}):
            tracker = create_tracker("bytetrack", backend, **options)
            tracks = [tracker.update(sequence.detections[:8]), tracker.update(sequence.detections[8:16])][1]
            boxes.append(np.asarray(tracks)[:, :4])
    assert boxes[0] == pytest.approx(boxes[2], abs=1e-6)
    assert boxes[1] == pytest.approx(boxes[3], abs=1e-6)
    assert len(boxes[0])
    assert np.abs(boxes[0] - boxes[1]).max() > 0.1


def test_a_tracker_with_other_noise_is_saved_and_restored() -> None:
    import json
    import pickle

    tracker = create_tracker("sort", kalman_noise={"measurement": (1.0, 2.0, 3.0, 4.0)})
    tracker.update([[0.0, 0.0, 10.0, 20.0, 0.9, 0.0]])
    again = create_tracker("sort", kalman_noise={"measurement": [1.0, 2.0, 3.0, 4.0]})
    again.load_state_dict(json.loads(json.dumps(tracker.state_dict())))
    assert pickle.loads(pickle.dumps(tracker)).options == again.options == tracker.options


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        ([1.0] * 4, "must map measurement"),
        ({"measurements": [1.0] * 4}, "has no 'measurements'; there are measurement"),
        ({"measurement": [1.0] * 3}, "must be four numbers above 0"),
        ({"measurement": [1.0, 1.0, 1.0, 0.0]}, "must be four numbers above 0"),
        ({"process_position": [1.0, -1.0, 1.0, 1.0]}, "must be four numbers from 0 on"),
        ({"process_position": [1.0, float("nan"), 1.0, 1.0]}, "must be four numbers from 0 on"),
    ],
)
def test_wrong_noise_is_refused(noise: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        create_tracker("bytetrack", kalman_noise=noise)


def test_a_search_tries_the_calibrated_noise_and_keeps_it_if_it_is_better() -> None:
    pytest.importorskip("optuna")
    result = tune("bytetrack", scenes(), n_trials=16, workers=1, calibrate_kf=True, progress=False)
    first, second = result.trials[:2]
    assert "kalman_noise" not in first.options
    assert second.options == {
        **first.options,
        "kalman_noise": calibrate_kalman(scenes(), "bytetrack").option(),
    }
    assert result.best.params["calibrated_kf"] is ("kalman_noise" in result.best_options)
    create_tracker("bytetrack", **result.best_options)


def test_too_little_or_the_wrong_kind_of_truth_is_said() -> None:
    sequence = scenes(1)[0]
    with pytest.raises(ConfigError, match="'sfsort' has no Kalman filter to calibrate"):
        calibrate_kalman([sequence], "sfsort")
    with pytest.raises(InvalidInputError, match="needs upright boxes with ground truth"):
        calibrate_kalman([replace(sequence, truth=None)], "XYAH")
    short = replace(
        sequence, truth=SequenceRows(frames=np.array([1]), ids=np.array([1]), shapes=np.ones((1, 4)))
    )
    with pytest.raises(InvalidInputError, match="too little to calibrate"):
        calibrate_kalman([short], "XYAH")
