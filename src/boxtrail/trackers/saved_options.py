"""Options of a tracker as a saved state keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxtrail.errors import StateError


def plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON keeps them."""
    names, size, groups = options["class_names"], options["frame_size"], options["class_groups"]
    return {
        **options,
        "class_names": None if names is None else {str(key): value for key, value in names.items()},
        "frame_size": None if size is None else list(size),
        "class_groups": None if groups is None else [list(group) for group in groups],
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
