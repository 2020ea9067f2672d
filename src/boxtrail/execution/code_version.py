"""What code a process runs, in words that two machines can compare."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np


@lru_cache(maxsize=1)
def code_version() -> str:
    """boxtrail's version and the hash of its Python files, Python's minor and NumPy's major version.

    Of NumPy and Python that much decides whether arrays and code made on one machine can be read on another.
    """
    from boxtrail import _core

    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    numpy = np.__version__.partition(".")[0]
    return f"boxtrail {_core.__version__} (code {digest.hexdigest()[:10]}, Python {python}, NumPy {numpy})"


__all__ = ["code_version"]
