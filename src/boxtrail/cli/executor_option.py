"""``--executor`` and ``--workers`` as every command has them that spreads its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def executor_option(option: Callable[..., Any]) -> Any:
    """``--executor``, made by the command's own ``option``, which knows the panel of its help."""
    return option(
        "--executor",
        metavar="local|ray[://HOST:PORT]",
        help="Where the work is done: processes of this machine, the Ray cluster it belongs to, or one elsewhere.",
    )


def workers_option(option: Callable[..., Any], what: str, here: str) -> Any:
    """``--workers``, of ``what`` there are that many at a time; ``here`` says how many on this machine without it."""
    return option(
        "--workers", min=1, help=f"{what} at a time; without it {here}, on a cluster as many as it has cores."
    )


__all__ = ["executor_option", "workers_option"]
