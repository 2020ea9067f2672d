"""What may be scored, and what is said of mistakes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from boxtrail import _core
from boxtrail.errors import ConfigError, InvalidInputError, SinkError, SourceError
from boxtrail.evaluation import Evaluation, SequenceRows, evaluate
from evaluation.cases import table

GOOD = "1,1,0,0,10,10,1,-1,-1,-1\n1,2,50,0,10,10,1,-1,-1,-1\n2,1,0,0,10,10,1,-1,-1,-1\n"
KITTI = "0 1 Car 0 0 -10 0 0 40 40 -1 -1 -1 -1000 -1000 -1000 -10\n"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def is_perfect(found: Evaluation, *sequences: str) -> bool:
    return tuple(found.sequences) == sequences and found.overall["HOTA"] == pytest.approx(1.0)


def test_folders_files_arrays_and_rows_are_all_scored(tmp_path: Path) -> None:
    challenge = put(tmp_path / "challenge" / "one" / "gt" / "gt.txt", GOOD)
    plain, packed = put(tmp_path / "plain" / "one.txt", GOOD), tmp_path / "packed" / "one.txt.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(GOOD.encode()))
    nested = put(tmp_path / "nested" / "data" / "one.txt", GOOD).parent.parent
    array = np.loadtxt(plain, delimiter=",")
    for truth in (challenge.parents[2], challenge.parents[1], challenge, plain.parent, plain, packed.parent):
        for prediction in (plain.parent, plain, packed, str(nested)):
            assert is_perfect(evaluate(truth, prediction), "one")
    assert is_perfect(evaluate(array, array), "sequence")
    assert is_perfect(evaluate({"one": array.tolist()}, {"one": plain, "two": array}), "one")


def test_blanks_windows_lines_marks_and_commas_at_the_end_are_read(tmp_path: Path) -> None:
    plain = put(tmp_path / "one.txt", GOOD)
    odd = tmp_path / "odd.txt"
    odd.write_bytes(b"\xef\xbb\xbf" + GOOD.replace(",", " , ").replace("\n", ",\r\n\r\n").encode())
    blanks = put(tmp_path / "blanks.txt", GOOD.replace(",", "  "))
    short = put(tmp_path / "short.txt", "\n".join(line.rsplit(",", 4)[0] for line in GOOD.splitlines()))
    whole = put(tmp_path / "whole.txt", GOOD.replace("1,1,", "1.0,1e0,"))
    for prediction in (odd, blanks, short, whole):
        assert is_perfect(evaluate(plain, prediction), "one")


def test_numbers_are_read_to_the_last_digit(tmp_path: Path) -> None:
    values = [
        "0.1",
        "123456789.123456",
        "0.30000000000000004",
        "-7.25",
        "1e-3",
        "+4",
        "1234567890123456789",
        ".5",
        "5.",
    ]
    for value in values:
        row = f"1,1,{value},0,10,10\n"
        assert _core.parse_mot(row.encode())["numbers"][0, 0] == float(value)


def test_rows_need_not_be_in_order() -> None:
    rows = table("a@0 b@50", "a@0 b@50", "b@60")
    shuffled = np.array([3, 0, 4, 2, 1])
    mixed = SequenceRows(
        frames=rows.frames[shuffled], ids=rows.ids[shuffled], shapes=np.asarray(rows.shapes)[shuffled]
    )
    assert is_perfect(evaluate(rows, mixed), "sequence")


def test_mot17s_detector_names_do_not_matter(tmp_path: Path) -> None:
    put(tmp_path / "gt" / "MOT17-02-DPM" / "gt" / "gt.txt", GOOD)
    put(tmp_path / "tracks" / "MOT17-02.txt", GOOD)
    assert is_perfect(evaluate(tmp_path / "gt", tmp_path / "tracks"), "MOT17-02-DPM")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,1,0,0,10,10\n1,1,5,5,10,10\n", "line 2: track 1 has a row in frame 1 already, in line 1"),
        (
            "2,1,0,0,9,9\n1,1,0,0,9,9\n\n2,1,0,0,9,9\n",
            "line 4: track 1 has a row in frame 2 already, in line 1",
        ),
        ("0,1,0,0,10,10\n", "line 1: frames count from 1, not 0"),
        ("1,1,0,0,10,10\n1.5,1,0,0,10,10\n", "line 2: frames count from 1, not 1.5"),
        (
            "1,-1,0,0,10,10\n",
            "line 1: a track id is a whole number ≥ 0, not -1; detections have to be tracked first",
        ),
        ("1,1,0,0,-10,10\n", "line 1: negative size -10 × 10"),
        ("1,1,0,0,10\n", "line 1: expected 6 to 10 columns, found 5"),
        ("1,1,0,0,10,10\n1,2,0,0,10,10,1\n", "line 2: found 7 columns, but the lines before have 6"),
        ("1,1,0,zero,10,10\n", "line 1: not a number: 'zero'"),
        ("1,1,0,,10,10\n", "line 1: a column is empty"),
        ("1,1,0,nan,10,10\n", "line 1: a value is not finite: nan"),
        ("1,1,0,1e999,10,10\n", "line 1: a value is not finite: 1e999"),
        ("1,1,0,0,10,10,1,0.5,1\n", "line 1: a class is a whole number, not 0.5"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    good, bad = put(tmp_path / "one.txt", GOOD), put(tmp_path / "bad.txt", text)
    with pytest.raises(InvalidInputError) as error:
        evaluate(good, bad)
    assert str(error.value) == f"{bad}, {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KITTI + KITTI, "line 2: track 1 has a row in frame 0 already, in line 1"),
        ("-1" + KITTI[1:], "line 1: frames count from 0, not -1"),
        (KITTI.replace("40 40", "40 -4"), "line 1: the box ends before it begins: 0 0 40 -4"),
        ("0 1 Car 0 0\n", "line 1: expected 10, 17 or 18 columns, found 5"),
    ],
)
def test_a_mistake_in_a_label_file_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    good, bad = put(tmp_path / "one.txt", KITTI), put(tmp_path / "bad.txt", text)
    assert is_perfect(evaluate(good, good), "one")
    with pytest.raises(InvalidInputError) as error:
        evaluate(good, bad)
    assert str(error.value) == f"{bad}, {said}"


def test_mutated_files_are_read_or_refused_by_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    good, bad = put(tmp_path / "one.txt", GOOD), tmp_path / "bad.txt"
    said = []
    for _ in range(300):
        text = bytearray(GOOD.encode())
        for _ in range(rng.integers(1, 4)):
            text[rng.integers(len(text))] = rng.choice(list(b"0123456789.,-e \nx\xff\x00"))
        bad.write_bytes(bytes(text))
        try:
            evaluate(good, bad)
        except InvalidInputError as error:
            said.append(str(error))
    assert len(said) > 100
    assert all(message.startswith(f"{bad}, line ") and "\n" not in message for message in said)


def test_a_row_beyond_the_end_of_the_sequence_is_an_error(tmp_path: Path) -> None:
    truth = put(tmp_path / "one" / "gt" / "gt.txt", GOOD)
    info = put(tmp_path / "one" / "seqinfo.ini", "[Sequence]\nseqLength=2\n")
    assert evaluate(truth, truth).overall["Frames"] == 2
    with pytest.raises(
        InvalidInputError, match="'one': the prediction has a row in frame 3, but there are 2 frames"
    ):
        evaluate(truth, put(tmp_path / "pred.txt", GOOD + "3,1,0,0,10,10,1,-1,-1,-1\n"))
    info.write_text("[Sequence]\nname=one\n")
    with pytest.raises(InvalidInputError, match=r"seqinfo.ini: no seqLength"):
        evaluate(truth, truth)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    put(tmp_path / "gt" / "one" / "gt" / "gt.txt", GOOD)
    put(tmp_path / "gt" / "two" / "gt" / "gt.txt", GOOD)
    put(tmp_path / "tracks" / "one.txt", GOOD)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no tracks of sequence 'two'; found one"):
        evaluate(tmp_path / "gt", tmp_path / "tracks")
    with pytest.raises(SourceError, match="no ground truth"):
        evaluate(tmp_path / "empty", tmp_path / "tracks")
    with pytest.raises(SourceError, match="no such file or folder of predictions"):
        evaluate(tmp_path / "gt", tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.zeros((2, 5)), r"shape \(N, 6 to 10\), not \(2, 5\)"),
        ([[0, 1, 0, 0, 9, 9]], "row 0: frames count from 1"),
        ([[1, 1, 0, 0, 9, 9], [1, 1, 0, 0, 9, 9]], "track 1 has two rows in frame 1"),
        ([[1, 1, 0, 0, 9, -9]], "row 0: negative size"),
        ([[1, 1.5, 0, 0, 9, 9]], "row 0: ids are whole numbers, not 1.5"),
        ([[1, 1, np.nan, 0, 9, 9]], "row 0: shapes has a value that is not finite"),
    ],
)
def test_a_mistake_in_an_array_is_named_with_its_row(rows: object, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        evaluate(np.ones((1, 6)), rows)  # type: ignore[arg-type]


def test_options_that_do_not_exist_are_named() -> None:
    rows = table("a@0")
    with pytest.raises(ConfigError, match="unknown preprocess 'cvpr'"):
        evaluate(rows, rows, preprocess="cvpr")
    with pytest.raises(ConfigError, match="unknown format 'yolo'"):
        evaluate(rows, rows, format="yolo")
    with pytest.raises(ConfigError, match="unknown iou 'giou'"):
        evaluate(rows, rows, iou="giou")
    with pytest.raises(ConfigError, match=r"threshold must lie in \(0, 1\]"):
        evaluate(rows, rows, threshold=0.0)
    with pytest.raises(ConfigError, match="the class pedestrian alone"):
        evaluate(rows, rows, preprocess="mot", classes=["car"])
    with pytest.raises(InvalidInputError, match="the shapes are box, which iou='mask' cannot compare"):
        evaluate(rows, rows, iou="mask")


def test_results_are_saved_and_shown(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    found = evaluate(
        {"one": table("a@0"), "two": table("a@0 b@50")}, {"one": table("x@0"), "two": table("x@0")}
    )
    found.save_json(tmp_path / "metrics.json")
    saved = json.loads((tmp_path / "metrics.json").read_text())
    assert saved == found.to_dict()
    assert saved["overall"]["CLR_TP"] == 2
    assert len(saved["sequences"]["one"]["curves"]["HOTA"]) == 19
    frame = found.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.index) == ["one", "two", "OVERALL"]
    assert frame.loc["OVERALL", "GT_Dets"] == 3
    assert "HOTA=" in repr(found)
    (tmp_path / "folder").mkdir()
    with pytest.raises(SinkError, match="a folder has that name"):
        found.save_json(tmp_path / "folder")
