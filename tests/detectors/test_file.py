"""Detections from MOT files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from boxtrail.detectors import FileDetector, create_detector
from boxtrail.errors import DetectorError

IMAGE = np.zeros((10, 10, 3), np.uint8)
TEXT = """\
1,-1,10,20,30,40,0.9,-1,-1,-1
3,-1,11,21,30,40,0.8,-1,-1,-1
1,-1,50.5,60,10,20,0.4,-1,-1,-1
"""


def write(folder: Path, text: str, name: str = "det.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_frame_one_of_the_file_is_index_zero(tmp_path: Path) -> None:
    first, second, third = FileDetector(write(tmp_path, TEXT))([IMAGE] * 3, [0, 1, 2])
    np.testing.assert_allclose(first, [[10, 20, 40, 60, 0.9, 0], [50.5, 60, 60.5, 80, 0.4, 0]])
    assert second.shape == (0, 6)
    np.testing.assert_allclose(third, [[11, 21, 41, 61, 0.8, 0]])


def test_indices_may_skip_frames_and_come_in_any_order(tmp_path: Path) -> None:
    found = FileDetector(write(tmp_path, TEXT))([IMAGE] * 3, [2, 99, 0])
    assert [len(rows) for rows in found] == [1, 0, 2]


def test_without_indices_frames_are_counted_until_reset(tmp_path: Path) -> None:
    detector = FileDetector(write(tmp_path, TEXT))
    assert [len(rows) for rows in detector([IMAGE, IMAGE])] == [2, 0]
    assert [len(rows) for rows in detector([IMAGE, IMAGE])] == [1, 0]
    detector.reset()
    assert [len(rows) for rows in detector([IMAGE])] == [2]


def test_changing_what_was_returned_does_not_change_the_next_answer(tmp_path: Path) -> None:
    detector = FileDetector(write(tmp_path, TEXT))
    detector([IMAGE], [0])[0][:] = -1
    assert detector([IMAGE], [0])[0][0, 0] == 10


def test_a_sequence_folder_and_a_gzipped_file_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "MOT17-02"
    (folder / "det").mkdir(parents=True)
    write(folder / "det", TEXT)
    (tmp_path / "det.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    for spec in (f"file:{folder}", f"file:{tmp_path / 'det.txt.gz'}"):
        assert len(create_detector(spec)([IMAGE], [0])[0]) == 2


def test_six_columns_blank_lines_spaces_and_a_windows_file_are_fine(tmp_path: Path) -> None:
    text = "\ufeff1, -1, 10, 20, 30, 40\r\n\r\n2 -1 10 20 30 40\r\n"
    first, second = FileDetector(write(tmp_path, text))([IMAGE] * 2)
    np.testing.assert_allclose(first, [[10, 20, 40, 60, 1.0, 0]])
    np.testing.assert_allclose(second, first)


def test_an_empty_file_detects_nothing(tmp_path: Path) -> None:
    assert FileDetector(write(tmp_path, ""))([IMAGE])[0].shape == (0, 6)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,-1,10,20,30", "line 4: expected 6 to 10 comma-separated columns, found 5"),
        ("1,-1,10,20,30,40,1,-1,-1,-1,7", "line 4: expected 6 to 10 comma-separated columns, found 11"),
        ("1,-1,10,twenty,30,40,0.5", "line 4: could not convert string to float: 'twenty'"),
        ("1,-1,10,20,30,40,nan", "line 4: a value is not finite"),
        ("0,-1,10,20,30,40,0.5", "line 4: frames count from 1, found 0"),
        ("1.5,-1,10,20,30,40,0.5", "line 4: frames count from 1, found 1.5"),
    ],
)
def test_a_malformed_line_is_named_with_its_file(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path, TEXT + line + "\n")
    with pytest.raises(DetectorError, match=f"det.txt, {message}"):
        FileDetector(path)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match=r"none\.txt: no such detections file"):
        FileDetector(tmp_path / "none.txt")
    with pytest.raises(DetectorError, match=r"no det/det\.txt in this folder"):
        FileDetector(tmp_path)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(DetectorError, match=r"cut\.gz: cannot read detections"):
        FileDetector(tmp_path / "cut.gz")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(DetectorError, match=r"binary\.txt: cannot read detections"):
        FileDetector(tmp_path / "binary.txt")


def scores_of(tmp_path: Path, *written: float) -> list[float]:
    lines = "".join(f"1,-1,1,2,3,4,{score}\n" for score in written)
    detector = FileDetector(write(tmp_path, lines))
    assert detector.raw_scores.tolist() == list(written)
    return [round(score, 4) for score in detector.frame(0)[:, 4].tolist()]


def test_scores_between_zero_and_one_stay(tmp_path: Path) -> None:
    assert scores_of(tmp_path, 0.0, 0.6, 1.0) == [0.0, 0.6, 1.0]


def test_margins_become_logistic_scores_in_the_same_order(tmp_path: Path) -> None:
    assert scores_of(tmp_path, -0.5, 0.0, 0.5, 3.0) == [0.3775, 0.5, 0.6225, 0.9526]


def test_percentages_are_divided_by_a_hundred_and_cut(tmp_path: Path) -> None:
    assert scores_of(tmp_path, -0.3, 31.5, 67.0, 127.0) == [0.0, 0.315, 0.67, 1.0]


def test_minus_one_throughout_means_no_scores(tmp_path: Path) -> None:
    assert scores_of(tmp_path, -1, -1) == [1.0, 1.0]


def test_every_public_detections_file_gives_scores_between_zero_and_one(data_dir: Path) -> None:
    files = [*data_dir.glob("MOT1*/train/*/det/det.txt"), *data_dir.glob("detections/*/*/*")]
    assert files
    for path in files[::3]:
        detector = FileDetector(path)
        rows = np.concatenate(list(detector._frames.values()))
        assert len(rows) == len(detector.raw_scores) > 0
        assert np.isfinite(rows).all(), path
        assert rows[:, 4].min() >= 0.0, path
        assert rows[:, 4].max() <= 1.0, path
