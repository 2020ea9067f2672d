"""Finished trials in an SQLite file that optuna's own tools read: what a search that was killed goes on from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError, SinkError, require
from boxtrail.io.atomic import prepare
from boxtrail.tuning.interrupts import interrupts_held_back
from boxtrail.tuning.objectives import Objectives
from boxtrail.tuning.space import SearchSpace
from boxtrail.tuning.trials import Trial

STUDY = "boxtrail"
_SETTINGS, _INDEX, _SECONDS = "boxtrail", "index", "seconds"


class TrialStore:
    """The trials of one search; each is written when it is finished, in one transaction, or not at all.

    Trials under way are not in the file, so a process that is killed leaves nothing to mend. One process at a time
    may have it open. Ctrl-C waits until a call is over.

    Args:
        path: the file, made where there is none; ``sqlite:///PATH`` means the same.
        objectives: of the search.
        settings: plain values that all runs of one search agree on.

    Raises:
        ConfigError: if another process has it open, or it is of a search with other settings.
        SinkError: if it cannot be written, or is no such file.
    """

    @interrupts_held_back()
    def __init__(self, path: str | Path, objectives: Objectives, settings: Mapping[str, Any]) -> None:
        optuna = require("optuna", "tune", "tuning")
        text = str(path)
        if "://" in text and not text.startswith("sqlite:///"):
            raise ConfigError(f"--storage is an SQLite file, not {text}")
        self.path = prepare(text.removeprefix("sqlite:///"))
        self._lock: sqlite3.Connection | None = _locked(self.path)
        self._storage: Any = None
        try:
            self._storage = _storage(optuna, self.path)
            self._study = _opened(optuna, self._storage, self.path, objectives)
            self._agree(settings)
        except BaseException:
            self.close()
            raise

    @interrupts_held_back()
    def trials(self, space: SearchSpace) -> dict[int, Trial]:
        """The finished trials by index."""
        optuna = require("optuna", "tune", "tuning")
        state = optuna.trial.TrialState
        found: dict[int, Trial] = {}
        for frozen in self._study.get_trials(deepcopy=False, states=(state.COMPLETE, state.PRUNED)):
            if _INDEX not in frozen.user_attrs:
                continue  # another program's
            steps = sorted(frozen.intermediate_values.items())
            index = int(frozen.user_attrs[_INDEX])
            found[index] = Trial(
                index,
                dict(frozen.params),
                space.options(frozen.params),
                tuple(value for _, value in steps),
                tuple(frozen.values) if frozen.state == state.COMPLETE else None,
                float(frozen.user_attrs[_SECONDS]),
            )
        return found

    @interrupts_held_back()
    def add(self, trial: Trial, distributions: Mapping[str, Any]) -> None:
        """Write a finished trial."""
        optuna = require("optuna", "tune", "tuning")
        self._study.add_trial(frozen_trial(optuna, trial, distributions))

    @interrupts_held_back()
    def close(self) -> None:
        """Let others have the file."""
        storage, self._storage = self._storage, None
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def _agree(self, settings: Mapping[str, Any]) -> None:
        wanted = json.loads(json.dumps(dict(settings)))  # as it comes back
        there = self._study.user_attrs.get(_SETTINGS)
        if there is None:
            if self._study.get_trials(deepcopy=False):
                raise ConfigError(f"{self.path} holds trials of another program; give another --storage")
            self._study.set_user_attr(_SETTINGS, wanted)
            return
        for name, value in wanted.items():
            if there.get(name) != value:
                raise ConfigError(
                    f"{self.path} holds a search with {name} {_short(there.get(name))}, not {_short(value)}; "
                    "give another --storage, or remove it to begin anew"
                )


def frozen_trial(optuna: Any, trial: Trial, distributions: Mapping[str, Any]) -> Any:
    """``trial`` as optuna's studies take it."""
    state = optuna.trial.TrialState
    return optuna.trial.create_trial(
        state=state.COMPLETE if trial.is_complete else state.PRUNED,
        values=trial.values,
        params=trial.params,
        distributions={name: distributions[name] for name in trial.params},
        intermediate_values=dict(enumerate(trial.running)),
        user_attrs={_INDEX: trial.index, _SECONDS: trial.seconds},
    )


def _storage(optuna: Any, path: Path) -> Any:
    """Optuna's storage in an SQLite file."""
    import sqlalchemy

    def configure(connection: Any, _record: Any) -> None:
        # A write-ahead log needs no wait for the disk at every trial, and a process that dies loses nothing by it.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    try:
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        storage.remove_session()
        storage.engine.dispose()
        sqlalchemy.event.listen(storage.engine, "connect", configure)
    except (sqlalchemy.exc.SQLAlchemyError, RuntimeError) as error:
        raise _no_trials(path, error) from error
    return storage


def _opened(optuna: Any, storage: Any, path: Path, objectives: Objectives) -> Any:
    """The study in the file, made where there is none."""
    import sqlalchemy

    try:
        return optuna.create_study(
            study_name=STUDY, storage=storage, load_if_exists=True, directions=list(objectives.directions)
        )
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        raise _no_trials(path, error) from error


def _no_trials(path: Path, error: Exception) -> SinkError:
    return SinkError(f"{path}: no file of trials: {str(error).splitlines()[0]}")


def _locked(path: Path) -> sqlite3.Connection:
    """A transaction on a file beside ``path``: the system ends it with the process, however that ends."""
    lock = path.with_name(f"{path.name}.lock")
    connection = sqlite3.connect(lock, timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" in str(error):
            raise ConfigError(f"{path} is in use by another search") from None
        raise SinkError(f"cannot write {lock}: {error}") from error
    return connection


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


__all__ = ["STUDY", "TrialStore", "frozen_trial"]
