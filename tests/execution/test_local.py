"""Tasks in processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import execution_tasks as work
from boxtrail.errors import ConfigError, ExecutionError, InvalidDetectionsError
from boxtrail.execution import open_executor

PATIENCE = 120.0  # seconds
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def wait_until(condition: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """False for a zombie too late: one that is not waited for still answers."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_gives_its_result_with_its_index(workers: int) -> None:
    tasks = [np.arange(k, dtype=np.float64) for k in range(7)]
    with open_executor(workers=workers) as executor:
        results = dict(executor.map(work.double, tasks))
        assert executor.num_workers == workers
    assert sorted(results) == list(range(7))
    for index, array in results.items():
        np.testing.assert_array_equal(array, 2.0 * tasks[index])


def test_one_worker_is_this_process_and_two_are_others() -> None:
    with open_executor(workers=1) as here:
        assert {pid for _, pid in here.map(work.process_id, range(3))} == {os.getpid()}
    with open_executor(workers=2) as executor:
        first = {pid for _, pid in executor.map(work.process_id, range(8))}
        again = {pid for _, pid in executor.map(work.process_id, range(8))}
    assert len(first) == 2
    assert again == first
    assert os.getpid() not in first
    assert not any(is_alive(pid) for pid in first)


def test_no_tasks_give_no_results_and_start_nothing() -> None:
    with open_executor(workers=2) as executor:
        assert list(executor.map(work.double, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_of_the_function_comes_with_its_type_message_and_fields(workers: int) -> None:
    with (
        open_executor(workers=workers) as executor,
        pytest.raises(InvalidDetectionsError, match=r"^number 3 is odd$") as caught,
    ):
        list(executor.map(work.refuse_odd, [0, 2, 3, 4]))
    assert (caught.value.row, caught.value.column, caught.value.value) == (3, "conf", 0.5)


def test_where_in_the_worker_an_exception_came_from_is_its_cause() -> None:
    with open_executor(workers=2) as executor, pytest.raises(InvalidDetectionsError) as caught:
        list(executor.map(work.refuse_odd, [1]))
    assert "in refuse_odd" in str(caught.value.__cause__)


def test_an_exception_that_cannot_travel_is_told_in_words() -> None:
    with (
        open_executor(workers=2) as executor,
        pytest.raises(ExecutionError, match="LocalError: made inside a function"),
    ):
        list(executor.map(work.raise_something_local, [0]))


def test_a_function_that_cannot_travel_is_refused_with_a_way_out() -> None:
    with open_executor(workers=2) as executor, pytest.raises(ExecutionError, match="one local worker"):
        list(executor.map(lambda task: task, [0, 1]))


def test_a_result_that_cannot_travel_is_an_error_and_no_hang() -> None:
    with open_executor(workers=2) as executor, pytest.raises(Exception, match=r"(?i)pickle"):
        list(executor.map(work.return_a_function, [0]))


def test_the_executor_works_on_after_an_error() -> None:
    with open_executor(workers=2) as executor:
        with pytest.raises(InvalidDetectionsError):
            list(executor.map(work.refuse_odd, [0, 1, 2]))
        assert dict(executor.map(work.refuse_odd, [0, 2])) == {0: 0, 1: 2}


@posix
def test_a_task_whose_worker_is_killed_is_done_again(tmp_path: Path) -> None:
    tasks = ["", str(tmp_path / "a"), "", str(tmp_path / "b"), ""]
    with open_executor(workers=2) as executor:
        results = dict(executor.map(work.die_the_first_time, tasks))
    assert results == dict(enumerate(tasks))
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_a_task_that_kills_every_worker_is_an_error_that_says_so() -> None:
    with (
        open_executor(workers=2) as executor,
        pytest.raises(ExecutionError, match=r"task 2 of 3: its worker process died 3 times.*exit code 7"),
    ):
        list(executor.map(work.always_die, range(3)))


@posix
def test_a_consumer_that_has_enough_ends_what_is_under_way(tmp_path: Path) -> None:
    with open_executor(workers=2) as executor:
        results = executor.map(work.announce_and_wait, ["", *[str(tmp_path)] * 4])
        assert next(results) == (0, None)
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        results.close()  # type: ignore[attr-defined]
        assert not any(is_alive(int(path.stem)) for path in tmp_path.iterdir())
        assert dict(executor.map(work.refuse_odd, [0, 2])) == {0: 0, 1: 2}


@posix
def test_closing_the_executor_wakes_who_waits_for_it(tmp_path: Path) -> None:
    executor = open_executor(workers=2)
    closer = threading.Thread(
        target=lambda: (wait_until(lambda: len(list(tmp_path.iterdir())) == 2), executor.close())
    )
    closer.start()
    with pytest.raises(ExecutionError, match="closed before all tasks were done"):
        list(executor.map(work.announce_and_wait, [str(tmp_path)] * 4))
    closer.join()
    assert not any(is_alive(int(path.stem)) for path in tmp_path.iterdir())


@posix
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent_however_that_ends(kill: signal.Signals, tmp_path: Path) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(Path(work.__file__).parent)!r})
import execution_tasks as work
from boxtrail.execution import open_executor
if __name__ == "__main__":
    with open_executor(workers=2) as executor:
        list(executor.map(work.announce_and_wait, [{str(tmp_path)!r}] * 4))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    pids = [int(path.stem) for path in tmp_path.iterdir()]
    if kill == signal.SIGINT:
        os.killpg(process.pid, kill)  # as a terminal does: to the workers as well
    else:
        process.send_signal(kill)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == -kill
    assert told.count("Traceback") == (1 if kill == signal.SIGINT else 0)
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def run_script(folder: Path, lines: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(f"import os\nfrom boxtrail.execution import open_executor\nprint('top')\n{lines}")
    command = [sys.executable, str(script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_script_is_not_run_again_for_work_that_it_does_not_define(tmp_path: Path) -> None:
    done = run_script(
        tmp_path,
        "with open_executor(workers=2) as executor:\n"
        "    print(sorted(executor.map(os.fspath, ['a', 'b'])))\nprint(__file__ is not None, __spec__)\n",
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["top", "[(0, 'a'), (1, 'b')]", "True None"]


def test_a_script_may_define_the_work_itself_behind_a_main_guard(tmp_path: Path) -> None:
    work = "def double(x):\n    return 2 * x\n"
    both = "list(executor.map(os.fspath, ['a', 'b'])), sorted(executor.map(double, [1, 2]))"
    use = f"with open_executor(workers=2) as executor:\n        print(({both})[1])\n"
    done = run_script(tmp_path, f"{work}if __name__ == '__main__':\n    {use}")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[(0, 2), (1, 4)]"


def test_a_script_that_defines_the_work_without_a_main_guard_is_told_what_to_do(tmp_path: Path) -> None:
    work = "def double(x):\n    return 2 * x\n"
    done = run_script(
        tmp_path,
        f"{work}with open_executor(workers=2) as executor:\n    list(executor.map(double, [1, 2]))\n",
    )
    assert done.returncode == 1
    assert "if __name__ == '__main__':" in done.stderr.splitlines()[-1]


def test_workers_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with open_executor(workers=64) as executor:
        assert dict(executor.map(work.num_threads, [0]))[0] == "1"
    assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with open_executor(workers=64) as executor:
        assert dict(executor.map(work.num_threads, [0]))[0] == "3"


@pytest.mark.parametrize("spec", ["slurm", "", "LOCAL ", "rays://x"])
def test_an_unknown_executor_is_an_error_that_lists_the_known_ones(spec: str) -> None:
    with pytest.raises(ConfigError, match=r"there are local, ray and ray://HOST:PORT"):
        open_executor(spec)


def test_the_number_of_workers_counts_from_one() -> None:
    with pytest.raises(ConfigError, match="at least 1, not 0"):
        open_executor(workers=0)
    assert open_executor().num_workers >= 1


def test_tasks_may_be_bound_arguments() -> None:
    with open_executor(workers=2) as executor:
        assert dict(executor.map(partial(pow, 2), [3, 4])) == {0: 8, 1: 16}
