"""``boxtrail eval``: the table, the files, and one line for every mistake."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxtrail.cli.eval import named_paths
from boxtrail.errors import ConfigError
from boxtrail.evaluation import evaluate

Boxtrail = Callable[..., Any]

TRUTH = "1,1,0,0,10,10,1,1,1\n2,1,0,0,10,10,1,1,1\n3,1,0,0,10,10,1,1,1\n4,1,0,0,10,10,1,1,1\n"
GOOD = TRUTH.replace(",1,1,1\n", ",0.9,-1,-1,-1\n")
SWITCHED = GOOD.replace("3,1,", "3,2,").replace("4,1,", "4,2,")
HALF = "".join(GOOD.splitlines(keepends=True)[:2])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two sequences, and the tracks of two trackers."""
    for name in ("north", "south"):
        (tmp_path / "truth" / name / "gt").mkdir(parents=True)
        (tmp_path / "truth" / name / "gt" / "gt.txt").write_text(TRUTH)
    for tracker, texts in {"sharp": (GOOD, SWITCHED), "dull": (SWITCHED, HALF)}.items():
        (tmp_path / tracker).mkdir()
        for name, text in zip(("north", "south"), texts, strict=True):
            (tmp_path / tracker / f"{name}.txt").write_text(text)
    return tmp_path


def rows(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines() if line.strip() and "─" not in line]


