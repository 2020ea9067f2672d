"""``boxtrail convert`` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxtrail.cli.app import main
from boxtrail.io.formats import read_tracks, write_tracks
from formats.scenes import put, scene
from fresh_imports import loaded_by


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["convert", *map(str, arguments)])
    out = capsys.readouterr()
    return int(exit_.value.code or 0), out.out, out.err


def test_a_file_becomes_another_and_losses_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = put(tmp_path, "coco", scene(1))
    code, out, _ = run(capsys, source, tmp_path / "out.json", "--to", "supervisely")
    assert code == 0
    assert "coco → supervisely" in out
    assert "Supervisely's annotations cannot hold scores; they are left out" in " ".join(out.split())
    assert len(read_tracks(tmp_path / "out.json")["out"]) == len(scene(1))
    code, out, _ = run(capsys, source, tmp_path / "out.txt", "--quiet")
    assert (code, out) == (0, "")
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_classes_are_renamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.txt").write_text("1,1,0,0,9,9,1,1,1\n1,2,0,0,9,9,1,2,1\n1,3,0,0,9,9,1,7,1\n")
    code, out, _ = run(capsys, tmp_path / "in.txt", tmp_path / "o.csv", "--classes", "1=person,2=car")
    assert code == 0
    assert "class 7 is not among the classes given; it stays as it is" in " ".join(out.split())
    assert read_tracks(tmp_path / "o.csv")["o"].names == {1: "person", 2: "car"}
    (tmp_path / "map.yaml").write_text("names:\n  1: person\n  2: car\n  7: car\n")
    run(capsys, tmp_path / "in.txt", tmp_path / "o.csv", "--classes", tmp_path / "map.yaml")
    found = read_tracks(tmp_path / "o.csv")["o"]
    assert found.labels is not None
    assert [found.names[label] for label in found.labels.tolist()] == ["person", "car", "car"]
    code, _, err = run(capsys, tmp_path / "in.txt", tmp_path / "o.csv", "--classes", "1=,2")
    assert (code, err.count("\n")) == (2, 1)


def test_mistakes_are_one_line_and_fix_repairs_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.txt"
    source.write_text("0,1,0,0,9,9\n1,1,0,0,9,9\n1,1,0,0,9,9\n")
    code, _, err = run(capsys, source, tmp_path / "out.csv")
    assert (code, err) == (2, f"error: {source}, line 1: frames count from 1, not 0\n")
    assert not (tmp_path / "out.csv").exists()
    code, out, _ = run(capsys, source, tmp_path / "out.csv", "--fix")
    assert code == 0
    assert out.count("fixed") == 2
    assert read_tracks(tmp_path / "out.csv")["out"].frames.tolist() == [1, 2]
    assert source.read_text().startswith("0,1")


def test_the_size_of_the_frames_is_asked_for_where_it_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.txt").write_text("1,1,0,0,9,9\n")
    code, _, err = run(capsys, tmp_path / "in.txt", tmp_path / "o.txt", "--to", "mots")
    assert code == 2
    assert "needs the size of the frames" in err
    code, out, _ = run(
        capsys, tmp_path / "in.txt", tmp_path / "o.txt", "--to", "mots", "--image-size", "64x48"
    )
    assert code == 0
    assert "boxes become masks of whole pixels" in out
    code, _, err = run(capsys, tmp_path / "in.txt", tmp_path / "o.txt", "--image-size", "64")
    assert "--image-size is WIDTHxHEIGHT such as 1920x1080, not '64'" in err


def test_folders_of_several_sequences_become_folders_or_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tracks(tmp_path / "in", {"a": scene(1), "b": scene(2)})
    assert (tmp_path / "in" / "a" / "gt" / "gt.txt").is_file()
    assert run(capsys, tmp_path / "in", tmp_path / "all.json")[0] == 0
    assert run(capsys, tmp_path / "all.json", tmp_path / "xml", "--to", "cvat")[0] == 0
    assert sorted(path.name for path in (tmp_path / "xml").iterdir()) == ["a.xml", "b.xml"]
    assert run(capsys, tmp_path / "xml", tmp_path / "back")[0] == 0
    found = read_tracks(tmp_path / "back")
    assert {name: len(rows) for name, rows in found.items()} == {"a": len(scene(1)), "b": len(scene(2))}
    assert found["a"].frame_size == scene(1).frame_size
    code, _, err = run(capsys, tmp_path / "all.json", tmp_path / "one.xml")
    assert code == 2
    assert "hold one sequence a file, and there are 2; give the name of a folder" in err


def test_the_input_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = put(tmp_path, "mot", scene(1))
    before = source.read_text()
    code, _, err = run(capsys, source, source, "--to", "kitti")
    assert code == 2
    assert "is the input, which stays as it is" in err
    assert run(capsys, source, source.parent, "--to", "mot")[0] == 2
    assert source.read_text() == before
    assert run(capsys, source, source.parent, "--to", "csv")[0] == 0
    write_tracks(tmp_path / "in", {"a": scene(1)})
    assert run(capsys, tmp_path / "in", tmp_path / "in")[0] == 2


def test_formats_and_files_that_are_not_there_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = put(tmp_path, "mot", scene(1))
    assert (
        "unknown format 'yolo'; there are auto, mot"
        in run(capsys, source, tmp_path / "o.txt", "--to", "yolo")[2]
    )
    assert "no format has the suffix .mp4" in run(capsys, source, tmp_path / "o.mp4")[2]
    assert "no such file or folder of tracks" in run(capsys, tmp_path / "no.txt", tmp_path / "o.txt")[2]


def test_reading_tracks_loads_nothing_heavy() -> None:
    heavy = ("cv2", "yaml", "scipy", "pandas", "typer", "torch")
    assert loaded_by("import boxtrail.io.formats", heavy) == []
