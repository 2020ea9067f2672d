"""``--reid``: one embedder, or one a class."""

from __future__ import annotations

from collections.abc import Mapping

from boxtrail.errors import ConfigError


def embedder_spec(values: list[str] | None) -> str | Mapping[int | str, str] | None:
    """``["histogram"]`` as it is, ``["person=a.pt", "2=b.pt", "*=histogram"]`` as a mapping of classes.

    Raises:
        ConfigError: for more than one embedder without a class, or a class named twice.
    """
    if not values:
        return None
    if len(values) == 1 and "=" not in values[0]:
        return values[0]
    by_class: dict[int | str, str] = {}
    for value in values:
        name, equals, spec = (part.strip() for part in value.partition("="))
        if not (name and equals and spec):
            raise ConfigError(f"several embedders are given by class, --reid CLASS=SPEC, not {value!r}")
        key = int(name) if name.isdecimal() else name
        if key in by_class:
            raise ConfigError(f"--reid names an embedder for {name!r} twice")
        by_class[key] = spec
    return by_class


__all__ = ["embedder_spec"]
