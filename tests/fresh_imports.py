"""What a new interpreter has loaded after some statements."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection


def loaded_by(statements: str, names: Collection[str]) -> list[str]:
    """Those of the modules named that the statements load, directly or not."""
    tell = f"import json, sys; print(json.dumps([name for name in {list(names)!r} if name in sys.modules]))"
    command = [sys.executable, "-c", f"{statements}\n{tell}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found
