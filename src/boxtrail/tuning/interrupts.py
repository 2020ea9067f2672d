"""Ctrl-C that waits for a moment where it does no harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Ctrl-C inside the block comes at its end; also a decorator.

    A library that is interrupted while it tidies up may log the interrupt as a failure of its own, or swallow it.
    Where Ctrl-C is ignored, and outside the main thread, which alone gets it, nothing changes.
    """
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[Any] = []
    signal.signal(signal.SIGINT, lambda *given: came.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            before(*came[0])


__all__ = ["interrupts_held_back"]
