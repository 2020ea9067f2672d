"""MOTChallenge text, CSV and JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from boxtrail.errors import SinkError
from boxtrail.io import CsvSink, Frame, JsonLinesSink, MotSink, Sink, SinkGroup, SinkInfo
from boxtrail.results import TrackResults

ROWS = TrackResults([[1, 2, 11, 22, 7, 0.5, 0, 0], [3.25, 4, 8, 9, 9, 1 / 3, 5, -1]])
NONE = TrackResults.empty()
SINKS: list[tuple[type, str]] = [
    (MotSink, "tracks.txt"),
    (CsvSink, "tracks.csv"),
    (JsonLinesSink, "tracks.jsonl"),
]


def write(sink: Sink, frames: list[Frame], *tracks: TrackResults) -> Sink:
    for frame, rows in zip(frames, tracks, strict=True):
        sink.write(frame, rows)
    return sink


def test_mot_rows_count_frames_from_one(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    path = tmp_path / "new" / "folder" / "tracks.txt"
    write(MotSink(path, info), make_frames(2, stride=3), ROWS, NONE).close()
    assert path.read_text().splitlines() == [
        "1,7,1.0000,2.0000,10.0000,20.0000,0.5000,-1,-1,-1",
        "1,9,3.2500,4.0000,4.7500,5.0000,0.3333,-1,-1,-1",
    ]
    write(MotSink(path, info), make_frames(2, stride=3), NONE, ROWS).close()
    assert path.read_text().startswith("4,7,")


def test_csv_rows_name_frame_time_and_class(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    path = tmp_path / "tracks.csv"
    write(CsvSink(path, info), make_frames(3, stride=2), NONE, ROWS, NONE).close()
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["frame_index"], row["timestamp"], row["id"], row["class_name"]) for row in rows] == [
        ("2", "0.2", "7", "person"),
        ("2", "0.2", "9", "class 5"),
    ]
    assert [rows[1][name] for name in ("x1", "y1", "x2", "y2", "conf", "det_ind")] == [
        "3.25",
        "4.0",
        "8.0",
        "9.0",
        "0.333333",
        "-1",
    ]


def test_a_csv_without_tracks_has_its_header(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    path = tmp_path / "tracks.csv"
    write(CsvSink(path, info), make_frames(1), NONE).close()
    assert path.read_text() == "frame_index,timestamp,x1,y1,x2,y2,id,conf,cls,det_ind,class_name\n"


def test_a_csv_takes_oriented_boxes_but_not_both_kinds(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    turned = TrackResults([[5, 6, 4, 2, 0.25, 1, 0.9, 0, 0]])
    sink = CsvSink(tmp_path / "tracks.csv", info)
    frames = make_frames(2)
    sink.write(frames[0], turned)
    with pytest.raises(SinkError, match="frame 1 mixes upright and oriented boxes"):
        sink.write(frames[1], ROWS)
    sink.abort()
    text = (tmp_path / "tracks.partial.csv").read_text()
    assert text.splitlines()[0] == "frame_index,timestamp,cx,cy,w,h,angle,id,conf,cls,det_ind,class_name"
    assert text.splitlines()[1] == "0,0.0,5.0,6.0,4.0,2.0,0.25,1,0.9,0,0,person"


def test_json_lines_have_one_object_a_frame(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    path = tmp_path / "tracks.jsonl"
    write(JsonLinesSink(path, info), make_frames(2), ROWS, NONE).close()
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert first["tracks"][0] == {
        **{"x1": 1.0, "y1": 2.0, "x2": 11.0, "y2": 22.0, "id": 7, "conf": 0.5, "cls": 0, "det_ind": 0},
        "class_name": "person",
    }
    assert second == {"frame_index": 1, "timestamp": 0.1, "tracks": []}


def test_json_lines_refuse_numbers_json_does_not_know(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = JsonLinesSink(tmp_path / "tracks.jsonl", info)
    with pytest.raises(SinkError, match="frame 0 has a number that is not finite"):
        sink.write(make_frames(1)[0], TrackResults([[float("nan"), 0, 1, 1, 1, 0.5, 0, 0]]))
    sink.abort()


@pytest.mark.parametrize(("kind", "name"), SINKS)
def test_an_older_file_stays_whole_until_the_new_one_is_complete(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]], kind: type, name: str
) -> None:
    path = tmp_path / name
    path.write_text("older")
    sink = write(kind(path, info), make_frames(1), ROWS)
    assert path.read_text() == "older"
    sink.close()
    assert "7" in path.read_text()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [name]
    sink.close()
    sink.abort()
    with pytest.raises(SinkError, match="it is closed"):
        sink.write(make_frames(1)[0], ROWS)


@pytest.mark.parametrize(("kind", "name"), SINKS)
def test_an_interrupted_run_leaves_its_rows_under_the_partial_name(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]], kind: type, name: str
) -> None:
    stem, suffix = name.split(".")
    write(kind(tmp_path / "whole" / name, info), make_frames(2), ROWS, ROWS).close()
    path = tmp_path / name
    sink = write(kind(path, info), make_frames(2), ROWS, ROWS)
    partial = tmp_path / f"{stem}.partial.{suffix}"
    # Readable even if the process is killed now:
    assert partial.read_text() == (tmp_path / "whole" / name).read_text()
    sink.abort()
    sink.close()
    assert partial.read_text() == (tmp_path / "whole" / name).read_text()
    assert not path.exists()


@pytest.mark.parametrize(("kind", "name"), SINKS)
def test_a_place_that_cannot_be_written_is_named_at_once(
    tmp_path: Path, info: SinkInfo, kind: type, name: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SinkError, match=f"cannot write .*file/{name}"):
        kind(tmp_path / "file" / name, info)
    (tmp_path / name).mkdir()
    with pytest.raises(SinkError, match="a folder has that name"):
        kind(tmp_path / name, info)


class Recorder:
    def __init__(self, *, failing: bool = False) -> None:
        self.path = Path("x")
        self.calls: list[str] = []
        self._failing = failing

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        self.calls.append("write")

    def close(self) -> None:
        self._end("close")

    def abort(self) -> None:
        self._end("abort")

    def _end(self, how: str) -> None:
        self.calls.append(how)
        if self._failing:
            raise SinkError("the disk is full")


def test_a_group_closes_all_its_sinks_when_all_went_well(make_frames: Callable[..., list[Frame]]) -> None:
    sinks = [Recorder(), Recorder()]
    with SinkGroup(sinks) as group:
        group.write(make_frames(1)[0], ROWS)
    assert [sink.calls for sink in sinks] == [["write", "close"]] * 2


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_a_group_aborts_all_its_sinks_on_any_interruption(interruption: type[BaseException]) -> None:
    sinks = [Recorder(failing=True), Recorder()]
    with pytest.raises(interruption), SinkGroup(sinks):
        raise interruption
    assert [sink.calls for sink in sinks] == [["abort"]] * 2


def test_one_sink_that_cannot_close_keeps_no_other_open() -> None:
    sinks = [Recorder(failing=True), Recorder()]
    with pytest.raises(SinkError, match="the disk is full"), SinkGroup(sinks):
        pass
    assert [sink.calls for sink in sinks] == [["close"]] * 2
