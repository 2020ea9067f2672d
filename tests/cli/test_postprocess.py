"""``boxtrail postprocess`` and ``boxtrail track --postprocess``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Boxtrail = Callable[..., "tuple[int, str, str]"]

TRACKS = "1,1,0,0,10,20,0.9,-1,-1,-1\n4,1,3,0,10,20,0.6,-1,-1,-1\n"
FILLED = """\
1,1,0.0000,0.0000,10.0000,20.0000,0.9000,-1,-1,-1
2,1,1.0000,0.0000,10.0000,20.0000,0.8000,-1,-1,-1
3,1,2.0000,0.0000,10.0000,20.0000,0.7000,-1,-1,-1
4,1,3.0000,0.0000,10.0000,20.0000,0.6000,-1,-1,-1
"""


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    file = tmp_path / "tracks.txt"
    file.write_text(TRACKS)
    return file


def test_a_file_is_filled_beside_the_input_which_stays(boxtrail: Boxtrail, tracks: Path) -> None:
    code, out, err = boxtrail("postprocess", tracks, "-m", "linear")
    assert (code, err) == (0, "")
    assert "2 boxes of 1 tracks → 4 boxes of 1 tracks" in out
    assert "tracks.linear.txt" in out
    assert tracks.with_name("tracks.linear.txt").read_text() == FILLED
    assert tracks.read_text() == TRACKS


def test_methods_run_in_order_and_out_names_the_file(
    boxtrail: Boxtrail, tracks: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "out.txt"
    assert boxtrail("postprocess", tracks, "-m", "li", "-m", "gsi", "-o", target, "-q") == (0, "", "")
    assert target.read_text().count("\n") == 4


def test_frames_of_a_strided_run_are_no_gaps(boxtrail: Boxtrail, tracks: Path) -> None:
    assert boxtrail("postprocess", tracks, "-m", "linear", "--stride", 3, "-q")[0] == 0
    assert tracks.with_name("tracks.linear.txt").read_text().count("\n") == 2


def test_gta_reads_embeddings_row_by_row(boxtrail: Boxtrail, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    (tmp_path / "tracks.txt").write_text("1,1,0,0,10,20\n4,2,3,0,10,20\n")
    np.save(tmp_path / "e.npy", np.ones((2, 3), dtype=np.float32))
    code, _, err = boxtrail("postprocess", "tracks.txt", "-m", "gta", "--embeddings", "e.npy")
    assert code == 0, err
    rows = (tmp_path / "tracks.gta.txt").read_text().splitlines()
    assert [row.split(",")[:2] for row in rows] == [["1", "1"], ["4", "1"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt", "-m", "gsi"], "nowhere.txt: cannot read tracks: No such file"),
        (["bad.txt", "-m", "gsi"], "bad.txt, line 2: expected 6 to 10 columns, found 3"),
        (["twice.txt", "-m", "gsi"], "twice.txt, line 2: track 1 has a row in frame 1 already, in line 1"),
        (["tracks.txt", "-m", "gis"], "did you mean 'gsi'"),
        (["tracks.txt"], "method"),
        (["tracks.txt", "-m", "gsi", "-o", "tracks.txt"], "tracks.txt is the input, which stays as it is"),
        (["tracks.txt", "-m", "gsi", "-o", "folder"], "a folder has that name"),
        (["tracks.txt", "-m", "gsi", "--stride", "2"], "tracks.txt: the frames are not 2 apart"),
        (["tracks.txt", "-m", "gta"], "needs embeddings"),
        (["tracks.txt", "-m", "gta", "--embeddings", "nowhere.npy"], "nowhere.npy: cannot read embeddings"),
        (["tracks.txt", "-m", "gta", "--embeddings", "bad.txt"], "bad.txt: no array of numbers"),
        (["tracks.txt", "-m", "gta", "--embeddings", "three.npy"], "shape (2, D)"),
    ],
)
def test_errors_are_one_line_and_nothing_is_written(
    boxtrail: Boxtrail, tracks: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    pytest.importorskip("sklearn")
    (tmp_path / "bad.txt").write_text("1,1,0,0,10,20\n1,2,0\n")
    (tmp_path / "twice.txt").write_text("1,1,0,0,10,20\n1,1,0,0,10,20\n")
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "three.npy", np.ones((3, 3)))
    before = sorted(tmp_path.iterdir())
    code, out, err = boxtrail("postprocess", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message.lower() in err.lower()
    assert sorted(tmp_path.iterdir()) == before
    assert tracks.read_text() == TRACKS


def test_track_postprocesses_the_text_it_writes(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    saves = ["--save-txt", "--save-json", "--save"]
    assert boxtrail("track", clip, *saves, "--out", tmp_path / "plain", "-q")[0] == 0
    methods = ["--postprocess", "linear", "--postprocess", "gsi"]
    code, out, err = boxtrail("track", clip, *saves, "--out", tmp_path / "smooth", *methods)
    assert code == 0, err
    assert "post-processing" in " ".join(out.split())
    plain, smooth = (
        np.loadtxt(tmp_path / name / "square.txt", delimiter=",") for name in ("plain", "smooth")
    )
    assert plain.shape == smooth.shape
    assert 0.0 < np.abs(plain[:, 2:6] - smooth[:, 2:6]).max() < 5.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--save-txt", "--postprocess", "gis"], "did you mean 'gsi'"),
        (["--save", "--postprocess", "gsi"], "none of these is asked for"),
        (["--save-txt", "--postprocess", "gta"], "needs embeddings"),
    ],
)
def test_a_wrong_choice_for_track_is_one_line(
    boxtrail: Boxtrail, clip: Path, arguments: list[str], message: str
) -> None:
    pytest.importorskip("sklearn")
    code, _, err = boxtrail("track", clip, *arguments)
    assert code == 2
    assert err.count("\n") == 1
    assert message in err.lower()
