"""A search that was killed goes on, and ends as if it had not been."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from boxtrail.errors import ConfigError, SinkError
from boxtrail.tuning import TuneResult, tune
from boxtrail.tuning.trials import Trial
from tuning_kills import NUM_TRIALS, SEED
from tuning_scenes import scenes


def search(storage: Path | None, **given: Any) -> TuneResult:
    asked: dict[str, Any] = {"n_trials": 20, "workers": 1, "progress": False, **given}
    return tune("bytetrack", scenes(), storage=storage, **asked)


def timeless(result: TuneResult) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in result.trials]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_twenty_kills_lose_nothing_count_nothing_twice_and_change_nothing(tmp_path: Path) -> None:
    storage = tmp_path / "tune.db"
    program = [sys.executable, str(Path(__file__).parents[1] / "tuning_kills.py"), str(storage), "20"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 15  # the others were through before
    asked: dict[str, Any] = {"n_trials": NUM_TRIALS, "seed": SEED}
    resumed = search(storage, **asked)
    assert [trial.index for trial in resumed.trials] == list(range(NUM_TRIALS))
    assert timeless(resumed) == timeless(search(None, **asked))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tune.db", "tune.db.lock"]


def test_optuna_reads_the_trials_each_of_them_once(tmp_path: Path) -> None:
    import optuna

    result = search(tmp_path / "tune.db")
    study = optuna.load_study(study_name="boxtrail", storage=f"sqlite:///{tmp_path / 'tune.db'}")
    assert len(study.trials) == 20
    assert study.best_value == result.best_value
    assert study.best_trial.user_attrs["index"] == result.best.index
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
    assert pruned == result.summary.num_pruned > 0


def test_a_finished_search_is_read_and_a_larger_one_goes_on_from_it(tmp_path: Path) -> None:
    storage = tmp_path / "tune.db"
    first = search(storage, n_trials=11)
    again = search(storage, n_trials=11)
    assert again.trials == first.trials
    assert again.timings.trials_per_second == 0.0
    assert timeless(search(storage, n_trials=20)) == timeless(search(None, n_trials=20))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": 1}, r"holds a search with seed 0, not 1; give another --storage"),
        ({"objective": "IDF1"}, r"holds a search with objective HOTA, not IDF1"),
        ({"batch": 4}, r"holds a search with batch 8, not 4"),
        ({"options": {"fuse_score": False}}, r"holds a search with options"),
    ],
)
def test_trials_of_another_search_are_not_mixed_in(
    tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    search(tmp_path / "tune.db", n_trials=2)
    with pytest.raises(ConfigError, match=message):
        search(tmp_path / "tune.db", **given)


def test_other_data_under_the_same_names_is_another_search(tmp_path: Path) -> None:
    storage = tmp_path / "tune.db"
    search(storage, n_trials=2)
    first, *rest = scenes()
    moved = replace(first, detections=first.detections * np.array([1.0, 1.0, 1.0, 1.0, 0.9, 1.0]))
    with pytest.raises(ConfigError, match="holds a search with data"):
        tune("bytetrack", [moved, *rest], storage=storage, workers=1, progress=False)


def test_two_searches_at_once_cannot_have_one_file(tmp_path: Path) -> None:
    from boxtrail.tuning.objectives import parse_objectives
    from boxtrail.tuning.store import TrialStore

    store = TrialStore(tmp_path / "tune.db", parse_objectives("HOTA"), {})
    with pytest.raises(ConfigError, match="is in use by another search"):
        search(tmp_path / "tune.db")
    store.close()


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database, and long enough to be told from an empty one\n" * 40)
    with pytest.raises(SinkError, match=r"notes.txt: no file of trials"):
        search(other)
    assert other.read_text().startswith("not a database")


def test_a_storage_that_is_no_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="an SQLite file, not postgresql"):
        tune("bytetrack", scenes(), storage="postgresql://host/db", workers=1, progress=False)
