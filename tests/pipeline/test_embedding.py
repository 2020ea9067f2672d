"""A run that embeds: in a thread beside detection and tracking, with the same tracks and the same errors."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail import create_tracker
from boxtrail.errors import ConfigError, DetectorError, EmbedderError, InvalidDetectionsError
from boxtrail.one_ahead import one_ahead
from boxtrail.pipeline import Boxtrail
from boxtrail.reid.histogram import HistogramEmbedder
from run_traces import boxtrail_threads
from square_video import NUM_FRAMES, CoastingTracker, square_detector

Image = NDArray[np.uint8]


class Watched:
    """Embeds by the mean colour; notes in which thread, and can fail or wait at a frame."""

    dim = 8

    def __init__(self, *, fail_at: int | None = None) -> None:
        self.threads: set[str] = set()
        self.calls, self.boxes = 0, 0
        self._fail_at = fail_at

    def embed(self, frames: Any, boxes: Any, **_: Any) -> Any:
        if isinstance(frames, list):
            return [self.embed(frame, rows) for frame, rows in zip(frames, boxes, strict=True)]
        self.threads.add(threading.current_thread().name)
        self.calls, self.boxes = self.calls + 1, self.boxes + len(boxes)
        if self.calls - 1 == self._fail_at:
            raise RuntimeError(f"no looks in call {self._fail_at}")
        return np.eye(self.dim, dtype=np.float32)[np.asarray(boxes)[:, -1].astype(int)]


def rows_of(model: Boxtrail, clip: Path, **options: Any) -> list[Any]:
    return [(frame.frame_idx, np.asarray(frame.tracks).tolist()) for frame in model.track(clip, **options)]


@pytest.mark.parametrize("tracker", ["botsort", "deepocsort", "strongsort"])
def test_looking_ahead_changes_no_track(clip: Path, tracker: str) -> None:
    ahead = Watched()
    model = Boxtrail(square_detector, tracker, reid=ahead, cmc_method="none", camera_motion="none")
    step_by_step = create_tracker(tracker, reid_weights=Watched(), cmc_method="none", frame_rate=12.0)
    tracks = rows_of(model, clip)
    expected = [
        (frame.frame_idx, np.asarray(step_by_step.update(square_detector(frame.image), frame.image)).tolist())
        for frame in Boxtrail(square_detector, CoastingTracker()).track(clip)
    ]
    assert len(tracks) == NUM_FRAMES
    assert tracks == expected
    assert all(name.startswith("boxtrail-embed") for name in ahead.threads)
    assert boxtrail_threads() == []


def test_ambiguity_is_judged_after_the_frame_before(clip: Path) -> None:
    embedder = Watched()
    model = Boxtrail(square_detector, "botsort", reid=embedder, camera_motion="none", only_ambiguous=True)
    run = model.track(clip).finish()
    assert embedder.boxes < 2 * NUM_FRAMES / 2
    assert embedder.threads == {threading.current_thread().name}
    assert run.timings.embed > 0.0


def test_only_detections_the_tracker_looks_at_are_embedded(clip: Path) -> None:
    embedder = Watched()
    Boxtrail(square_detector, "botsort", reid=embedder, camera_motion="none", track_high_thresh=0.85).track(
        clip
    ).finish()
    assert embedder.boxes == NUM_FRAMES  # one of two scores 0.9, the other 0.8


def test_frames_carry_the_embeddings_of_their_tracks(clip: Path) -> None:
    for frame in Boxtrail(square_detector, "botsort", reid=Watched(), camera_motion="none").track(clip):
        expected = np.eye(8, dtype=np.float32)[frame.tracks.cls]
        np.testing.assert_array_equal(frame.embeddings, expected)


def test_an_error_of_the_embedder_comes_at_its_frame_and_leaves_partial_files(
    clip: Path, tmp_path: Path
) -> None:
    model = Boxtrail(square_detector, "botsort", reid=Watched(fail_at=5), camera_motion="none")
    run = model.track(clip, save_txt=True, out_dir=tmp_path, stream=True)
    seen = []
    with pytest.raises(RuntimeError, match="no looks in call 5"):
        seen.extend(frame.frame_idx for frame in run)
    assert seen == [0, 1, 2, 3, 4]
    assert [path.name for path in run.summary.files] == ["square.partial.txt"]
    assert not run.summary.complete
    assert boxtrail_threads() == []


@pytest.mark.parametrize("fault", ["raises", "a score of 7"])
def test_an_error_of_the_detector_comes_at_its_frame_too(clip: Path, fault: str) -> None:
    calls = 0

    def detector(image: Image) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            if fault == "raises":
                raise DetectorError("out of order")
            return [[0.0, 0.0, 9.0, 9.0, 7.0, 0.0]]
        return square_detector(image)

    seen = []
    run = Boxtrail(detector, "botsort", reid=Watched(), camera_motion="none").track(clip)
    with pytest.raises((DetectorError, InvalidDetectionsError), match=r"out of order|outside \[0, 1\]"):
        seen.extend(frame.frame_idx for frame in run)
    assert seen == [0, 1, 2]
    assert boxtrail_threads() == []


def test_ctrl_c_in_the_detector_ends_the_run_at_once_and_its_thread(clip: Path) -> None:
    calls = 0

    def detector(image: Image) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return square_detector(image)

    run = Boxtrail(detector, "botsort", reid=Watched(), camera_motion="none").track(clip)
    with pytest.raises(KeyboardInterrupt):
        run.finish()
    assert run.summary.frames == 2  # the third was detected, and not yet tracked
    assert boxtrail_threads() == []


def test_leaving_or_stopping_a_run_ends_its_thread(clip: Path) -> None:
    model = Boxtrail(square_detector, "botsort", reid=Watched(), camera_motion="none")
    for _ in model.track(clip):
        break
    assert boxtrail_threads() == []
    run = model.track(clip)
    for frame in run:
        if frame.frame_idx == 3:
            run.stop()
    assert run.summary.frames == 4
    assert run.summary.complete
    assert boxtrail_threads() == []


def test_timings_tell_what_was_waited_for_and_what_ran_beside(clip: Path) -> None:
    timings = Boxtrail(square_detector, "botsort", reid="histogram", camera_motion="none").track(clip).timings
    stages = timings.read + timings.detect + timings.embed + timings.track + timings.write + timings.caller
    assert 0.0 < stages <= timings.wall
    assert timings.embed_work > 0.0
    assert json.loads(json.dumps(timings.to_dict()))["embed_work"] == timings.embed_work


def test_a_tracker_that_was_made_with_an_embedder_uses_it(clip: Path) -> None:
    embedder = Watched()
    tracker = create_tracker("botsort", reid_weights=embedder, cmc_method="none")
    Boxtrail(square_detector, tracker, camera_motion="none").track(clip).finish()
    assert embedder.calls == NUM_FRAMES


def test_any_other_tracker_gets_embeddings_of_all(clip: Path) -> None:
    given: list[Any] = []

    class Curious(CoastingTracker):
        def update(self, dets: Any, img: Any = None, embs: Any = None, **options: Any) -> Any:
            given.append(embs)
            return super().update(dets, img, embs, **options)

    Boxtrail(square_detector, Curious(), reid=Watched()).track(clip).finish()
    assert [rows.any(axis=1).tolist() for rows in given] == [[True, True]] * NUM_FRAMES


def test_a_tracker_without_appearance_embeds_nothing_unless_the_run_needs_it(
    clip: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = Watched()
    model = Boxtrail(square_detector, "bytetrack", reid=embedder)
    assert [frame.embeddings.shape[1] for frame in model.track(clip)] == [0] * NUM_FRAMES
    assert embedder.calls == 0
    assert caplog.messages == ["ByteTrack does not look at appearance: reid embeds nothing"]
    pytest.importorskip("scipy")
    run = model.track(clip, postprocess="gta", save_txt=True, out_dir=tmp_path)
    assert run.summary.complete
    assert embedder.boxes == run.summary.boxes
    assert len(caplog.messages) == 1  # of the first run


def test_two_ways_to_say_how_detections_look_are_one_too_many() -> None:
    with pytest.raises(ConfigError, match="give one of them"):
        Boxtrail(square_detector, "botsort", reid="histogram", embedder=lambda image, rows: rows)


def test_wrong_weights_are_told_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="nowhere"):
        Boxtrail(square_detector, "botsort", reid=tmp_path / "osnet_x1_0_nowhere.pt")


def test_classes_are_embedded_by_the_names_of_the_detector(clip: Path) -> None:
    squares = Watched()

    class Named:
        def __init__(self) -> None:
            self.names = {0: "square", 1: "bar"}

        def __call__(self, images: Any, *_: Any) -> Any:
            return [np.array(square_detector(image)) for image in images]

        def reset(self) -> None:
            pass

    Boxtrail(Named(), "botsort", reid={"square": squares}, camera_motion="none").track(clip).finish()
    assert squares.boxes == NUM_FRAMES


def test_the_first_item_is_handed_out_when_the_second_was_begun() -> None:
    begun: list[int] = []

    def begin() -> int | None:
        begun.append(len(begun))
        return begun[-1] if len(begun) <= 3 else None

    handed = []
    for item in one_ahead(begin):
        handed.append((item, len(begun)))
    assert handed == [(0, 2), (1, 3), (2, 4)]


def test_histograms_run_through_the_whole_pipeline(clip: Path) -> None:
    frames = list(Boxtrail(square_detector, "deepsort", reid="histogram").track(clip, num_frames=6))
    assert frames[-1].embeddings.shape == (2, HistogramEmbedder().dim)
    assert frames[-1].tracks.id.tolist() == [1, 2]
