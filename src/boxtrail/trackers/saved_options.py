"""Options of a tracker as a saved state keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxtrail.errors import StateError


def plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON keeps them."""
    names, size = options["class_names"], options["frame_size"]
    return {
        **options,
        "class_names": None if names is None else {str(key): value for key, value in names.items()},
        "frame_size": None if size is None else list(size),
    }


def check_same_options(saved: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Both sets must agree.

    Raises:
        StateError: names the first option that differs.
    """
    for name in sorted(set(saved) | set(own)):
        if saved.get(name) != own.get(name):
            raise StateError(
                f"the state was saved with {name}={saved.get(name)!r}, this tracker has {own.get(name)!r}; "
                "pass strict=False to go on with this tracker's options"
            )
