"""Runs both clients, each in its own environment, and sums up: ``python run.py ENVIRONMENTS`` (``make interop``).

Exits with 1 unless every check of both has passed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIENTS = {"supervisely_client.py": "interop-sly", "inference_client.py": "interop-rf"}
TOTAL = re.compile(r"\w+: (\d+) passed, (\d+) failed")


def run(script: str, python: Path) -> tuple[int, int]:
    """How many checks of one client passed and failed; one more has failed if it ended before its last line."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")
    }
    environment["BOXTRAIL_PYTHON"] = environment.get("BOXTRAIL_PYTHON", sys.executable)
    if "PYTHONPATH" in os.environ:  # boxtrail from a source tree; the client itself must not see it
        environment["BOXTRAIL_PYTHONPATH"] = os.environ["PYTHONPATH"]
    total = None
    with subprocess.Popen(
        [str(python), str(HERE / script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            total = TOTAL.match(line) or total
    if total is None or (process.returncode and not int(total[2])):
        return (int(total[1]) if total else 0), 1
    return int(total[1]), int(total[2])


def main(environments: str) -> int:
    """Run all."""
    counts = [run(script, Path(environments) / name / "bin" / "python") for script, name in CLIENTS.items()]
    passed, failed = (sum(count[k] for count in counts) for k in range(2))
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
