"""``boxtrail gallery`` and names instead of numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

Command = Callable[..., Any]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two identities with two pictures each: the clip's yellow square, and a blue one."""
    for name, colour in (("sunny", (60, 200, 240)), ("blue", (220, 60, 30))):
        (tmp_path / "people" / name).mkdir(parents=True)
        for k in range(2):
            picture = np.full((40, 24, 3), colour, np.uint8)
            picture[:k] = 40
            cv2.imwrite(str(tmp_path / "people" / name / f"{k}.png"), picture)
    return tmp_path / "people"


@pytest.fixture
def gallery(boxtrail: Command, pictures: Path, tmp_path: Path) -> Path:
    done = boxtrail("gallery", "enrol", pictures, "--out", tmp_path / "people.npz")
    assert done.code == 0, done.err
    assert "2 identities, 4 pictures added" in done.out
    return tmp_path / "people.npz"


def test_enrol_list_rename_and_remove(boxtrail: Command, gallery: Path) -> None:
    listed = boxtrail("gallery", "list", gallery)
    assert listed.code == 0
    assert "histogram" in listed.out
    assert [line.split() for line in listed.out.splitlines() if "sunny" in line or "blue" in line] == [
        ["│", "blue", "│", "2", "│"],
        ["│", "sunny", "│", "2", "│"],
    ]
    assert boxtrail("gallery", "rename", gallery, "blue", "sky").code == 0
    assert boxtrail("gallery", "remove", gallery, "sunny").code == 0
    again = boxtrail("gallery", "list", gallery)
    assert "sky" in again.out
    assert "sunny" not in again.out
    failed = boxtrail("gallery", "remove", gallery, "sunny")
    assert failed.code == 2
    assert "nobody in the gallery is called 'sunny'; names: sky" in failed.err


def test_enrolling_into_a_gallery_adds(boxtrail: Command, gallery: Path, pictures: Path) -> None:
    done = boxtrail("gallery", "enrol", pictures, "--out", gallery, "--quiet")
    assert (done.code, done.out) == (0, "")
    assert "4" in boxtrail("gallery", "list", gallery).out


@pytest.fixture
def found(tmp_path: Path) -> str:
    """Where the square of the clip is, as a detector."""
    rows = [f"{k + 1},-1,{(3 * k) % 130},40,24,40,0.9,-1,-1,-1\n" for k in range(30)]
    (tmp_path / "square.txt").write_text("".join(rows))
    return f"file:{tmp_path / 'square.txt'}"


def test_tracks_get_names(boxtrail: Command, gallery: Path, clip: Path, found: str, tmp_path: Path) -> None:
    options = ("--detector", found, "--tracker", "botsort", "--reid", "histogram", "--camera-motion", "none")
    done = boxtrail(
        "track",
        clip,
        *options,
        "--gallery",
        gallery,
        "--save-csv",
        "--save-json",
        "--save",
        "--out",
        tmp_path / "out",
    )
    assert done.code == 0, done.err
    assert "names" in done.out
    assert "sunny (1)" in done.out
    with (tmp_path / "out" / "square.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == {"sunny"}
    lines = [json.loads(line) for line in (tmp_path / "out" / "square.jsonl").read_text().splitlines()]
    assert {track["name"] for line in lines for track in line["tracks"]} == {"sunny"}


def test_a_tracker_without_appearance_gets_names_too(
    boxtrail: Command, gallery: Path, clip: Path, found: str
) -> None:
    done = boxtrail("track", clip, "--detector", found, "--reid", "histogram", "--gallery", gallery)
    assert done.code == 0, done.err
    assert "sunny (1)" in done.out


def test_without_a_gallery_files_have_no_names(boxtrail: Command, clip: Path, tmp_path: Path) -> None:
    boxtrail("track", clip, "--save-csv", "--save-json", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "square.csv").read_text().splitlines()[0].endswith("class_name")
    assert '"name"' not in (tmp_path / "out" / "square.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("track", "CLIP", "--gallery", "GALLERY"), "give reid (--reid); it was made with 'histogram'"),
        (("track", "CLIP", "--gallery", "nobody.npz", "--reid", "histogram"), "no such gallery"),
        (("track", "CLIP", "--gallery", "CLIP", "--reid", "histogram"), "this is no gallery"),
        (("gallery", "list", "nobody.npz"), "no such gallery"),
        (("gallery", "enrol", "nowhere", "--out", "x.npz"), "no such folder"),
        (("gallery", "enrol", "EMPTY", "--out", "x.npz"), "it holds no folders"),
        (
            ("gallery", "enrol", "PICTURES", "--out", "GALLERY", "--reid", "other.pt"),
            "was made with --reid histogram",
        ),
    ],
)
def test_mistakes_are_one_line(
    boxtrail: Command,
    gallery: Path,
    pictures: Path,
    clip: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"CLIP": clip, "GALLERY": gallery, "EMPTY": tmp_path / "empty", "PICTURES": pictures}
    done = boxtrail(*(places.get(argument, argument) for argument in arguments))
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "x.npz").exists()


def test_a_picture_that_cannot_be_read_is_named(boxtrail: Command, pictures: Path) -> None:
    (pictures / "blue" / "broken.jpg").write_text("no picture")
    done = boxtrail("gallery", "enrol", pictures, "--out", "people.npz")
    assert done.code == 2
    assert "broken.jpg: this is no picture that can be read" in done.err
    assert not Path("people.npz").exists()
