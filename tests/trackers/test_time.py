"""Irregular time, durations in seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.trackers import Tracker
from tracker_options import ONE_FRAME_LATE

Make = Callable[..., Tracker]
BOX = [100.0, 50.0, 140.0, 150.0, 0.9, 0.0]


def walker(seconds: float, speed: float = 60.0) -> list[list[float]]:
    x = 100.0 + speed * seconds
    return [[x, 50.0, x + 40.0, 150.0, 0.9, 0.0]]


def test_steps_of_one_frame_give_every_bit_of_the_fixed_step(eager: Make) -> None:
    fixed, timed = eager(), eager(variable_dt=True, frame_rate=32.0)  # 1/32 s is an exact number
    for t in range(20):
        dets = walker(t / 32.0) if t % 7 else []
        assert timed.update(dets, timestamp=t / 32.0).tolist() == fixed.update(dets).tolist()
    assert timed.tracks[0].box.tolist() == fixed.tracks[0].box.tolist()


def test_a_track_is_predicted_over_the_time_that_really_passed(make: Make, name: str) -> None:
    if name == "sfsort":
        pytest.skip("SFSORT predicts nothing")
    tracker = make(30, variable_dt=True, frame_rate=10.0)
    for t in range(20):
        tracker.update(walker(t / 10.0), timestamp=t / 10.0)
    tracker.update([], timestamp=2.9)  # a second later, ten frames
    track = tracker.tracks[0]
    assert track.box[0] == pytest.approx(100.0 + 60.0 * 2.9, abs=3.0)
    assert track.misses == 1
    assert track.velocity[0] == pytest.approx(6.0, abs=0.3)


def test_without_variable_dt_timestamps_are_ignored(make: Make) -> None:
    tracker, other = make(), make()
    for t in range(4):
        rows = tracker.update(walker(t / 30.0), timestamp=100.0 - t)
        assert rows.tolist() == other.update(walker(t / 30.0)).tolist()


def test_the_other_name_of_the_timestamp_works(make: Make) -> None:
    tracker, other = make(variable_dt=True), make(variable_dt=True)
    for t in (0.0, 0.1, 0.15):
        assert tracker.update([BOX], timestamp_s=t).tolist() == other.update([BOX], timestamp=t).tolist()


@pytest.mark.parametrize("second", [1.0, 0.5, -3.0])
def test_time_that_does_not_go_forward_is_refused(make: Make, second: float) -> None:
    tracker = make(variable_dt=True)
    tracker.update([BOX], timestamp=1.0)
    with pytest.raises(InvalidInputError, match="does not come after the last one, 1 s"):
        tracker.update([BOX], timestamp=second)


def test_variable_dt_needs_a_timestamp(make: Make) -> None:
    with pytest.raises(InvalidInputError, match="needs a timestamp"):
        make(variable_dt=True).update([BOX])


def test_reset_lets_time_begin_again(eager: Make) -> None:
    tracker = eager(variable_dt=True)
    tracker.update([BOX], timestamp=10.0)
    tracker.reset()
    assert len(tracker.update([BOX], timestamp=0.0)) == 1


@pytest.mark.parametrize(("duration", "frames"), [("1.0s", 10), ("0.5s", 5), ("0s", 0), (7, 7), (2.5, 2)])
def test_a_buffer_may_be_frames_or_seconds(make: Make, name: str, duration: str | float, frames: int) -> None:
    tracker = make(duration, frame_rate=10.0)
    for _ in range(3):
        tracker.update([BOX])
    lived = 0
    while tracker.tracks and lived < 50:
        tracker.update([])
        lived += 1
    late = 1 if name in ONE_FRAME_LATE else 0
    if name == "sfsort":  # lost in one frame, at the earliest removed in the next
        frames = max(frames, 1)
    assert lived == frames + 1 + late


def test_the_buffer_counts_time_and_not_frames_when_time_varies(make: Make, name: str) -> None:
    tracker = make("1.0s", frame_rate=10.0, variable_dt=True)
    for t in range(3):
        tracker.update([BOX], timestamp=t / 10.0)
    tracker.update([], timestamp=0.9)
    assert len(tracker.tracks) == 1
    tracker.update([], timestamp=1.9)
    if name in ONE_FRAME_LATE:  # an expired track goes one frame late
        tracker.update([], timestamp=2.0)
    assert tracker.tracks == []


@pytest.mark.parametrize("duration", ["1.0", "soon", "s", "-1s", "nans", "1 m", -1])
def test_a_duration_that_makes_no_sense_is_refused(make: Make, duration: str | int) -> None:
    with pytest.raises(ConfigError, match=r"track_buffer|max_age|central_timeout"):
        make(duration)


def test_the_frame_rate_has_its_short_name(backend: str) -> None:
    tracker = create_tracker("bytetrack", backend, fps=25)
    assert tracker.stream_config.frame_rate == 25
