"""Mistakes in files: all are listed with their line, and what is safe is repaired."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.io.formats import find_problems, fix, read_tracks

GOOD = "1,1,0,0,10,10,1,-1,-1,-1\n1,2,50,0,10,10,1,-1,-1,-1\n2,1,0,0,10,10,1,-1,-1,-1\n"
KITTI = "0 1 Car 0 0 -10 0 0 40 40 -1 -1 -1 -1000 -1000 -1000 -10\n"
COCO = {
    "videos": [{"id": 1, "name": "one", "width": 64, "height": 48}],
    "images": [{"id": 1, "video_id": 1, "frame_id": 0}, {"id": 2, "video_id": 1, "frame_id": 1}],
    "categories": [{"id": 1, "name": "car"}],
    "annotations": [
        {"id": 1, "image_id": 1, "instance_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9]},
        {"id": 2, "image_id": 2, "instance_id": 1, "category_id": 1, "bbox": [1, 0, 9, 9]},
    ],
}
ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'
CVAT = """<annotations>
<meta><task><size>3</size><labels><label><name>car</name></label></labels></task></meta>
<track id="0" label="car">
<box frame="0" outside="0" xtl="0" ytl="0" xbr="9" ybr="9"/>
<box frame="1" outside="0" xtl="1" ytl="0" xbr="10" ybr="9"/>
</track>
</annotations>
"""
KEY = "e3b390e7b3e447209179abb0d6e2e762"
FIGURE = {
    "objectKey": KEY,
    "geometryType": "rectangle",
    "geometry": {"points": {"exterior": [[10, 20], [60, 40]], "interior": []}},
    "trackId": "1",
}
SUPERVISELY = {
    "size": {"height": 48, "width": 64},
    "framesCount": 2,
    "tags": [],
    "objects": [{"key": KEY, "classTitle": "car", "tags": []}],
    "frames": [{"index": 0, "figures": [FIGURE]}, {"index": 1, "figures": [FIGURE]}],
}


def put(path: Path, content: str | bytes | object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def listed(path: Path) -> list[tuple[int | None, str, bool]]:
    return [(problem.line, problem.message, problem.is_fixable) for problem in find_problems(path)]


def test_sound_files_have_no_problems(tmp_path: Path) -> None:
    for name, content in (
        ("a.txt", GOOD),
        ("k.txt", KITTI),
        ("a.json", COCO),
        ("a.xml", CVAT),
        ("s.json", SUPERVISELY),
    ):
        assert find_problems(put(tmp_path / name, content)) == []
        assert len(read_tracks(tmp_path / name)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1,1,0,0,9,9\n1,1,5,5,9,9\n1,1,0,0,9,9\n",
            [
                (2, "track 1 has a row in frame 1 already, in line 1", False),
                (3, "track 1 has a row in frame 1 already, in line 1", True),
            ],
        ),
        (
            "0,1,0,0,9,9\n0,2,0,0,9,9\n1,1,0,0,9,9\n",
            [(1, "frames count from 1, not 0 (2 such rows)", True)],
        ),
        ("1,1,0,0,-9,9\n2,1,0,0,9,9\n", [(1, "negative size -9 × 9", True)]),
        (
            "1,1,0,0,9,9\n2,1,0,0,9,9,0.5,-1,-1,-1\n",
            [(1, "found 6 columns, but other lines have 10", True)],
        ),
        (
            "1,1,0,0,9,9,1,1,1\n2,1,0,0,9,9\n",
            [(2, "found 6 columns, but the lines before have 9", False)],
        ),
        (
            "1,1,0,nan,9,9\n2,1,0,0,9\n",
            [(1, "a value is not finite: nan", False), (2, "expected 6 to 10 columns, found 5", False)],
        ),
        (
            "frame,id,left,top,width,height\n1,1,0,0,9,9\n",
            [(1, "a header, which MOT text does not have", True)],
        ),
        ("1;1;0,5;0;9,25;9\n", [(1, "decimal commas; numbers have points", True)]),
        ("1 1 0,5 0 9,25 9\n", [(1, "decimal commas; numbers have points", True)]),
        (
            "1,-1,0,0,9,9\n",
            [(1, "a track id is a whole number ≥ 0, not -1; detections have to be tracked first", False)],
        ),
        ("1,1,0,0,9,9\n1,1,x,0,9,9\n", [(2, "not a number: 'x'", False)]),
    ],
)
def test_all_mistakes_of_mot_text_are_listed(
    text: str, expected: list[tuple[int, str, bool]], tmp_path: Path
) -> None:
    path, out = put(tmp_path / "one.txt", text), tmp_path / "fixed.txt"
    assert listed(path) == expected
    if all(fixable for _, _, fixable in expected):
        assert [str(problem) for problem in fix(path, out)] == [
            f"{path}, line {n}: {said}" for n, said, _ in expected
        ]
        assert find_problems(out) == []
        assert path.read_text() == text
    else:
        with pytest.raises(InvalidInputError):
            fix(path, out)
        assert not out.exists()


def test_repairs_change_nothing_else(tmp_path: Path) -> None:
    fix(put(tmp_path / "a.txt", "0,1,0.50,0,9,9\r\n0,2, 0,0,-9,9\r\n\r\n1,1,0,0,9,9\r\n"), tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == "1,1,0.50,0,9,9\n\n2,1,0,0,9,9\n"
    fix(put(tmp_path / "c.txt", "1;1;0,5;0;9,25;9\n"), tmp_path / "d.txt")
    assert (tmp_path / "d.txt").read_text() == "1,1,0.5,0,9.25,9\n"


def test_frame_0_in_a_sequence_that_is_full_is_not_shifted(tmp_path: Path) -> None:
    put(tmp_path / "one" / "seqinfo.ini", "[Sequence]\nseqLength=2\n")
    path = put(tmp_path / "one" / "gt" / "gt.txt", "0,1,0,0,9,9\n1,1,0,0,9,9\n2,1,0,0,9,9\n")
    problem = find_problems(path)[0]
    assert not problem.is_fixable
    assert "the rest of the file counts from 1" in problem.message


def test_marks_windows_lines_and_gzip_are_no_mistakes_but_other_encodings_are(tmp_path: Path) -> None:
    mark = put(tmp_path / "a.txt", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").replace(",", "\t").encode())
    assert find_problems(mark) == []
    assert find_problems(put(tmp_path / "b.txt.gz", gzip.compress(GOOD.encode()))) == []
    wide = put(tmp_path / "c.txt", GOOD.encode("utf-16"))
    assert listed(wide) == [(1, "the text is in UTF-16; it must be in UTF-8", True)]
    fix(wide, tmp_path / "d.txt")
    assert (tmp_path / "d.txt").read_text() == GOOD
    kitti = put(
        tmp_path / "e.txt",
        (KITTI + KITTI.replace("Car", "Fußgänger").replace("0 1", "1 1")).encode("latin-1"),
    )
    assert listed(kitti) == [(2, "byte 0xdf is not UTF-8; the text has another encoding", False)]
    with pytest.raises(SourceError, match="cannot read tracks"):
        find_problems(put(tmp_path / "f.txt.gz", gzip.compress(GOOD.encode())[:-9]))


def test_mistakes_of_coco_are_named_with_entry_and_line(tmp_path: Path) -> None:
    first, second = COCO["annotations"]
    wrong = COCO | {
        "annotations": [
            first,
            first | {"id": 7},
            second | {"category_id": 5},
            second | {"bbox": [0, 0, -1, 5]},
            second | {"bbox": [0, 0, 5]},
            second | {"instance_id": "a"},
            second | {"image_id": 9},
        ]
    }
    path = put(tmp_path / "a.json", wrong)
    lines = path.read_text().splitlines()
    found = listed(path)
    assert [said for _, said, _ in found] == [
        f"annotations[1]: track 1 has a row in frame 1 already, in line {found[0][0] - 12}",  # type: ignore[operator]
        "annotations[2]: category 5 is none of the file's",
        "annotations[3]: negative size",
        "annotations[4]: bbox must be left, top, width, height",
        "annotations[5]: a track id is a whole number ≥ 0, not 'a'",
        "annotations[6]: image 9 is none of the file's",
    ]
    assert [fixable for *_, fixable in found] == [True, False, True, False, False, False]
    assert all(lines[line - 1].strip() == "{" for line, *_ in found if line is not None)
    keys = [lines[line : line + 12] for line, *_ in found if line is not None]
    assert '"category_id": 5' in "".join(keys[1])


def test_repaired_coco_keeps_what_it_does_not_know(tmp_path: Path) -> None:
    first, second = COCO["annotations"]
    path = put(
        tmp_path / "a.json", COCO | {"info": {"by": "x"}, "annotations": [first, first | {"id": 9}, second]}
    )
    assert len(fix(path, tmp_path / "b.json")) == 1
    assert json.loads((tmp_path / "b.json").read_text()) == COCO | {"info": {"by": "x"}}


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('xtl="1"', 'xtl="a"', 5, "<box>: xtl is no number: 'a'"),
        ('xtl="1"', 'xtl="11"', 5, "<box>: negative size"),
        ('ybr="9"', 'ybr="-9"', 4, "<box>: negative size"),
        ('frame="1"', 'frame="0"', 5, "<box>: track 0 has a row in frame 1 already, in line 4"),
        ('label="car"', 'label="bus"', 3, "<track id=0>: class 'bus' is none of the file's"),
        ("</track>", "", 7, "no XML: mismatched tag"),
        ("<annotations>", f"{ENTITY}<annotations>", 1, "the XML declares an entity, which is refused"),
        ('frame="1"', 'frame="999999999"', 5, "<box>: 999999999 frames after the one before"),
    ],
)  # fmt: skip
def test_mistakes_of_cvat_are_named_with_their_line(
    before: str, after: str, line: int, said: str, tmp_path: Path
) -> None:
    problem = find_problems(put(tmp_path / "a.xml", CVAT.replace(before, after, 1)))[0]
    assert (problem.line, problem.message) == (line, said)


def test_a_file_that_ends_too_early_is_called_that(tmp_path: Path) -> None:
    text = json.dumps(COCO, indent=1)
    problem = find_problems(put(tmp_path / "a.json", text[: len(text) // 2]))[0]
    assert problem.line == text[: len(text) // 2].count("\n") + 1
    assert "no JSON" in problem.message
    assert "no XML" in find_problems(put(tmp_path / "a.xml", CVAT[:200]))[0].message


def test_mistakes_of_supervisely_are_named_with_figure_and_line(tmp_path: Path) -> None:
    def frames(**change: object) -> object:
        return SUPERVISELY | {
            "frames": [{"index": 0, "figures": [FIGURE, FIGURE | {"trackId": "2"} | change]}]
        }

    cases = {
        "object 'x' is none of the file's": frames(objectKey="x"),
        "a figure is a rectangle, a polygon or a bitmap here, not 'blob'": frames(geometryType="blob"),
        "geometry.points.exterior has no corners of a rectangle": frames(geometry={}),
        "track 1 has a row in frame 1 already, in line {first}": frames(trackId="1"),
    }
    for said, document in cases.items():
        path = put(tmp_path / "a.json", document)
        keys = [k for k, line in enumerate(path.read_text().splitlines()) if '"objectKey"' in line]
        problem = find_problems(path)[0]  # a figure begins in the line before its key
        assert (problem.line, problem.message) == (
            keys[1],
            f"frames[0].figures[1]: {said.format(first=keys[0])}",
        )


def test_a_list_without_an_end_stops_at_the_limit(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", "1,1,0,0,x,9\n" * 5000)
    found = find_problems(path)
    assert len(found) == 1001
    assert found[-1].message == "more than 1000 problems; the rest is not read"


def test_the_original_is_only_overwritten_when_asked(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", "0,1,0,0,9,9\n")
    with pytest.raises(ConfigError, match="is the input, which stays as it is"):
        fix(path, path)
    assert path.read_text() == "0,1,0,0,9,9\n"
    fix(path, path, overwrite=True)
    assert path.read_text() == "1,1,0,0,9,9\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_json_that_is_something_else_says_so(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", {"lr": 0.1})
    with pytest.raises(InvalidInputError, match="JSON, but neither COCO-VID nor a Supervisely annotation"):
        read_tracks(path)
    assert "neither COCO-VID" in find_problems(path)[0].message


def test_a_folder_is_repaired_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    for name, text in (("a", "0,1,0,0,9,9\n"), ("b", GOOD)):
        put(tmp_path / "in" / name / "gt" / "gt.txt", text)
        put(tmp_path / "in" / name / "seqinfo.ini", "[Sequence]\nseqLength=2\n")
    assert len(fix(tmp_path / "in", tmp_path / "out")) == 1
    found = read_tracks(tmp_path / "out")
    assert {name: (len(rows), rows.num_frames) for name, rows in found.items()} == {"a": (1, 2), "b": (3, 2)}
    assert len(fix(tmp_path / "in", tmp_path / "new", overwrite=True)) == 1
    assert (tmp_path / "new" / "a" / "seqinfo.ini").is_file()
    put(tmp_path / "in" / "c" / "gt" / "gt.txt", "1,1,x,0,9,9\n")
    with pytest.raises(InvalidInputError, match="not a number: 'x'"):
        fix(tmp_path / "in", tmp_path / "again")
    assert not (tmp_path / "again").exists()
