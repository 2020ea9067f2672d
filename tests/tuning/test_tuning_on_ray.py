"""A search on a Ray cluster of two nodes, both on this machine, one of which dies in the middle."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import boxtrail
from boxtrail.tuning import TuneResult, tune
from boxtrail.tuning.store import TrialStore
from boxtrail.tuning.trials import Trial
from tuning_scenes import scenes

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'boxtrail[ray]'")
pytest.importorskip("optuna")
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}
# A dead node is noticed in a second or two, not half a minute.
QUICK = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 4,
}
KILLED_AFTER = 10  # trials


def timeless(result: TuneResult) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in result.trials]


@pytest.mark.slow
def test_a_node_that_dies_in_the_middle_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ray.cluster_utils import Cluster

    scratch = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if Path("/tmp").is_dir() else None)
    monkeypatch.setenv("RAY_TMPDIR", scratch)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(boxtrail.__file__).resolve().parents[1]))
    cluster = Cluster(
        initialize_head=True, head_node_args={**NODE, "include_dashboard": False, "_system_config": QUICK}
    )
    doomed = [cluster.add_node(**NODE)]
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    add, written = TrialStore.add, []

    def then_kill(self: TrialStore, *given: Any) -> None:
        add(self, *given)
        written.append(given[0].index)
        if len(written) == KILLED_AFTER:
            cluster.remove_node(doomed.pop(), allow_graceful=False)

    monkeypatch.setattr(TrialStore, "add", then_kill)
    asked: dict[str, Any] = {"n_trials": 24, "progress": False}
    try:
        found = tune("bytetrack", scenes(), executor="ray", storage=tmp_path / "tune.db", **asked)
    finally:
        cluster.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)
    assert doomed == []
    assert sorted(written) == list(range(24))
    assert timeless(found) == timeless(tune("bytetrack", scenes(), workers=1, **asked))
