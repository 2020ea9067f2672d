"""Options of the form KEY=VALUE."""

from __future__ import annotations

from typing import Any

from boxtrail.errors import ConfigError


def key_values(pairs: list[str], what: str = "option") -> dict[str, Any]:
    """``["max_age=30"]`` as ``{"max_age": 30}``, values read as YAML; ``what`` is the word of messages.

    Raises:
        ConfigError: for one of another form.
    """
    import yaml  # few commands get as far as this

    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ConfigError(f"a{'n' if what[0] in 'aeiou' else ''} {what} is KEY=VALUE, not {pair!r}")
        try:
            options[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"cannot read the value of {what} {pair!r}") from error
    return options
