"""Calls and their outcomes as bytes, between processes that share no memory."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from boxtrail.errors import ExecutionError

_VALUE, _ERROR = "value", "error"
_dumps = partial(pickle.dumps, protocol=pickle.HIGHEST_PROTOCOL)


class WorkerTracebackError(Exception):
    """Where in the worker an exception came from; the cause of the exception raised here."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n{self.text}"


def request(function: Callable[[Any], Any], task: Any, *, dumps: Callable[[object], bytes] = _dumps) -> bytes:
    """The call of ``function`` for ``task``, in the pickle that ``dumps`` makes.

    Raises:
        ExecutionError: if one of them cannot be pickled.
    """
    try:
        return dumps((function, task))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ExecutionError(
            f"this work cannot be sent to another process ({error}); with one local worker it stays in this one"
        ) from error


def is_of_main_module(call: bytes) -> bool:
    """Whether a call needs what the script that runs defines itself."""
    return b"__main__" in call


def answer(call: bytes) -> bytes:
    """Make the call, in the worker; what it returned or raised."""
    try:
        function, task = pickle.loads(call)
        return _dumps((_VALUE, function(task)))
    except Exception as error:  # noqa: BLE001  it is raised again on the other side
        trace = "".join(traceback.format_exception(error))
        return _dumps((_ERROR, (_portable(error), trace)))


def result(reply: bytes) -> Any:
    """What the call returned.

    Raises:
        Exception: what the call raised.
    """
    kind, content = pickle.loads(reply)
    if kind == _ERROR:
        error, trace = content
        raise error from WorkerTracebackError(trace)
    return content


def _portable(error: Exception) -> Exception:
    """The exception itself if it survives pickling, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  an exception may define anything for its own pickling
        return ExecutionError(f"{type(error).__name__}: {error}")
    return error


__all__ = ["WorkerTracebackError", "answer", "is_of_main_module", "request", "result"]
