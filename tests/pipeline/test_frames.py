"""What a run yields, frame by frame."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail import create_tracker
from boxtrail.errors import ConfigError, DetectorError
from boxtrail.pipeline import Boxtrail, track
from boxtrail.results import TrackResults
from run_traces import boxtrail_threads, num_video_frames
from square_video import NUM_FRAMES, CoastingTracker, square_detector

Image = NDArray[np.uint8]


def embed(image: Image, detections: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.eye(4, dtype=np.float32)[: len(detections)]


def test_a_run_that_saves_is_done_when_track_returns(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    run = model.track(clip, save=True, save_txt=True, out_dir=tmp_path)

    assert run.finished
    assert num_video_frames(tmp_path / "square.mp4") == NUM_FRAMES
    assert len((tmp_path / "square.txt").read_text().splitlines()) == 2 * NUM_FRAMES
    assert run.summary.files == (tmp_path / "square.mp4", tmp_path / "square.txt")
    assert boxtrail_threads() == []


def test_a_run_that_saves_nothing_waits_until_it_is_iterated(clip: Path) -> None:
    seen: list[int] = []

    def detector(image: Image) -> list[list[float]]:
        seen.append(1)
        return square_detector(image)

    run = Boxtrail(detector, CoastingTracker()).track(clip)
    assert not seen
    frames = iter(run)
    next(frames)
    assert len(seen) == 1


def test_stream_makes_a_run_that_saves_wait_too(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    run = model.track(clip, save_txt=True, out_dir=tmp_path, stream=True)
    assert not run.finished
    assert sum(1 for _ in run) == NUM_FRAMES
    assert (tmp_path / "square.txt").exists()


def test_the_summary_of_a_run_nobody_iterated_runs_it(model: Boxtrail, clip: Path) -> None:
    assert model.track(clip).summary.frames == NUM_FRAMES


def test_detections_and_embeddings_lie_beside_the_tracks_they_made(clip: Path) -> None:
    run = Boxtrail(square_detector, CoastingTracker(), embedder=embed).track(clip, num_frames=3)
    for frame in run:
        assert frame.tracks.id.tolist() == [7, 9]
        assert frame.detections.shape == (2, 6)
        np.testing.assert_array_equal(frame.detections[0, :4], frame.tracks[0, :4])
        np.testing.assert_array_equal(frame.detections[1], np.zeros(6))
        np.testing.assert_array_equal(frame.embeddings, [[0, 1, 0, 0], [0, 0, 0, 0]])


def test_without_an_embedder_the_embeddings_have_no_columns(model: Boxtrail, clip: Path) -> None:
    assert [frame.embeddings.shape for frame in model.track(clip, num_frames=2)] == [(2, 0), (2, 0)]


def test_a_frame_without_detections_still_yields_rows_for_coasting_tracks(clip: Path) -> None:
    class OnlyCoasting(CoastingTracker):
        def update(self, dets: Any, *args: Any, **options: Any) -> TrackResults:
            return TrackResults([[5, 5, 9, 9, 9, 0.5, 1, -1]])

    frame = next(iter(Boxtrail(lambda image: None, OnlyCoasting()).track(clip)))
    np.testing.assert_array_equal(frame.detections, np.zeros((1, 6)))


def test_a_stride_of_five_tracks_every_fifth_frame(clip: Path) -> None:
    tracker = CoastingTracker()
    frames = list(Boxtrail(square_detector, tracker).track(clip, stride=5, start_frame=2))
    assert [frame.frame_idx for frame in frames] == [2, 7, 12, 17, 22]
    assert tracker.timestamps == pytest.approx([index / 12.0 for index in (2, 7, 12, 17, 22)])


def test_a_named_tracker_is_told_the_rate_of_the_frames_it_gets(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: list[float] = []

    def note(*args: Any, frame_rate: float, **options: Any) -> Any:
        rates.append(frame_rate)
        return create_tracker(*args, frame_rate=frame_rate, **options)

    monkeypatch.setattr("boxtrail.tracker_choice.create_tracker", note)
    model = Boxtrail(square_detector, "bytetrack:python")
    assert model.track(clip, stride=3, num_frames=2).summary.frames == 2
    assert rates[-1] == pytest.approx(4.0)


def test_each_run_of_a_named_tracker_starts_with_new_ids(clip: Path) -> None:
    model = Boxtrail(square_detector, "sort:python", min_hits=1)
    first, second = ([frame.tracks.id.tolist() for frame in model.track(clip)] for _ in range(2))
    assert first == second
    assert first[-1] == [1, 2]


def test_a_tracker_object_is_reset_before_a_run(clip: Path) -> None:
    tracker = CoastingTracker()
    model = Boxtrail(square_detector, tracker)
    model.track(clip, num_frames=1).finish()
    model.track(clip, num_frames=1).finish()
    assert tracker.num_resets == 2


def test_a_finished_run_can_be_iterated_again_with_its_images(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    run = model.track(clip, save_txt=True, out_dir=tmp_path, stride=4)
    replayed = list(run)
    fresh = list(model.track(clip, stride=4))
    assert [frame.frame_idx for frame in replayed] == [0, 4, 8, 12, 16, 20]
    for again, frame in zip(replayed, fresh, strict=True):
        np.testing.assert_array_equal(again.tracks, frame.tracks)
        np.testing.assert_array_equal(again.detections, frame.detections)
        np.testing.assert_array_equal(again.image, frame.image)


def test_two_loops_at_once_over_one_run_are_refused(model: Boxtrail, clip: Path) -> None:
    run = model.track(clip)
    first = iter(run)
    next(first)
    with pytest.raises(ConfigError, match="another loop"):
        iter(run)


def test_images_are_not_kept(model: Boxtrail, clip: Path) -> None:
    images: list[weakref.ref[Image]] = []
    for frame in model.track(clip):
        images.append(weakref.ref(frame.image))
    del frame
    gc.collect()
    assert len(images) == NUM_FRAMES
    assert sum(image() is not None for image in images) == 0


def test_track_takes_the_options_of_both(clip: Path, tmp_path: Path) -> None:
    run = track(clip, square_detector, "sort:python", min_hits=1, conf=0.85, save_txt=True, out_dir=tmp_path)
    assert run.summary.tracks == 1


def test_an_unknown_tracker_option_fails_before_any_run() -> None:
    with pytest.raises(ConfigError, match="max_age"):
        Boxtrail(square_detector, "sort:python", max_agee=3)


def test_options_beside_a_made_tracker_are_refused() -> None:
    with pytest.raises(ConfigError, match="min_hits cannot be given"):
        Boxtrail(square_detector, CoastingTracker(), min_hits=1)


def test_a_detector_that_gives_no_array_for_its_image_is_named(clip: Path) -> None:
    class Silent:
        names: Mapping[int, str] = MappingProxyType({})

        def __call__(self, images: Any, frame_indices: Any = None) -> list[Any]:
            return []

        def reset(self) -> None:
            pass

    with pytest.raises(DetectorError, match="Silent gave 0 arrays"):
        Boxtrail(Silent(), CoastingTracker()).track(clip).finish()


def test_motion_and_bytetrack_follow_the_square_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, (320, 240))
    noise = np.random.default_rng(0).integers(60, 80, (240, 320, 3), dtype=np.uint8)
    for index in range(50):
        image = noise.copy()
        if index > 8:
            image[80:160, 5 * index : 5 * index + 40] = (30, 220, 240)
        writer.write(image)
    writer.release()

    ids = [frame.tracks.id.tolist() for frame in Boxtrail(tracker="bytetrack:python").track(path)]
    assert ids[20:] == [[1]] * 30
