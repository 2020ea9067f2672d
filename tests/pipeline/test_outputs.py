"""What a run writes, shows and tells beside its frames."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import SinkError
from boxtrail.pipeline import Boxtrail
from run_traces import num_video_frames
from square_video import NUM_FRAMES, CoastingTracker, square_detector

Image = NDArray[np.uint8]


def embed(image: Image, detections: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.eye(4, dtype=np.float32)[: len(detections)]


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
