"""The pipeline: what a run yields, what it writes, how it ends."""

from __future__ import annotations

import csv
import gc
import json
import re
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail import create_tracker
from boxtrail.engine import Engine
from boxtrail.errors import ConfigError, DetectorError, SinkError, SourceError
from boxtrail.io.frame import Frame
from boxtrail.output_files import OutputFiles
from boxtrail.pipeline import Boxtrail, track
from boxtrail.results import TrackResults
from boxtrail.run import Run
from square_video import NUM_FRAMES, CoastingTracker, square_detector, square_video

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return square_video(tmp_path_factory.mktemp("clip") / "square.mp4")


def embed(image: Image, detections: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.eye(4, dtype=np.float32)[: len(detections)]


@pytest.fixture
def model() -> Boxtrail:
    return Boxtrail(square_detector, CoastingTracker())


def num_video_frames(path: Path) -> int:
    capture, count = cv2.VideoCapture(str(path)), 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


def boxtrail_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("boxtrail")]


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

    monkeypatch.setattr("boxtrail.pipeline.create_tracker", note)
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


def test_leaving_the_loop_leaves_readable_partial_files_and_no_thread(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    for frame in model.track(clip, save=True, save_csv=True, out_dir=tmp_path, stream=True):
        if frame.frame_idx == 9:
            break

    assert sorted(path.name for path in tmp_path.iterdir()) == ["square.partial.csv", "square.partial.mp4"]
    assert num_video_frames(tmp_path / "square.partial.mp4") == 10
    with (tmp_path / "square.partial.csv").open() as file:
        assert len(list(csv.reader(file))) == 1 + 2 * 10
    assert boxtrail_threads() == []


def test_stop_ends_the_run_with_complete_files(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    run = model.track(clip, save_txt=True, out_dir=tmp_path, stream=True)
    for frame in run:
        if frame.frame_idx == 9:
            run.stop()
    assert run.summary.complete
    assert run.summary.frames == 10
    assert [path.name for path in tmp_path.iterdir()] == ["square.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_run_leaves_what_it_had(
    clip: Path, tmp_path: Path, failure: type[BaseException]
) -> None:
    calls: list[int] = []

    def detector(image: Image) -> list[list[float]]:
        calls.append(1)
        if len(calls) == 8:
            raise failure
        return square_detector(image)

    run = Boxtrail(detector, CoastingTracker()).track(
        clip, save=True, save_txt=True, save_annotation=True, out_dir=tmp_path, stream=True
    )
    with pytest.raises(failure):
        run.finish()

    assert not run.summary.complete
    assert run.summary.frames == 7
    assert num_video_frames(tmp_path / "square.partial.mp4") == 7
    assert len((tmp_path / "square.partial.txt").read_text().splitlines()) == 14
    assert json.loads((tmp_path / "square.partial.json").read_text())["framesCount"] > 0
    assert all(".partial" in path.name for path in tmp_path.iterdir())
    assert set(run.summary.files) <= set(tmp_path.iterdir())
    assert boxtrail_threads() == []


class Camera:
    """A live source without an end."""

    name, fps, num_frames, is_live = "camera0", 10.0, None, True
    closed = False

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        while True:
            yield Frame(np.full((64, 96, 3), 200, np.uint8), index, index / 10.0)
            index += 1

    def close(self) -> None:
        self.closed = True


def camera_run(files: OutputFiles, detector: Callable[[Image], Any] = square_detector) -> tuple[Run, Camera]:
    camera = Camera()
    model = Boxtrail(detector, CoastingTracker())
    return Run(camera, Engine(model.detector, CoastingTracker()), files, reopen=Camera), camera


def test_leaving_the_loop_over_a_camera_completes_its_files(tmp_path: Path) -> None:
    run, camera = camera_run(OutputFiles(save_txt=True, out_dir=tmp_path))
    for frame in run:
        if frame.frame_idx == 3:
            break
    assert [path.name for path in tmp_path.iterdir()] == ["camera0.txt"]
    assert run.summary.complete
    assert camera.closed


def test_inside_the_loop_over_a_camera_the_summary_tells_what_there_is(tmp_path: Path) -> None:
    run, _ = camera_run(OutputFiles())
    counts = []
    for _ in run:
        counts.append(run.summary.frames)
        if len(counts) == 3:
            break
    assert counts == [1, 2, 3]


def test_a_camera_cannot_be_iterated_again() -> None:
    run, _ = camera_run(OutputFiles())
    for _ in run:
        break
    with pytest.raises(SourceError, match="camera0 is live"):
        next(iter(run))


def test_the_timings_make_up_the_wall_time(clip: Path, tmp_path: Path) -> None:
    model = Boxtrail(square_detector, CoastingTracker(), embedder=embed)
    timings = model.track(clip, save=True, out_dir=tmp_path).timings
    stages = timings.read + timings.detect + timings.embed + timings.track + timings.write + timings.caller
    assert timings.frames == NUM_FRAMES
    assert 0.3 * timings.wall < stages <= timings.wall
    assert 0.0 < timings.track_share < 1.0
    assert timings.fps == pytest.approx(NUM_FRAMES / timings.wall)
    assert min(timings.detect, timings.embed, timings.track, timings.write) > 0.0


def test_summary_and_timings_fit_json(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    told = json.loads(json.dumps(model.track(clip, save_txt=True, out_dir=tmp_path).to_dict()))
    assert told["summary"]["frames"] == told["timings"]["frames"] == NUM_FRAMES
    assert told["summary"]["files"] == [str(tmp_path / "square.txt")]


def test_the_summary_counts_tracks_by_class_name(model: Boxtrail, clip: Path) -> None:
    model.detector.names[0] = "square"  # type: ignore[index]
    summary = model.track(clip).summary
    assert summary.tracks == 2
    assert summary.tracks_by_class == {"class 1": 1, "square": 1}
    assert str(summary).startswith("square: 24 frames, 2 tracks (1 class 1, 1 square) in ")


def test_runs_get_folders_of_their_own(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    for _ in range(3):
        model.track(clip, save_txt=True, project=tmp_path / "runs", num_frames=2)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["square", "square-2", "square-3"]


def test_a_save_option_can_be_a_path(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    model.track(clip, save_csv=tmp_path / "deep" / "mine.csv", num_frames=2)
    assert (tmp_path / "deep" / "mine.csv").exists()


def test_a_folder_that_cannot_be_made_is_named(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="file"):
        model.track(clip, save_txt=True, out_dir=tmp_path / "file")


def test_frames_save_themselves_in_a_loop(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    for frame in model.track(clip):
        frame.save_csv(tmp_path / "tracks.csv")
        if frame.frame_idx % 2:
            frame.save_vid(tmp_path / "odd.mp4")
    assert len((tmp_path / "tracks.csv").read_text().splitlines()) == 1 + 2 * NUM_FRAMES
    assert num_video_frames(tmp_path / "odd.mp4") == NUM_FRAMES // 2


def test_a_frame_cannot_be_saved_after_its_run(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    frames = list(model.track(clip, num_frames=2))
    with pytest.raises(SinkError, match="inside its loop"):
        frames[0].save_csv(tmp_path / "late.csv")


def test_showing_without_a_display_says_so(
    model: Boxtrail, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SinkError, match="no display"):
        model.track(clip, show=True)
    with pytest.raises(SinkError, match="no display"):
        next(iter(model.track(clip))).show()


def test_the_window_can_end_the_run(
    model: Boxtrail, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def show(image: Image, title: str) -> bool:
        shown.append(title)
        return len(shown) < 5

    monkeypatch.setattr("boxtrail.frame_outputs.show_image", show)
    run = model.track(clip, show=True, save_txt=True, out_dir=tmp_path)
    assert run.summary.frames == 5
    assert run.summary.complete
    assert shown[0] == "boxtrail: square"


def test_track_takes_the_options_of_both(clip: Path, tmp_path: Path) -> None:
    run = track(clip, square_detector, "sort:python", min_hits=1, conf=0.85, save_txt=True, out_dir=tmp_path)
    assert run.summary.tracks == 1


def test_the_progress_bar_is_silent_where_there_is_no_terminal(
    model: Boxtrail, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.track(clip, progress=True).finish()
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_the_progress_bar_counts_frames_and_tracks(
    model: Boxtrail, clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    model.track(clip, progress=True).finish()
    out, err = capsys.readouterr()
    assert not out
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", err)
    assert re.search(r"square .*24/24 +[\d.]+ fps +2 tracks", plain)


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
