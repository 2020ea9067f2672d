"""Tables of tracks, and MOT files of them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import InvalidInputError, SinkError, SourceError
from boxtrail.postprocessing import TrackTable
from track_tables import lines, oriented, table


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_frame_one_of_a_file_is_frame_zero_and_left_width_become_corners(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "1,7,10,20,30,40,0.9,-1,-1,-1\n3,7,11,21,30,40,0.8,-1,-1,-1\n")
    assert lines(TrackTable.from_mot(file)) == [
        [0, 7, 10, 20, 40, 60, 0.9, -1, 0],
        [2, 7, 11, 21, 41, 61, 0.8, -1, 1],
    ]


def test_rows_may_have_six_columns_blanks_between_them_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "\ufeff1 7 10 20 30 40\n\n  2, 7, 10, 20, 30, 40\n")
    assert lines(TrackTable.from_mot(file)) == [
        [0, 7, 10, 20, 40, 60, 1, -1, 0],
        [1, 7, 10, 20, 40, 60, 1, -1, 1],
    ]


def test_an_empty_file_is_a_table_without_rows_and_back(tmp_path: Path) -> None:
    tracks = TrackTable.from_mot(write(tmp_path / "a.txt", ""))
    assert (len(tracks), tracks.boxes.shape, tracks.by_frame()) == (0, (0, 4), {})
    tracks.to_mot(tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == ""


def test_a_file_goes_through_a_table_unchanged_but_for_its_order(tmp_path: Path) -> None:
    rows = [
        "1,2,1.0000,2.0000,3.0000,4.0000,0.5000,-1,-1,-1\n",
        "1,1,5.5000,2.0000,3.0000,4.0000,0.5000,3,-1,-1\n",
    ]
    TrackTable.from_mot(write(tmp_path / "a.txt", "".join(rows))).to_mot(tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == "".join(reversed(rows))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"1,7,10,20,30,40\n"))
    assert len(TrackTable.from_mot(tmp_path / "a.txt.gz")) == 1


def test_oriented_rows_are_known_by_their_last_columns_and_survive_the_way_there_and_back(
    tmp_path: Path,
) -> None:
    tracks = oriented([[0, 1, 5, 6, 10, 4, 0.25], [1, 1, 6, 6, 10, 4, 0.5]])
    tracks.to_mot(tmp_path / "a.txt")
    assert (
        (tmp_path / "a.txt").read_text().startswith("1,1,5.0000,6.0000,10.0000,4.0000,0.250000,1.0000,0,-1\n")
    )
    again = TrackTable.from_mot(tmp_path / "a.txt")
    assert again.is_obb
    assert lines(again) == lines(tracks)
    assert not TrackTable.from_mot(tmp_path / "a.txt", oriented=False).is_obb


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,1,0,0,1,1\n1,2,0,0,1\n", "line 2: expected 6 to 10 columns, found 5"),
        ("1,1,0,0,1,1\n\n1,2,0,x,1,1\n", "line 3: could not convert string to float: 'x'"),
        ("1,1,0,0,nan,1\n", "line 1: a value is not finite"),
        ("0,1,0,0,1,1\n", "line 1: frames count from 1, found 0"),
        ("1.5,1,0,0,1,1\n", "line 1: frames count from 1, found 1.5"),
        ("1,-1,0,0,1,1\n", "line 1: a track id is a whole number ≥ 0, not -1; detections have to be tracked"),
        (
            "1,1,0,0,1,1\n2,1,0,0,1,1\n1,1,0,0,2,2\n",
            "line 3: track 1 has a row in frame 1 already, in line 1",
        ),
    ],
)
def test_a_malformed_row_is_named_by_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path / "a.txt", text)
    with pytest.raises(InvalidInputError) as caught:
        TrackTable.from_mot(file)
    assert str(caught.value).startswith(f"{file}, {message}")


def test_a_file_that_cannot_be_read_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.txt: cannot read tracks: No such file"):
        TrackTable.from_mot(tmp_path / "nowhere.txt")
    (tmp_path / "bits.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"bits\.txt: cannot read tracks"):
        TrackTable.from_mot(tmp_path / "bits.txt")
    (tmp_path / "cut.txt").write_bytes(gzip.compress(b"1,7,10,20,30,40\n" * 50)[:-12])
    with pytest.raises(SourceError, match=r"cut\.txt: cannot read tracks"):
        TrackTable.from_mot(tmp_path / "cut.txt")


def test_frames_that_do_not_fit_the_stride_are_named_with_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "1,1,0,0,1,1\n4,1,0,0,1,1\n")
    assert TrackTable.from_mot(file, step=3).step == 3
    with pytest.raises(InvalidInputError, match=r"a\.txt: the frames are not 2 apart"):
        TrackTable.from_mot(file, step=2)


def test_a_file_is_not_written_over_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="a folder has that name"):
        table([[0, 1, 0, 0, 1, 1]]).to_mot(tmp_path)


NONE = np.zeros(2, dtype=np.int64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": np.zeros((2, 3))}, r"boxes must have shape \(R, 4\) or \(R, 5\), not \(2, 3\)"),
        ({"scores": np.zeros(3)}, r"scores has shape \(3,\) in a table of 2 rows"),
        ({"labels": np.zeros((2, 1))}, r"labels has shape \(2, 1\)"),
        ({"boxes": np.full((2, 4), np.nan)}, "must be finite"),
        ({"boxes": np.zeros((2, 5))}, "positive sides"),
        ({"frames": NONE}, "track 0 has two rows in frame 0"),
        ({"step": 2}, "frames are not 2 apart"),
        ({"step": 0}, "frames are not 0 apart"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    good = {
        "frames": np.array([0, 1]), "ids": NONE, "boxes": np.zeros((2, 4)),
        "scores": np.ones(2), "labels": NONE, "rows": NONE,
    }  # fmt: skip
    assert len(TrackTable(**good)) == 2
    with pytest.raises(InvalidInputError, match=message):
        TrackTable(**{**good, **change})


def test_frames_give_track_results_ascending_by_id() -> None:
    frames = table([[4, 2, 0, 0, 1, 1], [4, 1, 5, 5, 9, 9], [2, 2, 0, 0, 1, 1]]).by_frame()
    assert list(frames) == [2, 4]
    assert frames[4].id.tolist() == [1, 2]
    assert frames[4].xyxy.tolist() == [[5, 5, 9, 9], [0, 0, 1, 1]]
