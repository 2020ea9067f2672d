"""Post-processing at the end of a run: which files change, and when."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, SinkError, SourceError
from boxtrail.frame_outputs import FrameOutputs
from boxtrail.io.frame import Frame
from boxtrail.pipeline import Boxtrail
from boxtrail.postprocessing import TrackTable, embeddings_of, interpolate, table_of
from boxtrail.results import TrackResults

SEEN = (0, 1, 2, 7, 8, 9)  # frames in which the tracker below reports its track


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten dark frames at 10 a second."""
    path = tmp_path_factory.mktemp("clip") / "dark.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (96, 64))
    for _ in range(10):
        writer.write(np.full((64, 96, 3), 40, np.uint8))
    writer.release()
    return path


class BlinkingTracker:
    """Track 4 walks two pixels a step, and is lost for a while."""

    def reset(self) -> None:
        self.step = -1

    def update(
        self, dets: Any, img: Any = None, embs: Any = None, *, timestamp: float | None = None
    ) -> TrackResults:
        self.step += 1
        if self.step not in SEEN:
            return TrackResults.empty()
        x = 2.0 * self.step
        return TrackResults([[x, 10, x + 20, 40, 4, 0.8, 0, 0]])


@pytest.fixture
def model() -> Boxtrail:
    return Boxtrail(lambda image: [[0, 0, 9, 9, 0.9, 0]], BlinkingTracker())


TEXT = {"save_txt": True, "save_csv": True, "save_json": True}


