"""One process that answers calls, and the pipe to it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait

from boxtrail.errors import ExecutionError
from boxtrail.execution.messages import answer

_READY = b"ready"
_LEAVE_SECONDS = 2.0  # for a worker that has nothing to do to end by itself
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_starting = threading.Lock()


class WorkerDiedError(Exception):
    """The process ended in the middle of a call; the message says how."""


class WorkerProcess:
    """A process of its own, fresh (not forked), so that threads and GPUs of this one do no harm.

    It leaves Ctrl-C to this process, and ends when this one does, however that happens.

    Args:
        num_threads: that numerical libraries may use in it, where the environment does not say.
        knows_main: whether it runs the main module, to have what a script defines. One that does its work at the top
            would do it again there, so this is only for calls that need it.
    """

    def __init__(self, num_threads: int, *, knows_main: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="boxtrail worker", daemon=True)
        self._is_ready, self.knows_main = False, knows_main
        with _starting, _threads_limited(num_threads), _interrupts_held_back(), _main_module(knows_main):
            self._process.start()
        theirs.close()

    def call(self, message: bytes) -> bytes:
        """The answer to a request; see :mod:`boxtrail.execution.messages`.

        Raises:
            WorkerDiedError: if the process ends before it answers.
            ExecutionError: if it cannot even start.
        """
        if not self._is_ready:
            self._await_start()
        try:
            self._pipe.send_bytes(message)
            return self._pipe.recv_bytes()
        except (EOFError, OSError):
            self._process.join()
            raise WorkerDiedError(_cause_of_death(self._process.exitcode)) from None

    def kill(self) -> None:
        """End the process at once; whoever waits in ``call`` gets WorkerDiedError."""
        self._process.kill()

    def close(self) -> None:
        """Let the process end, by force if it does not hurry, and leave nothing of it behind."""
        self._pipe.close()
        self._process.join(_LEAVE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _await_start(self) -> None:
        try:
            self._pipe.recv_bytes()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode
            if code is not None and code < 0:
                raise WorkerDiedError(_cause_of_death(code)) from None
            raise ExecutionError(
                f"a worker process could not start (exit code {code}); a script that uses several workers must "
                "do its work under: if __name__ == '__main__':"
            ) from None
        self._is_ready = True


def _cause_of_death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"


def _serve(pipe: Connection) -> None:
    """The life of the worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send_bytes(_READY)
    while True:
        try:
            message = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send_bytes(answer(message))


def _end_with_parent() -> None:
    """A parent killed in the middle leaves no process behind that works for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def _threads_limited(num_threads: int) -> Iterator[None]:
    """The libraries read these variables when they are loaded, before any code of ours runs in the worker."""
    absent = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(absent, str(num_threads)))
    try:
        yield
    finally:
        for name in absent:
            os.environ.pop(name, None)


@contextlib.contextmanager
def _main_module(is_told: bool) -> Iterator[None]:
    """A spawned process runs the file of the main module again if that has one."""
    main = sys.modules["__main__"]
    file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if is_told or file is None:
        yield
        return
    main.__file__, main.__spec__ = None, None
    try:
        yield
    finally:
        main.__file__, main.__spec__ = file, spec


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A child inherits the mask: Ctrl-C, which a terminal sends to all, finds it deaf even while it starts."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


__all__ = ["WorkerDiedError", "WorkerProcess"]
