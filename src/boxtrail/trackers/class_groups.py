"""Which classes are tracked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boxtrail.errors import ConfigError


def group_of_class(
    groups: Sequence[Sequence[int | str]] | None, class_names: Mapping[int, str] | None
) -> dict[int, int]:
    """Class id → the smallest id of its group, for the classes that ``groups`` names.

    Raises:
        ConfigError: for a name that ``class_names`` does not know.
    """
    ids = {name: label for label, name in (class_names or {}).items()}
    group: dict[int, int] = {}
    for members in groups or ():
        for member in members:
            if isinstance(member, str) and member not in ids:
                raise ConfigError(f"class_groups: class_names has no {member!r}")
        labels = [ids[member] if isinstance(member, str) else member for member in members]
        group |= {label: min(labels) for label in labels}
    return group
