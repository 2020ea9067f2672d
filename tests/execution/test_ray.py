"""Tasks on a Ray cluster of two nodes, both on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import execution_tasks as work
from benchmark_folders import content, write_sequence
from boxtrail.benchmarks import val
from boxtrail.errors import ExecutionError, InvalidDetectionsError, SourceError
from boxtrail.execution import Executor, open_executor

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'boxtrail[ray]'")
pytestmark = pytest.mark.slow
PATIENCE = 120.0  # seconds


@pytest.fixture
def executor(cluster: Any) -> Iterator[Executor]:
    with open_executor("ray") as opened:
        yield opened


def test_the_cluster_gives_what_one_process_gives(executor: Executor, tmp_path: Path) -> None:
    tasks = list(range(9))
    assert executor.num_workers == 2
    found = dict(executor.map(work.table_of, tasks))
    with open_executor("local", workers=1) as here:
        for index, expected in here.map(work.table_of, tasks):
            np.testing.assert_array_equal(found.pop(index), expected)
    assert found == {}


def test_tasks_run_on_both_nodes_at_the_same_time(executor: Executor, cluster: Any, tmp_path: Path) -> None:
    met = {node for _, node in executor.map(work.meet, [str(tmp_path)] * 2)}
    assert met == {node.node_id for node in cluster.list_all_nodes()}


def test_no_tasks_give_no_results(executor: Executor) -> None:
    assert list(executor.map(work.node_id, [])) == []


def test_an_exception_of_the_function_comes_with_its_type_message_and_fields(executor: Executor) -> None:
    with pytest.raises(InvalidDetectionsError, match=r"^number 3 is odd$") as caught:
        list(executor.map(work.refuse_odd, [0, 2, 3, 4]))
    assert (caught.value.row, caught.value.column) == (3, "conf")
    assert "in refuse_odd" in str(caught.value.__cause__)


def test_a_function_of_a_script_travels_with_its_source(executor: Executor) -> None:
    assert dict(executor.map(lambda number: number + 1, [1, 2])) == {0: 2, 1: 3}


def test_a_task_whose_worker_is_killed_is_done_again(executor: Executor, tmp_path: Path) -> None:
    tasks = ["", str(tmp_path / "a"), ""]
    assert dict(executor.map(work.die_the_first_time, tasks)) == dict(enumerate(tasks))
    assert (tmp_path / "a").exists()


def test_a_task_that_kills_every_worker_is_an_error_that_says_so(executor: Executor) -> None:
    with pytest.raises(ExecutionError, match="task 2 of 3: its Ray worker or node died 4 times"):
        list(executor.map(work.always_die, range(3)))


def test_a_gpu_is_given_to_the_task_that_asks_for_it(executor: Executor, cluster: Any) -> None:
    assert {gpus for _, gpus in executor.map(work.visible_gpus, range(3), gpus=1.0)} == {"0"}
    nodes = {node for _, node in executor.map(work.node_id, range(4), gpus=0.5)}
    assert nodes == {cluster.worker_nodes.copy().pop().node_id}


def test_more_gpus_than_there_are_is_an_error_and_no_endless_wait(executor: Executor) -> None:
    with pytest.raises(ExecutionError, match="a task needs 2 GPUs, but the Ray cluster has 1 in all"):
        list(executor.map(work.visible_gpus, range(3), gpus=2.0))


def test_a_path_that_another_node_has_not_is_an_error_that_names_it(cluster: Any, executor: Executor) -> None:
    missing = "/data/that/nobody/has.txt"
    with pytest.raises(SourceError, match=r"has\.txt: No such file .*\(on Ray node .* same path\)"):
        list(
            executor.map(work.first_byte, [missing] * 2, gpus=1.0)
        )  # the node with the GPU, not the driver's
    with pytest.raises(FileNotFoundError, match=r"on Ray node .* same path") as caught:
        list(executor.map(work.first_letter_here, [missing], gpus=1.0))
    assert caught.value.filename == missing


def test_relative_paths_mean_the_same_on_every_node_that_has_the_folder(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.txt").write_text("found", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with open_executor("ray") as executor:
        for gpus in (0.0, 1.0):  # with one it is not the driver's node
            found = executor.map(work.first_letter_here, ["here.txt"] * 2, gpus=gpus)
            assert dict(found) == {0: "f", 1: "f"}


def test_other_code_on_a_node_is_an_error_before_any_work(
    executor: Executor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("boxtrail.execution.ray_executor.code_version", lambda: "boxtrail 9.9.9 (code 1)")
    with pytest.raises(
        ExecutionError, match=r"^Ray node .* has boxtrail 0.* but this process runs boxtrail 9"
    ):
        list(executor.map(work.announce_and_wait, [str(tmp_path)]))
    assert not list(tmp_path.iterdir())


def test_without_a_cluster_the_error_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(**_options: object) -> None:
        raise ConnectionError("Could not find any running Ray instance.")

    monkeypatch.setattr(ray, "init", find_nothing)
    with pytest.raises(ExecutionError, match=r"no Ray cluster runs on this machine; .*: ray start --head"):
        open_executor("ray")
    with pytest.raises(ExecutionError, match="no Ray cluster answers at ray://far:10001"):
        open_executor("ray://far:10001")


def test_a_session_the_user_opened_stays_open(cluster: Any) -> None:
    ray.init(address="auto", log_to_driver=False, logging_level="error")
    try:
        with open_executor("ray") as executor:
            assert dict(executor.map(work.refuse_odd, [0, 2])) == {0: 0, 1: 2}
        assert ray.is_initialized()
    finally:
        ray.shutdown()


def test_a_client_outside_the_cluster_gets_the_same(cluster: Any) -> None:
    pytest.importorskip("grpc", reason="ray:// needs ray[client]")
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ray.util.client.server", f"--address={cluster.address}"]
    command += ["--host=127.0.0.1", f"--port={port}", "--mode=specific-server"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with open_executor(f"ray://127.0.0.1:{port}", workers=2) as executor:
            assert executor.num_workers == 2
            assert dict(executor.map(work.refuse_odd, [0, 2, 4])) == {0: 0, 1: 2, 2: 4}
            with pytest.raises(SourceError, match="on Ray node"):
                list(executor.map(work.first_byte, ["/nothing/here"]))
    finally:
        server.terminate()
        server.wait(PATIENCE)


def test_results_are_complete_and_equal_when_a_node_is_killed_in_the_middle(
    cluster: Any, doomed: Any
) -> None:
    tasks = list(range(12))
    with open_executor("ray") as executor:
        assert executor.num_workers == 3
        found = list(executor.map(doomed(work.table_of), tasks))
    assert sorted(index for index, _ in found) == tasks
    for index, table in found:
        np.testing.assert_array_equal(table, work.table_of(index))


def test_a_benchmark_on_the_cluster_is_what_it_is_here(cluster: Any, tmp_path: Path) -> None:
    for name, length in (("a", 20), ("b", 12)):
        write_sequence(tmp_path / "own" / name, length)
    found = {}
    for spec in ("local", "ray"):
        options: dict[str, Any] = {"reid": "histogram", "cache_dir": tmp_path / spec, "executor": spec}
        found[spec] = val(tmp_path / "own", "bytetrack,strongsort", detector="motion", **options)
        assert found[spec].cache.num_computed == 2
    assert content(tmp_path / "local") == content(tmp_path / "ray")
    assert found["local"].summary == found["ray"].summary
