"""The best options as a preset: a YAML file that ``create_tracker(name, preset=PATH)`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from boxtrail.io.atomic import AtomicText
from boxtrail.trackers import StreamConfig, Tracker


def differences(tracker: type[Tracker], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that differ from the defaults, in the order of the config."""
    defaults = {one.name: one.default for kind in (tracker.config_type, StreamConfig) for one in fields(kind)}
    return {name: options[name] for name in defaults if name in options and options[name] != defaults[name]}


def preset_text(tracker: type[Tracker], options: Mapping[str, Any], header: list[str]) -> str:
    """The file: ``header`` as comments, then a line an option."""
    import yaml  # here, for its import is slow and presets are rare

    changed = {name: _plain(value) for name, value in differences(tracker, options).items()}
    body = (
        yaml.safe_dump(changed, sort_keys=False, allow_unicode=True)
        if changed
        else "{}  # the defaults are best\n"
    )
    return "".join(f"# {line}\n" for line in header) + body


def write_preset(path: str | Path, text: str) -> Path:
    """Write the file, complete or not at all.

    Raises:
        SinkError: if the system refuses.
    """
    file = AtomicText(path)
    file.write(text)
    file.close()
    return file.path


def _plain(value: Any) -> Any:
    """Without tuples, which YAML has no plain word for."""
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    return value


__all__ = ["differences", "preset_text", "write_preset"]
