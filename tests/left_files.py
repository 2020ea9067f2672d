"""What a server has left in a folder."""

from __future__ import annotations

import os
from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """Every file below ``folder``; what the server takes away meanwhile is not missed, as ``Path.rglob`` would."""
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    return [path for path in found if path.name != "lock"]


def files_named(folder: Path, pattern: str) -> list[Path]:
    """Those whose name matches, as ``*.mp4``."""
    return [path for path in files_in(folder) if path.match(pattern)]
