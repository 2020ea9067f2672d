"""A Ray cluster of two nodes on this machine, and a third one that dies."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import boxtrail
import execution_tasks

NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}
# A dead node is noticed in a second or two, not half a minute.
QUICK = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 4,
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head node and another one, with a core each; the second has a GPU, so it says."""
    pytest.importorskip("ray", reason="ray is not installed: pip install 'boxtrail[ray]'")
    from ray.cluster_utils import Cluster

    # Sockets in it have names of at most 107 characters, which those of pytest's own folders exceed.
    scratch = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if Path("/tmp").is_dir() else None)
    code = [str(Path(boxtrail.__file__).resolve().parents[1]), str(Path(execution_tasks.__file__).parent)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", scratch)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(code))
        started = Cluster(
            initialize_head=True, head_node_args={**NODE, "include_dashboard": False, "_system_config": QUICK}
        )
        started.add_node(**NODE, num_gpus=1)
        patch.setenv("RAY_ADDRESS", started.address)
        yield started
        started.shutdown()
    _remove(Path(scratch))


@pytest.fixture
def doomed(
    cluster: Any, tmp_path: Path
) -> Iterator[Callable[[Callable[[Any], Any]], execution_tasks.Doomed]]:
    """One more node, killed when it is at its second task; makes the functions of such tasks."""
    node = cluster.add_node(**NODE)
    folder = tmp_path / "doomed"
    folder.mkdir()
    is_over, killed_at_work = threading.Event(), []

    def kill() -> None:
        while not (folder / "doomed-is-busy").exists() and not is_over.wait(0.05):
            pass
        killed_at_work.append((folder / "doomed-is-busy").exists())
        cluster.remove_node(node, allow_graceful=False)

    killer = threading.Thread(target=kill)
    killer.start()
    yield partial(execution_tasks.Doomed, node=node.node_id, folder=str(folder))
    is_over.set()
    killer.join()
    assert killed_at_work == [True]


def _remove(folder: Path) -> None:
    """Processes of the cluster that come to their end still write there."""
    deadline = time.monotonic() + 10.0
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)
