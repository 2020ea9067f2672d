"""The other commands, and ``boxtrail`` itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from boxtrail.demo import run_demo
from boxtrail.trackers import TRACKERS, preset_names
from boxtrail.trackers.speed import SPEED_CLASSES

Boxtrail = Callable[..., "tuple[int, str, str]"]


def test_the_version_is_printed(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("--version")
    assert code == 0
    assert re.fullmatch(r"boxtrail (\d+\.\d+\.\S+|\(not installed\))\n", out)


def test_without_a_command_the_help_is_printed(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail()
    assert code == 0
    for command in ("track", "trackers", "detectors", "demo"):
        assert command in out


def test_an_unknown_command_is_one_line(boxtrail: Boxtrail) -> None:
    code, _, err = boxtrail("trak")
    assert code == 2
    assert "trak" in err
    assert err.count("\n") == 1


def test_a_wrong_option_points_to_the_help_of_its_command(boxtrail: Boxtrail) -> None:
    code, _, err = boxtrail("serve", "--nonsense")
    assert code == 2
    assert err == "error: No such option: --nonsense; see boxtrail serve --help\n"


def test_every_option_of_track_has_a_help_text(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("track", "--help")
    assert code == 0
    options = re.findall(r"^│ +(--[a-z-]+) +.*?<?\w+>? +(\S.*?) +│$", out, flags=re.MULTILINE)
    assert len(options) >= 20


def test_help_texts_have_no_tags_which_printing_would_swallow() -> None:
    from typer.main import get_command

    from boxtrail.cli.app import app

    def texts(command: Any) -> Iterator[str]:
        yield command.help or ""
        yield from (getattr(parameter, "help", None) or "" for parameter in command.params)
        for inner in getattr(command, "commands", {}).values():
            yield from texts(inner)

    found = list(texts(get_command(app)))
    assert len(found) > 100
    assert [text for text in found if re.search(r"<\w+>", re.sub(r"`[^`]*`", "", text))] == []


def test_trackers_are_listed_with_options_and_presets(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("trackers")
    assert code == 0
    for word in (
        "bytetrack",
        "OcSort",
        "Bewley",
        "oriented",
        "cpp, python",
        "track_buffer=30",
        "per_class=False",
    ):
        assert word in out


def test_trackers_are_listed_with_needs_and_speed(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("trackers")
    assert code == 0
    for word in ("needs", "detections", "speed", "fastest", "boxmot", "(reid)", "--reid", "reid_weights"):
        assert word in out


def test_trackers_are_listed_for_programs(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("trackers", "--json")
    assert code == 0
    listed = {tracker["name"]: tracker for tracker in json.loads(out)}
    assert list(listed) == sorted(TRACKERS)
    for name, kind in TRACKERS.items():
        assert listed[name]["appearance"] == kind.appearance
        assert listed[name]["speed"] in SPEED_CLASSES
        assert listed[name]["presets"] == preset_names(name)
        assert ("embeddings" in listed[name]["needs"]) == (kind.appearance != "unused")
    assert listed["bytetrack"]["options"]["track_buffer"] == 30
    assert listed["sort"]["needs"] == "detections"


def test_detectors_are_listed(boxtrail: Boxtrail) -> None:
    code, out, _ = boxtrail("detectors")
    assert code == 0
    for word in ("motion", "hog", "onnx:PATH", "file:PATH"):
        assert word in out


def test_the_demo_prints_ids_kept_and_files(
    boxtrail: Boxtrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxtrail.demo.run_demo", partial(run_demo, size=(320, 180)))
    code, out, _ = boxtrail("demo", "--seconds", 4, "--out", tmp_path / "d", "--seed", 5)
    assert code == 0
    assert re.search(r"ids kept +\d of \d people kept one id throughout", out)
    assert "contact-sheet.png" in out


def test_a_demo_that_cannot_be_is_one_line(boxtrail: Boxtrail) -> None:
    assert boxtrail("demo", "--seconds", 1)[::2] == (
        2,
        "error: the demo's film lasts 4 to 600 seconds, not 1\n",
    )
    assert boxtrail("demo", "--tracker", "none")[0] == 2


@pytest.mark.parametrize("missing", ["cv2", "typer", "rich"])
def test_without_the_video_extra_the_command_says_what_to_install(missing: str) -> None:
    program = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
from boxtrail.cli.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "boxtrail's command line needs the video extra: pip install 'boxtrail[video]'\n"
    assert not done.stdout


@pytest.mark.parametrize("source", ["broken.mp4", "nowhere.mp4"])
def test_opencv_and_ffmpeg_add_no_lines_to_an_error(tmp_path: Path, source: str) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(200))
    program = "from boxtrail.cli.__main__ import main; main()"
    command = [sys.executable, "-c", program, "track", str(tmp_path / source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
