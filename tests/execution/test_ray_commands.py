"""The commands on a cluster give what they give in one process; generate also over a node that dies."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="ray is not installed: pip install 'boxtrail[ray]'")
pytest.importorskip("optuna", reason="optuna is not installed: pip install 'boxtrail[tune]'")

from benchmark_folders import content, write_sequence
from boxtrail.benchmarks import generate
from boxtrail.cli.app import main
from execution_tasks import DoomedSquares

pytestmark = pytest.mark.slow
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    for number in range(6):
        write_sequence(folder / f"walk-{number}", 12 + number)
    return folder


def new_node(cluster: Any) -> Any:
    return cluster.add_node(num_cpus=1, object_store_memory=80_000_000)


def test_generate_makes_the_same_files_when_a_node_is_killed_in_the_middle(
    cluster: Any, own: Path, tmp_path: Path
) -> None:
    doomed = new_node(cluster)
    killed: list[float] = []

    def kill_it_at_work() -> None:
        deadline = time.monotonic() + PATIENCE
        while not (tmp_path / "doomed-is-busy").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        cluster.remove_node(doomed, allow_graceful=False)
        killed.append(time.monotonic())

    killer = threading.Thread(target=kill_it_at_work)
    killer.start()
    detector = DoomedSquares(doomed.node_id, str(tmp_path))
    made = generate(own, detector, reid="histogram", cache_dir=tmp_path / "ray", executor="ray")
    killer.join()
    assert killed
    assert (tmp_path / "doomed-is-busy").exists()
    here = generate(own, DoomedSquares("", ""), reid="histogram", cache_dir=tmp_path / "here")
    assert len(made.generated) == len(here.generated) == 6
    assert content(tmp_path / "ray") == content(tmp_path / "here")


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code == 0


def test_the_commands_take_the_cluster_and_write_the_same(cluster: Any, own: Path, tmp_path: Path) -> None:
    written = []
    for executor in ("ray", "local"):
        folder = tmp_path / executor
        cache = ["--cache-dir", folder / "cache", "--executor", executor]
        run("eval", "--benchmark", own, "--tracker", "sort", *cache, "--save-txt", folder / "txt", "--quiet")
        tuned = ["--tracker", "sort", "-n", 4, "--out", folder / "tuned", "--no-report", "--quiet"]
        run("tune", "--benchmark", own, *cache, *tuned)
        result = json.loads((folder / "tuned" / "result.json").read_text(encoding="utf-8"))
        written.append((content(folder / "txt"), content(folder / "cache"), result["best_options"]))
    assert written[0] == written[1]
    assert len(written[0][0]) == 6