@pytest.mark.parametrize("command", ["eval", "val"])
def test_one_tracker_is_a_row_a_sequence(boxtrail: Boxtrail, data: Path, command: str) -> None:
    code, out, err = boxtrail(command, "--gt", "truth", "--pred", "sharp")
    assert (code, err) == (0, "")
    found = rows(out)
    assert found[0] == ["sequence", "HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "Frag", "FP", "FN"]
    assert found[1] == ["north", *["100.00"] * 5, "0", "0", "0", "0"]
    assert found[2] == ["south", "70.71", "100.00", "50.00", "75.00", "50.00", "1", "0", "0", "0"]
    assert found[3][:1] + found[3][4:7] == ["OVERALL", "87.50", "75.00", "1"]
    assert "2 sequences · pedestrian · MOTChallenge's rules" in out


def test_several_trackers_stand_beside_one_another_with_the_best_in_bold(
    boxtrail: Boxtrail, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, err = boxtrail("eval", "--gt", "truth", "--pred", "sharp", "--pred", "Slow=dull")
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if "sharp" in line or "Slow" in line]
    assert len(lines) == 6
    bold = "\x1b[1;32m"
    assert f"{bold}100.00" in lines[0]
    assert bold not in lines[1]
    assert f"{bold} 75.00" in lines[2] or f"{bold}75.00" in lines[2]
    assert lines[4].lstrip("\x1b[0m").split()[0] == "OVERALL"


def test_metrics_choose_the_columns_by_name_or_title(boxtrail: Boxtrail, data: Path) -> None:
    code, out, _ = boxtrail(
        "eval", "--gt", "truth", "--pred", "sharp", "--metrics", "idsw, Recall,CLR_Re,FAF"
    )
    assert code == 0
    assert rows(out)[0] == ["sequence", "IDSW", "Recall", "FAF"]
    assert rows(out)[2] == ["south", "1", "100.00", "0.00"]


def test_files_hold_what_python_finds(boxtrail: Boxtrail, data: Path) -> None:
    arguments = ["--pred", "sharp", "--pred", "dull", "--json", "out/m.json", "--csv", "out/m.csv"]
    code, out, err = boxtrail("eval", "--gt", "truth", *arguments)
    assert (code, err) == (0, "")
    assert "wrote out/m.json" in out
    saved = json.loads((data / "out" / "m.json").read_text())
    table = list(csv.DictReader((data / "out" / "m.csv").read_text().splitlines()))
    for tracker in ("sharp", "dull"):
        found = evaluate(data / "truth", data / tracker)
        assert saved["trackers"][tracker] == found.to_dict()
        assert saved["provenance"][tracker]["rules"] == "mot"
        mine = {(row["sequence"], row["class"]): row for row in table if row["tracker"] == tracker}
        assert len(mine) == 4
        for name, metrics in {**found.sequences, "OVERALL": found.overall}.items():
            read = {key: float(value) for key, value in mine[name, "OVERALL"].items() if key in metrics}
            assert read == dict(metrics)
    assert sorted(path.name for path in (data / "out").iterdir()) == ["m.csv", "m.json"]


def test_bootstrap_tells_intervals_and_who_beats_whom(boxtrail: Boxtrail, data: Path) -> None:
    arguments = ["--pred", "sharp", "--pred", "dull", "--bootstrap", "--resamples", 500, "--json", "m.json"]
    code, out, _ = boxtrail("eval", "--gt", "truth", *arguments)
    assert code == 0
    text = " ".join(out.split())
    assert "95 % intervals over 2 sequences, 500 resamples" in text
    assert "sharp beats dull in MOTA by 25.00 points (95 % interval 25.00 to 25.00)." in text
    assert "rather too narrow than too wide" in text
    saved = json.loads((data / "m.json").read_text())["bootstrap"]
    assert saved["resamples"] == 500
    assert {entry["metric"] for entry in saved["differences"]} == {"HOTA", "DetA", "AssA", "MOTA", "IDF1"}


def test_quiet_prints_nothing(boxtrail: Boxtrail, data: Path) -> None:
    assert boxtrail("eval", "--gt", "truth", "--pred", "sharp", "-q", "--csv", "m.csv") == (0, "", "")
    assert (data / "m.csv").exists()


def test_classes_are_chosen_and_mapped(boxtrail: Boxtrail, data: Path) -> None:
    (data / "truth.json").write_text("")  # a folder that has other files as well
    (data / "gt.txt").write_text("1,1,0,0,9,9,1,3,1\n1,2,50,0,9,9,1,5,1\n")
    (data / "tracks.txt").write_text("1,1,0,0,9,9,1,0,1\n1,2,50,0,9,9,1,7,1\n")
    base = ["eval", "--gt", "gt.txt", "--pred", "tracks.txt", "--preprocess", "none", "--metrics", "TP,FN"]
    _, out, _ = boxtrail(*base, "--class-map", "0=3,7=5")
    assert [row for row in rows(out) if row[0] in ("class", "OVERALL")] == [
        ["class", "3", "1", "0"],
        ["class", "5", "1", "0"],
        ["OVERALL", "2", "0"],
    ]
    _, out, _ = boxtrail(*base, "--class-map", "0=3", "--classes", "3")
    assert rows(out)[-2] == ["OVERALL", "1", "0"]


class TestMistakes:
    @pytest.fixture(autouse=True)
    def files(self, data: Path) -> None:
        (data / "gt.txt").write_text(TRUTH)
        (data / "good.txt").write_text(GOOD)
        (data / "twice.txt").write_text(GOOD + GOOD.splitlines()[0] + "\n")
        (data / "two.txt").write_text(GOOD + "5,1,0,0,-9,9,1,-1,-1,-1\n0,1,x,0,9,9,1,-1,-1,-1\n")
        (data / "word.txt").write_text("1,1,0,0,ten,9\n")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--gt", "nowhere", "--pred", "sharp"], "nowhere: no such file or folder of ground truth"),
            (["--gt", "truth", "--pred", "nowhere"], "nowhere: no such file or folder of predictions"),
            (["--gt", "truth", "--pred", "good.txt"], "no tracks of sequence 'north'; found good"),
            (["--gt", "gt.txt", "--pred", "word.txt"], "word.txt, line 1: not a number: 'ten'"),
            (["--gt", "gt.txt", "--pred", "twice.txt"], "twice.txt, line 5: track 1 has a row in frame 1"),
            (["--gt", "gt.txt", "--pred", "twice.txt"], "; --fix repairs it"),
            (["--gt", "truth", "--pred", "sharp", "--metrics", "HTA"], "did you mean 'HOTA'"),
            (["--gt", "truth", "--pred", "sharp", "--metrics", ","], "--metrics needs names"),
            (["--gt", "truth", "--pred", "sharp", "--threshold", "0"], "threshold must lie in (0, 1]"),
            (["--gt", "truth", "--pred", "sharp", "--preprocess", "mto"], "unknown preprocess 'mto'"),
            (["--gt", "truth", "--pred", "sharp", "--format", "tom"], "unknown format 'tom'"),
            (["--gt", "truth", "--pred", "a=sharp", "--pred", "a=dull"], "two trackers are called 'a'"),
            (
                ["--gt", "gt.txt", "--pred", "good.txt", "--bootstrap"],
                "there is only 'gt'; score two or more",
            ),
            (
                ["--gt", "truth", "--pred", "sharp", "--bootstrap", "--resamples", "9"],
                "resamples must lie in",
            ),
            (["--gt", "truth", "--pred", "sharp", "-q", "--json", "sharp"], "a folder has that name"),
            (["--pred", "sharp"], "--gt"),
        ],
    )
    def test_are_one_line_and_nothing_is_written(
        self, boxtrail: Boxtrail, data: Path, arguments: list[str], message: str
    ) -> None:
        before = sorted(data.rglob("*"))
        code, out, err = boxtrail("eval", *arguments)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert message in err
        assert sorted(data.rglob("*")) == before

    def test_of_one_file_are_told_together(self, boxtrail: Boxtrail, data: Path) -> None:
        code, out, err = boxtrail("eval", "--gt", "gt.txt", "--pred", "two.txt")
        assert (code, out) == (2, "")
        lines = err.splitlines()
        assert lines[0].startswith("mistake: two.txt, line 5: negative size")
        assert lines[1].startswith("mistake: two.txt, line 6: ")
        assert lines[-1] == "error: 2 mistakes in 1 file; --fix repairs 1 of them"

    def test_that_are_safe_to_repair_are_repaired_for_the_scores_alone(
        self, boxtrail: Boxtrail, data: Path
    ) -> None:
        before = (data / "twice.txt").read_text()
        code, out, err = boxtrail(
            "eval", "--gt", "gt.txt", "--pred", "twice.txt", "--fix", "--json", "m.json"
        )
        assert code == 0
        assert err.startswith("fixed: twice.txt, line 5: ")
        assert rows(out)[1] == ["gt", *["100.00"] * 5, "0", "0", "0", "0"]
        assert (data / "twice.txt").read_text() == before
        made = json.loads((data / "m.json").read_text())["provenance"]["twice"]
        assert (made["truth"], made["prediction"]) == ("gt.txt", "twice.txt")

    def test_in_a_folder_are_repaired_with_the_length_of_the_sequence_kept(
        self, boxtrail: Boxtrail, data: Path
    ) -> None:
        (data / "truth" / "north" / "seqinfo.ini").write_text("[Sequence]\nseqLength=9\n")
        gt = data / "truth" / "north" / "gt" / "gt.txt"
        gt.write_text(TRUTH + TRUTH.splitlines()[0] + "\n")
        (data / "sharp" / "south.txt").write_text(SWITCHED + SWITCHED.splitlines()[0] + "\n")
        arguments = ["eval", "--gt", "truth", "--pred", "sharp", "--metrics", "frames,IDSW"]
        assert boxtrail(*arguments)[0] == 2
        code, out, err = boxtrail(*arguments, "--fix")
        assert code == 0
        assert err.count("fixed: ") == 2
        assert rows(out)[1:3] == [["north", "9", "0"], ["south", "4", "1"]]

    def test_that_are_not_safe_stay_errors_with_fix(self, boxtrail: Boxtrail, data: Path) -> None:
        code, out, err = boxtrail("eval", "--gt", "gt.txt", "--pred", "word.txt", "--fix")
        assert (code, out) == (2, "")
        assert "word.txt, line 1" in err


def test_trackers_are_called_by_as_much_of_their_path_as_tells_them_apart(tmp_path: Path) -> None:
    def names(*texts: str) -> list[str]:
        return list(named_paths(list(texts)))

    assert names("a/tracks.txt.gz") == ["tracks"]
    assert names("runs/one/data", "runs/two/data") == ["one", "two"]
    assert names("one/tracks", "two/tracks") == ["one/tracks", "two/tracks"]
    assert names("SORT=one/tracks", "two/tracks") == ["SORT", "tracks"]
    odd = tmp_path / "a=b"
    odd.mkdir()
    assert names(str(odd)) == ["a=b"]
    with pytest.raises(ConfigError, match="two trackers are called"):
        names("one/tracks", "one/tracks")


def test_the_command_loads_neither_pandas_nor_plots_nor_opencv(data: Path) -> None:
    code = f"""
import sys
from boxtrail.cli.__main__ import main
sys.argv = ["boxtrail", "eval", "--gt", {str(data / "truth")!r}, "--pred", {str(data / "sharp")!r}, "-q"]
try:
    main()
except SystemExit as end:
    heavy = ("cv2", "pandas", "plotly", "jinja2", "scipy", "torch", "yaml", "boxtrail.trackers")
    print(end.code, [name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 []"
