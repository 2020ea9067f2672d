"""Runs checks one after the other, a line each, and counts."""

from __future__ import annotations

import contextlib
import io
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

PREFIX = "check_"


class Skipped(Exception):  # noqa: N818  (nothing has gone wrong)
    """A call that cannot be tried here, and why."""


def run_all(title: str, modules: Sequence[ModuleType], context: Any) -> int:
    """Run every ``check_*`` function of the modules, in their order, with the context.

    The line printed is the function's docstring. What a client prints meanwhile is shown only where a check fails.

    Returns:
        1 if one failed, else 0.
    """
    passed = failed = skipped = 0
    for module in modules:
        for name, check in list(vars(module).items()):  # a check may import something
            if name.startswith(PREFIX) and getattr(check, "__module__", "") == module.__name__:
                what = " ".join((check.__doc__ or name).split())
                try:
                    error, seconds = _run(check, context)
                except Skipped as reason:
                    skipped += 1
                    print(f"skip {title}: {what}: {reason}", flush=True)
                    continue
                passed, failed = passed + (not error), failed + bool(error)
                print(f"{'FAIL' if error else 'ok  '} {title}: {what} ({seconds:.1f} s)", flush=True)
                if error:
                    print(error, flush=True)
    print(f"{title}: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return int(failed > 0)


def _run(check: Callable[[Any], None], context: Any) -> tuple[str, float]:
    said, began = io.StringIO(), time.monotonic()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            check(context)
    except Skipped:
        raise
    except Exception:  # noqa: BLE001  (whatever goes wrong is a failed check)
        lines = traceback.format_exc().splitlines()
        return "\n".join(
            f"     {line}" for line in [*lines, *_said(said.getvalue())]
        ), time.monotonic() - began
    return "", time.monotonic() - began


def _said(output: str) -> list[str]:
    """The last lines of what a client printed, without its progress bars."""
    return [line for line in output.splitlines() if line.strip() and "it/s]" not in line][-20:]


def equal(found: Any, expected: Any, what: str) -> None:
    """Fail, saying both, unless they are equal."""
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {found!r}")


def true(condition: Any, what: str) -> None:
    """Fail unless it holds."""
    if not condition:
        raise AssertionError(f"expected that {what}")


def fails(
    kind: type[BaseException] | tuple[type[BaseException], ...], text: str, call: Callable[[], Any]
) -> str:
    """Fail unless the call raises this, with ``text`` in its message; the message."""
    try:
        answer = call()
    except kind as error:
        if text not in str(error):
            raise AssertionError(f"expected {text!r} in the message, got {error!s:.500}") from error
        return str(error)
    raise AssertionError(f"expected {kind}, got {answer!r:.300}")


def near(
    boxes: dict[str, Sequence[float]], expected: dict[str, Sequence[float]], pixels: float, what: str
) -> None:
    """Fail unless these are the same names, each with a box that misses by so many pixels at most."""
    equal(sorted(boxes), sorted(expected), f"{what}: names")
    for name, place in expected.items():
        if max(abs(a - b) for a, b in zip(boxes[name], place, strict=True)) > pixels:
            raise AssertionError(f"{what}: expected {name} at {tuple(place)}, got {tuple(boxes[name])}")


if __name__ == "__main__":
    sys.exit("run supervisely_client.py or inference_client.py")
