"""What a saved state says of its tracker: version, name, options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxtrail.errors import StateError

STATE_VERSION = 4

_FIELDS = (
    "tracker",
    "options",
    "is_obb",
    "timestamp",
    "embedding_width",
    "embedding_frame",
    "num_dropped",
    "frame_size",
    "stream",
)

_KINDS: dict[str, tuple[type, ...]] = {
    "is_obb": (bool, type(None)),
    "timestamp": (int, float, type(None)),
    "embedding_width": (int, type(None)),
    "embedding_frame": (int,),
    "num_dropped": (int,),
}


def check_saved(state: Mapping[str, Any], name: str, own: Mapping[str, Any], *, strict: bool) -> None:
    """A saved state must be complete, of this version and tracker, and if ``strict`` of the same options.

    Raises:
        StateError: says what is amiss.
    """
    try:
        version, saved = state["boxtrail_state"], {field: state[field] for field in _FIELDS}
        options = dict(saved["options"])
    except (KeyError, TypeError, ValueError) as error:
        raise StateError(f"this is no saved tracker state: {error!r}") from error
    if version != STATE_VERSION:
        raise StateError(f"the state has version {version!r}; this boxtrail reads version {STATE_VERSION}")
    if saved["tracker"] != name:
        raise StateError(f"the state is of {saved['tracker']!r}, not of {name!r}")
    for field, kinds in _KINDS.items():
        if not isinstance(saved[field], kinds) or (isinstance(saved[field], bool) and bool not in kinds):
            raise StateError(f"this is no saved tracker state: {field} is {saved[field]!r}")
    if strict:
        check_same_options(options, own)


def plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON keeps them."""
    names, size, groups = options["class_names"], options["frame_size"], options["class_groups"]
    noise = options["kalman_noise"]
    return {
        **options,
        "class_names": None if names is None else {str(key): value for key, value in names.items()},
        "frame_size": None if size is None else list(size),
        "kalman_noise": None if noise is None else {kind: list(values) for kind, values in noise.items()},
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
