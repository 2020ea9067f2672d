"""Options of trackers that clients may not set: they open files of the server, or fill its memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxtrail.errors import ConfigError

# All others that ``create_tracker`` takes beside those of trackers: paths and objects, and its own first argument.
NOT_FOR_CLIENTS = frozenset(
    {
        "tracker_type",
        "preset",
        "tracker_config",
        "evolve_param_dict",
        "reid_weights",
        "device",
        "half",
        "record",
    }
)


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse what is the server's own choice.

    Raises:
        ConfigError: naming the option.
    """
    for name in options:
        if name.casefold() in NOT_FOR_CLIENTS:
            raise ConfigError(f"option {name!r} is for whoever starts the server, not for its clients")


__all__ = ["NOT_FOR_CLIENTS", "check_options"]
