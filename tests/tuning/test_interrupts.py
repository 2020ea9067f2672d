"""Ctrl-C waits where it would do harm."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

pytest.importorskip("optuna", reason="optuna is not installed: pip install 'boxtrail[tune]'")

from boxtrail.tuning.interrupts import interrupts_held_back
from boxtrail.tuning.objectives import parse_objectives
from boxtrail.tuning.store import TrialStore
from boxtrail.tuning.trials import Trial


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_comes_at_the_end_of_the_block_and_then_again_at_once() -> None:
    reached = []

    @interrupts_held_back()
    def work() -> None:
        interrupt()
        interrupt()
        reached.append(1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == [1]
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_a_block_that_fails_and_is_interrupted_is_interrupted() -> None:
    @interrupts_held_back()
    def fail() -> None:
        interrupt()
        raise ValueError("no")

    with pytest.raises(KeyboardInterrupt) as caught:
        fail()
    assert str(caught.value.__context__) == "no"


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_held_back():
            interrupt()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_leaves_the_signal_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with interrupts_held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_trial_that_is_being_written_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.orm import Session

    commit = Session.commit

    def interrupted(self: Session) -> None:
        interrupt()
        commit(self)

    store = TrialStore(tmp_path / "tune.db", parse_objectives("HOTA"), {})
    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.add(Trial(0, {}, {}, (0.5,), (0.5,), 0.1), {})
    found = store._study.get_trials(deepcopy=False)
    store.close()
    assert [(trial.state.name, trial.values) for trial in found] == [("COMPLETE", [0.5])]
