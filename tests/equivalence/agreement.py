"""What it means that two trackers agree: same ids, rows and det_ind, boxes within 1e-6 px."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from boxtrail import TrackResults, create_tracker
from boxtrail.trackers import Tracker
from strategies import Frame, Scenario

TOLERANCE = 1e-6  # pixels


def both(tracker: str, **options: Any) -> tuple[Tracker, Tracker]:
    """The compiled tracker and the reference, with the same options."""
    return create_tracker(tracker, "cpp", **options), create_tracker(tracker, "python", **options)


def step(tracker: Tracker, frame: Frame) -> TrackResults:
    """Show one frame."""
    return tracker.update(frame.dets, embs=frame.embs, warp=frame.warp, timestamp=frame.timestamp)


def assert_same_rows(fast: TrackResults, slow: TrackResults) -> None:
    """The same rows; only the boxes may differ, by rounding."""
    assert fast.shape == slow.shape
    assert fast.id.tolist() == slow.id.tolist()
    assert fast.det_ind.tolist() == slow.det_ind.tolist()
    assert fast.cls.tolist() == slow.cls.tolist()
    assert fast.conf.tolist() == slow.conf.tolist()
    assert_allclose(fast, slow, rtol=0, atol=TOLERANCE)


def assert_same_tracks(fast: Tracker, slow: Tracker) -> None:
    """The same live tracks, also those that are not reported."""
    assert len(fast.tracks) == len(slow.tracks)
    for ours, theirs in zip(fast.tracks, slow.tracks, strict=True):
        ours, theirs = asdict(ours), asdict(theirs)
        for name in ("box", "velocity"):
            assert_allclose(ours.pop(name), theirs.pop(name), rtol=1e-9, atol=TOLERANCE)
        assert ours == theirs


def assert_same_state(fast: dict[str, Any], slow: dict[str, Any]) -> None:
    """Saved states that say the same; a covariance may be saved in blocks or whole."""
    _assert_alike(_spread(fast), _spread(slow), "state")


def assert_same_record(fast: Tracker, slow: Tracker) -> None:
    """The same decisions for the same reasons, or none noted by either."""
    ours, theirs = fast._impl.record(), slow._impl.record()
    if ours is None or theirs is None:
        assert ours is theirs
        return
    assert ours["births"] == theirs["births"]
    assert ours["deaths"] == theirs["deaths"]
    assert sorted(ours["refusals"]) == sorted(theirs["refusals"])
    assert len(ours["stages"]) == len(theirs["stages"])
    for a, b in zip(ours["stages"], theirs["stages"], strict=True):
        for name in ("stage", "tracks", "detections", "matches"):
            assert a[name] == b[name], name
        assert_allclose(a["threshold"], b["threshold"], atol=TOLERANCE)
        # A similarity of nothing but rounding may be above zero on one side alone.
        one, other = ([pair for pair in s["candidates"] if pair[2] > TOLERANCE] for s in (a, b))
        assert [pair[:2] for pair in one] == [pair[:2] for pair in other]
        assert_allclose([pair[2] for pair in one], [pair[2] for pair in other], atol=TOLERANCE)


def assert_backends_agree(scenario: Scenario) -> None:
    """Run both and compare every frame, the live tracks and the saved state."""
    fast, slow = both(scenario.tracker, **scenario.options)
    for frame in scenario.frames:
        assert_same_rows(step(fast, frame), step(slow, frame))
        assert_same_tracks(fast, slow)
        assert_same_record(fast, slow)
    assert_same_state(fast.state_dict(), slow.state_dict())


def _spread(state: Any) -> Any:
    """The state with every Kalman covariance whole."""
    if isinstance(state, list):
        return [_spread(item) for item in state]
    if not isinstance(state, dict):
        return state
    if "variance" not in state:
        return {name: _spread(value) for name, value in state.items()}
    n, covariance = len(state["position"]), state["covariance"]
    if not covariance:
        pp, pv, vv = (np.diag(block) for block in np.reshape(state["variance"], (3, n)))
        covariance = np.block([[pp, pv], [pv, vv]]).ravel().tolist()
    return {"position": state["position"], "velocity": state["velocity"], "covariance": covariance}


def _assert_alike(a: Any, b: Any, where: str) -> None:
    assert type(a) is type(b), f"{where}: {a!r} and {b!r}"
    if isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for name in a:
            _assert_alike(a[name], b[name], f"{where}.{name}")
    elif isinstance(a, list):
        assert len(a) == len(b), where
        if a and all(isinstance(value, float) for value in a):
            assert_allclose(a, b, rtol=1e-9, atol=TOLERANCE, err_msg=where)
        else:
            for index, (left, right) in enumerate(zip(a, b, strict=True)):
                _assert_alike(left, right, f"{where}[{index}]")
    elif isinstance(a, float):
        assert_allclose(a, b, rtol=1e-9, atol=TOLERANCE, err_msg=where)
    else:
        assert a == b, where