def test_the_text_files_hold_the_filled_gap_and_the_frames_and_summary_do_not(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    run = model.track(clip, **TEXT, save=True, out_dir=tmp_path, postprocess="linear")
    assert run.summary.boxes == 6
    assert [len(frame.tracks) for frame in run] == [frame in SEEN for frame in range(10)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dark.csv",
        "dark.jsonl",
        "dark.mp4",
        "dark.txt",
    ]

    mot = (tmp_path / "dark.txt").read_text().splitlines()
    assert mot == [f"{f + 1},4,{2 * f:.4f},10.0000,20.0000,30.0000,0.8000,-1,-1,-1" for f in range(10)]
    with (tmp_path / "dark.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["frame_index"]), float(row["timestamp"])) for row in rows] == [
        (f, f / 10) for f in range(10)
    ]
    assert [float(row["det_ind"]) for row in rows] == [0 if f in SEEN else -1 for f in range(10)]
    frames = [json.loads(line) for line in (tmp_path / "dark.jsonl").read_text().splitlines()]
    assert [len(frame["tracks"]) for frame in frames] == [1] * 10
    assert run.timings.postprocess > 0.0


def test_without_postprocessing_a_file_is_byte_for_byte_what_was_tracked(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    model.track(clip, save_json=tmp_path / "a.jsonl")
    # No gap is as long as the whole clip is short: nothing to fill in three frames.
    model.track(clip, save_json=tmp_path / "b.jsonl", num_frames=3, postprocess="linear")
    tracked = (tmp_path / "a.jsonl").read_text().splitlines()
    assert (tmp_path / "b.jsonl").read_text().splitlines() == tracked[:3]


def test_frames_a_stride_leaves_out_get_no_rows(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    run = model.track(clip, save_txt=tmp_path / "a.txt", stride=3, start_frame=1, postprocess="gsi")
    assert table_of(run).step == 3
    assert [int(row.split(",")[0]) for row in (tmp_path / "a.txt").read_text().splitlines()] == [2, 5, 8]


def test_an_interrupted_run_keeps_what_was_tracked(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    for frame in model.track(clip, save_txt=tmp_path / "a.txt", stream=True, postprocess="linear"):
        if frame.frame_idx == 8:
            break
    assert [path.name for path in tmp_path.iterdir()] == ["a.partial.txt"]
    assert len((tmp_path / "a.partial.txt").read_text().splitlines()) == 5


def test_a_run_that_is_stopped_is_complete_and_postprocessed(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    run = model.track(clip, save_txt=tmp_path / "a.txt", stream=True, postprocess="linear")
    for frame in run:
        if frame.frame_idx == 8:
            run.stop()
    assert len((tmp_path / "a.txt").read_text().splitlines()) == 9


def test_if_it_fails_the_rows_as_tracked_stay_under_the_partial_name(
    model: Boxtrail, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InvalidInputError("no good")

    monkeypatch.setattr("boxtrail.run_postprocessing.postprocess", fail)
    with pytest.raises(InvalidInputError, match="no good"):
        model.track(clip, save_txt=tmp_path / "a.txt", postprocess="linear")
    assert [path.name for path in tmp_path.iterdir()] == ["a.partial.txt"]
    assert len((tmp_path / "a.partial.txt").read_text().splitlines()) == 6


def test_if_writing_fails_no_file_gets_its_name(
    model: Boxtrail, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SinkError("disk full")

    monkeypatch.setattr(FrameOutputs, "rewrite", fail)
    with pytest.raises(SinkError, match="disk full"):
        model.track(clip, **TEXT, save=True, out_dir=tmp_path, postprocess="linear")
    assert all(".partial." in path.name for path in tmp_path.iterdir())


def test_a_run_without_tracks_or_with_nothing_but_oriented_ones_is_written(
    clip: Path, tmp_path: Path
) -> None:
    Boxtrail(lambda image: [], "bytetrack:python").track(clip, **TEXT, out_dir=tmp_path, postprocess="gsi")
    assert (tmp_path / "dark.txt").read_text() == ""
    assert len((tmp_path / "dark.jsonl").read_text().splitlines()) == 10
    detections = [[40, 30, 20, 10, 0.3, 0.9, 0]]
    Boxtrail(lambda image: detections, "bytetrack:python").track(
        clip, save_txt=tmp_path / "o.txt", postprocess="gsi"
    )
    assert TrackTable.from_mot(tmp_path / "o.txt").is_obb


def test_a_table_of_a_finished_run_can_be_postprocessed_by_hand(model: Boxtrail, clip: Path) -> None:
    tracks = table_of(model.track(clip))
    assert tracks.frames.tolist() == list(SEEN)
    assert interpolate(tracks).frames.tolist() == list(range(10))


def test_embeddings_of_a_run_are_aligned_with_its_table_and_reach_gta(clip: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")

    class Twice(BlinkingTracker):
        """The same, but the track comes back as number 5."""

        def update(self, *given: Any, **options: Any) -> TrackResults:
            rows = super().update(*given, **options)
            rows[:, 4] += self.step > 3
            return rows

    model = Boxtrail(
        lambda image: [[0, 0, 9, 9, 0.9, 0]],
        Twice(),
        embedder=lambda image, detections: np.ones((len(detections), 4), dtype=np.float32) / 2,
    )
    run = model.track(clip, save_txt=tmp_path / "a.txt", postprocess=["gta", "li"])
    assert table_of(run).ids.tolist() == [4, 4, 4, 5, 5, 5]
    assert embeddings_of(run).tolist() == [[0.5] * 4] * 6
    assert [row.split(",")[1] for row in (tmp_path / "a.txt").read_text().splitlines()] == ["4"] * 10


def test_a_run_without_embedder_has_no_embeddings(model: Boxtrail, clip: Path) -> None:
    with pytest.raises(InvalidInputError, match="it had no embedder"):
        embeddings_of(model.track(clip))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"postprocess": "gis", "save_txt": True}, "Did you mean 'gsi'"),
        ({"postprocess": "gta", "save_txt": True}, "needs embeddings: give an embedder"),
        ({"postprocess": "gsi", "save": True}, "changes the files of save_txt, save_csv, save_json"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_run(
    model: Boxtrail, clip: Path, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(ConfigError, match=message):
        model.track(clip, out_dir=tmp_path / "o", **options)
    assert not (tmp_path / "o").exists()


class Camera:
    """A live source of three frames."""

    name, fps, num_frames, is_live, closed = "camera0", 10.0, None, True, False

    def __iter__(self) -> Iterator[Frame]:
        return (Frame(np.zeros((64, 96, 3), np.uint8), index, index / 10.0) for index in range(3))

    def close(self) -> None:
        self.closed = True


def test_a_camera_cannot_be_postprocessed_and_is_let_go(
    model: Boxtrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = Camera()
    monkeypatch.setattr("boxtrail.pipeline.open_source", lambda *_, **__: camera)
    with pytest.raises(ConfigError, match="camera0 is live; post-processing needs a source with an end"):
        model.track(0, save_txt=True, out_dir=tmp_path, postprocess="gsi")
    assert camera.closed
    with pytest.raises(SourceError, match="camera0 is live; its frames are not kept"):
        table_of(model.track(0))
