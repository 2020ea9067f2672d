"""The commands on a cluster give what they give in one process, also over a node that dies in the middle."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="ray is not installed: pip install 'boxtrail[ray]'")
pytest.importorskip("optuna", reason="optuna is not installed: pip install 'boxtrail[tune]'")

from benchmark_folders import content, write_sequence
from boxtrail.benchmarks.replay_task import replay_task
from boxtrail.benchmarks.sequence_task import generate_sequence
from boxtrail.cli.app import main
from boxtrail.tuning.trial import run_trial

pytestmark = pytest.mark.slow
NUM_SEQUENCES, NUM_TRIALS = 6, 24


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    for number in range(NUM_SEQUENCES):
        write_sequence(folder / f"walk-{number}", 12 + number)
    return folder


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code == 0


def generated(own: Path, folder: Path, executor: str) -> dict[str, bytes]:
    """The files that ``boxtrail generate`` writes."""
    looks = ["--detector", "motion", "--reid", "histogram", "--camera-motion", "sof"]
    run("generate", "-b", own, *looks, "--cache-dir", folder, "--executor", executor, "--quiet")
    found = content(folder)
    assert len(found) == 3 * NUM_SEQUENCES
    return found


def evaluated(own: Path, folder: Path, executor: str) -> tuple[dict[str, bytes], Any]:
    """The tracks that ``boxtrail eval`` writes, and all scores."""
    files = ["--save-txt", folder / "txt", "--json", folder / "scores.json"]
    run("eval", "-b", own, "-t", "sort,bytetrack", "--cache-dir", folder / "cache", *files,
        "--executor", executor, "--quiet")  # fmt: skip
    tracks = content(folder / "txt")
    assert len(tracks) == 2 * NUM_SEQUENCES
    return tracks, json.loads((folder / "scores.json").read_text(encoding="utf-8"))


def tuned(own: Path, folder: Path, executor: str) -> list[dict[str, Any]]:
    """The trials of ``boxtrail tune`` without their times."""
    run("tune", "-b", own, "--tracker", "sort", "-n", NUM_TRIALS, "--cache-dir", folder / "cache",
        "--out", folder / "out", "--no-report", "--executor", executor, "--quiet")  # fmt: skip
    trials = json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))["trials"]
    assert [trial["index"] for trial in trials] == list(range(NUM_TRIALS))
    return [{**trial, "seconds": 0.0} for trial in trials]


COMMANDS = {
    "generate": (generated, "boxtrail.benchmarks.generate", generate_sequence),
    "eval": (evaluated, "boxtrail.benchmarks.validation", replay_task),
    "tune": (tuned, "boxtrail.tuning.search", run_trial),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_gives_the_same_when_a_node_is_killed_in_the_middle(
    command: str, own: Path, tmp_path: Path, doomed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    result_of, module, function = COMMANDS[command]
    expected = result_of(own, tmp_path / "local", "local")
    monkeypatch.setattr(sys.modules[module], function.__name__, doomed(function))
    assert result_of(own, tmp_path / "ray", "ray") == expected


def test_the_commands_take_the_cluster_and_give_the_same(cluster: Any, own: Path, tmp_path: Path) -> None:
    for result_of, *_ in COMMANDS.values():
        folder = tmp_path / result_of.__name__
        assert result_of(own, folder / "ray", "ray") == result_of(own, folder / "local", "local")
