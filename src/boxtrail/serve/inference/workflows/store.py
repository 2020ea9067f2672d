"""Workflows with a name, kept as files: ``<folder>/<workspace>/<id>.json``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from boxtrail.serve.errors import RefusedError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class WorkflowStore:
    """Specifications of a folder; None for a server without any."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, workspace: str, id: str) -> Any:
        """The specification of that name.

        Raises:
            RefusedError: 404 if there is none, 400 for a name that leads elsewhere, 500 for a file that cannot be read.
        """
        for name in (workspace, id):
            if not NAME.fullmatch(name) or ".." in name:
                raise RefusedError(400, f"{name!r} is no name of a workflow")
        path = None if self._folder is None else self._folder / workspace / f"{id}.json"
        if path is None or not path.is_file():
            raise RefusedError(404, f"there is no workflow {workspace}/{id} here")
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RefusedError(500, f"workflow {workspace}/{id} cannot be read") from error
        # As exported by Roboflow, the specification lies below a key of its own.
        return said.get("specification", said) if isinstance(said, dict) else said


__all__ = ["WorkflowStore"]
