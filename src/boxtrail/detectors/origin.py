"""Which library an object comes from, told by its type, so that the library need not be installed."""

from __future__ import annotations

from typing import Any


def comes_from(value: Any, module: str) -> bool:
    """Whether the type of ``value``, or a class it derives from, is defined in ``module`` or below it."""
    return any(
        kind.__module__ == module or kind.__module__.startswith(f"{module}.") for kind in type(value).__mro__
    )
