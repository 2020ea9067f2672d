"""The log of a training run: a JSON object a line, an epoch each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from boxtrail.errors import SinkError, StateError
from boxtrail.io.atomic import AtomicText, cannot_write


def read_log(path: Path, epochs: int) -> list[dict[str, Any]]:
    """The entries of the first ``epochs`` epochs; a line that was cut short by the end of the process is left out.

    Raises:
        StateError: if they are not all there.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise StateError(f"{path}: cannot read the log to go on with: {error.strerror or error}") from error
    entries = []
    for line in lines[:epochs]:
        try:
            entries.append(json.loads(line))
        except ValueError as error:
            raise StateError(f"{path}, line {len(entries) + 1}: no JSON: {error}") from error
    if [entry.get("epoch") for entry in entries] != list(range(1, epochs + 1)):
        raise StateError(f"{path}: not the log of the {epochs} epochs to go on from")
    return entries


class RunLog:
    """Appends to ``path``, beginning with ``entries``; every line is on the disk's cache when ``add`` returns.

    Raises:
        SinkError: from every method, if the system refuses.
    """

    def __init__(self, path: Path, entries: list[dict[str, Any]]) -> None:
        self.path, self.entries = path, list(entries)
        kept = AtomicText(path)  # in place of what came after the epochs to go on from
        for entry in entries:
            kept.write(json.dumps(entry) + "\n")
        kept.close()

    def add(self, entry: dict[str, Any]) -> None:
        """One more epoch."""
        try:
            line = json.dumps(entry, allow_nan=False)
        except ValueError as error:
            raise SinkError(f"{self.path}: epoch {entry['epoch']} has a loss that is not finite") from error
        self.entries.append(entry)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise cannot_write(self.path, error) from error


__all__ = ["RunLog", "read_log"]
