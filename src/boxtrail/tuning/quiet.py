"""optuna without a line for every trial."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boxtrail.errors import require


@contextmanager
def quiet_optuna() -> Iterator[Any]:
    """optuna, which reports errors only inside the ``with`` block.

    Raises:
        MissingExtraError: without optuna.
    """
    optuna = require("optuna", "tune", "tuning")
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield optuna
    finally:
        optuna.logging.set_verbosity(before)


__all__ = ["quiet_optuna"]
