"""Predicting on videos: ids, ranges of frames, sessions."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError, SourceError
from boxtrail.io.sources import open_source
from boxtrail.predict import ModelAPI, PredictionSession
from square_video import NUM_FRAMES, square_detector


def frames(model: ModelAPI, video: Path, **arguments: Any) -> list[int | None]:
    return [found.frame_index for found in model.predict(video, **arguments)]


def test_ids_are_those_of_the_tracker_itself(model: ModelAPI, video: Path) -> None:
    tracker = create_tracker("bytetrack", frame_rate=12.0)
    for found, frame in zip(model.predict(video, tracking="bytetrack"), open_source(video), strict=True):
        tracks = tracker.update(np.array(square_detector(frame.image)), frame.image)
        assert found.track_ids is not None
        assert sorted(found.track_ids.tolist()) == sorted(tracks.id.tolist())
        assert found.frame_index == frame.index


def test_boxes_stay_the_detectors(model: ModelAPI, video: Path) -> None:
    found = model.predict(video, tracking=True, start_frame=10, num_frames=1)[0]
    assert found.boxes.tolist() == [[70, 50, 90, 60], [30, 20, 46, 44]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, range(NUM_FRAMES)),
        ({"stride": 5}, range(0, NUM_FRAMES, 5)),
        ({"start_frame": 20}, range(20, NUM_FRAMES)),
        ({"start_frame": 3, "end_frame": 6}, range(3, 6)),
        ({"num_frames": 4, "stride": 2}, range(0, 8, 2)),
        ({"duration": 0.5}, range(6)),
        ({"start_frame": 5, "direction": "backward"}, range(5, -1, -1)),
        ({"start_frame": 9, "direction": "backward", "stride": 2, "num_frames": 3}, range(9, 3, -2)),
        ({"start_frame": 9, "end_frame": 6, "direction": "backward"}, range(9, 6, -1)),
        ({"start_frame": 99}, range(0)),
    ],
)
def test_every_setting_of_the_range_holds(
    model: ModelAPI, video: Path, asked: dict[str, Any], expected: range
) -> None:
    assert frames(model, video, **asked) == list(expected)
    assert len(model.predict_detached(video, **asked)) == len(expected)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stride": 0}, "stride must be at least 1"),
        ({"start_frame": 5, "end_frame": 5}, "must lie after"),
        ({"duration": 0}, "above 0"),
        ({"direction": "sideways"}, "forward or backward"),
        ({"direction": "backward", "start_frame": 3, "end_frame": 7}, "must lie before"),
    ],
)
def test_a_range_that_makes_no_sense_is_told(
    model: ModelAPI, video: Path, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        model.predict(video, **asked)


def test_the_image_of_a_frame_can_be_loaded_later(model: ModelAPI, video: Path) -> None:
    found = model.predict(video, start_frame=10, num_frames=1)[0]
    image = found.load_image()
    assert image[30, 38, 0] > 200  # red and blue changed places on the way to RGB
    assert image[30, 38, 2] < 100


def test_results_come_while_the_work_goes_on(video: Path) -> None:
    may_go_on = threading.Event()

    def waits(image: np.ndarray) -> list[list[float]]:
        assert may_go_on.wait(20) or image is None
        return square_detector(image)

    model = ModelAPI(detector=waits)
    with model.predict_detached(video, batch_size=1) as session:
        assert len(session) == NUM_FRAMES
        assert not session.is_done()
        with pytest.raises(TimeoutError):
            session.next(block=False)
        with pytest.raises(TimeoutError):
            session.next(timeout=0.01)
        may_go_on.set()
        assert session.next(timeout=120).frame_index == 0
        assert [found.frame_index for found in session] == list(range(1, NUM_FRAMES))
        assert session.is_done()
        assert session.progress()["current"] == session.progress()["total"] == NUM_FRAMES
        with pytest.raises(StopIteration):
            session.next()


def test_what_was_made_before_stopping_can_still_be_taken(video: Path) -> None:
    calls = []

    def counts(image: np.ndarray) -> list[list[float]]:
        calls.append(1)
        return square_detector(image)

    session = ModelAPI(detector=counts).predict_detached(video, batch_size=1)
    first = next(session)
    session.stop()
    rest = list(session)
    assert first.frame_index == 0
    assert [found.frame_index for found in rest] == list(range(1, len(rest) + 1))
    assert session.status()["message"] in ("Stopped", "Finished")


def test_an_error_comes_after_the_results_before_it(video: Path) -> None:
    def fails(image: np.ndarray) -> list[list[float]]:
        columns = np.flatnonzero(image[32, :, 1] > 120)
        if columns.min() > 20:
            raise RuntimeError("the model broke")
        return square_detector(image)

    session = ModelAPI(detector=fails).predict_detached(video, batch_size=1)
    taken = []
    with pytest.raises(Exception, match="the model broke"):
        taken.extend(session)
    assert len(taken) == 7
    assert "the model broke" in session.status()["error"]
    assert session.status()["message"] == "Error"


def test_the_final_result_of_a_tracked_video_is_its_annotation(model: ModelAPI, video: Path) -> None:
    with model.predict_detached(video, tracking=True, stride=2) as session:
        predictions = list(session)
    annotation = session.final_result["video_ann"]
    assert annotation["framesCount"] == NUM_FRAMES
    assert [frame["index"] for frame in annotation["frames"]] == [found.frame_index for found in predictions]
    for frame, found in zip(annotation["frames"], predictions, strict=True):
        assert [int(figure["trackId"]) for figure in frame["figures"]] == found.track_ids.tolist()


def test_two_videos_have_tracks_of_their_own(model: ModelAPI, video: Path) -> None:
    both = model.predict([video, video], tracking="bytetrack")
    assert [found.track_ids.tolist() for found in both[:NUM_FRAMES]] == [
        found.track_ids.tolist() for found in both[NUM_FRAMES:]
    ]


def test_sessions_at_once_do_not_mix(model: ModelAPI, video: Path) -> None:
    sessions = [model.predict_detached(video, tracking="ocsort", batch_size=1) for _ in range(4)]
    found = [[prediction.track_ids.tolist() for prediction in session] for session in sessions]
    assert found[1:] == found[:1] * 3
    alone = [prediction.track_ids.tolist() for prediction in model.predict(video, tracking="ocsort")]
    assert found[0] == alone


def test_thousands_of_results_wait_on_disk_in_order(tmp_path: Path) -> None:
    class Work:
        total = 3000
        message = "working"
        context: ClassVar[dict[str, Any]] = {}
        final_result = None

        def __iter__(self) -> Any:
            return iter(range(3000))

        def stop(self) -> None:
            """Nothing to do."""

    session = PredictionSession(Work())  # type: ignore[arg-type]
    while not session.is_done():
        session.wait(0.01)
    assert session.status()["pending"] == 3000
    assert list(session) == list(range(3000))  # type: ignore[comparison-overlap]


def test_a_broken_video_is_told(model: ModelAPI, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with pytest.raises(SourceError, match="cannot read video"):
        model.predict(broken)
