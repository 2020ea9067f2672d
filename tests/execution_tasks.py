"""What the workers of the execution tests do; worker processes import it by its name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidDetectionsError, SourceError

PATIENCE = 180.0  # seconds: on a busy machine the first worker of a node is long in coming


def double(array: NDArray[np.float64]) -> NDArray[np.float64]:
    return 2.0 * array


def process_id(_task: object) -> int:
    time.sleep(0.05)
    return os.getpid()


def refuse_odd(number: int) -> int:
    if number % 2:
        raise InvalidDetectionsError(f"number {number} is odd", row=number, column="conf", value=0.5)
    return number


def raise_something_local(_task: object) -> None:
    class LocalError(Exception):
        pass

    raise LocalError("made inside a function")


def return_a_function(_task: object) -> object:
    return lambda: 1


def die_the_first_time(marker: str) -> str:
    """Kill this process unless it was done before, as ``marker`` says; ``""`` never dies."""
    if marker and not Path(marker).exists():
        Path(marker).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return marker


def always_die(number: int) -> int:
    if number == 1:
        os._exit(7)
    return number


def announce_and_wait(folder: str) -> None:
    """Leave the number of this process in a folder and stay; ``""`` is done at once."""
    if not folder:
        return
    Path(folder, f"{os.getpid()}.pid").touch()
    time.sleep(60.0)


def num_threads(_task: object) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def first_byte(path: str) -> int:
    try:
        return Path(path).read_bytes()[0]
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from error


def table_of(number: int) -> NDArray[np.float64]:
    """A table too large to travel with the reply."""
    return np.full((200, 200), float(number)) ** 2


@dataclass(frozen=True, slots=True)
class Doomed:
    """The function of a task which, on one node, is done once and stays at the second task for ever.

    On the other nodes it waits until that one does, so that this is in the middle of things.
    """

    function: Callable[[Any], Any]
    node: str
    folder: str

    def __call__(self, task: Any) -> Any:
        busy, done = Path(self.folder, "doomed-is-busy"), Path(self.folder, "doomed-did-one")
        if node_id() != self.node:
            _await(busy.exists)
        elif done.exists():
            busy.touch()
            time.sleep(PATIENCE)
        else:
            done.touch()
        return self.function(task)


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def node_id(_task: object = None) -> str:
    """Of the Ray node this runs on, "" elsewhere."""
    ray = sys.modules.get("ray")
    return ray.get_runtime_context().get_node_id() if ray and ray.is_initialized() else ""


def meet(folder: str) -> str:
    """The Ray node this runs on, once tasks in the same folder run on another one at the same time."""
    here = Path(folder, node_id())
    here.touch()
    _await(lambda: any(other != here for other in Path(folder).iterdir()))
    return here.name


def visible_gpus(_task: object) -> str | None:
    return os.environ.get("CUDA_VISIBLE_DEVICES")


def first_letter_here(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")[0]
