"""Starts and stops servers, in the environment of boxtrail, from that of a client."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
START_SECONDS = 60.0


def python() -> str:
    """The interpreter that has boxtrail.

    Raises:
        SystemExit: if nobody said which.
    """
    found = os.environ.get("BOXTRAIL_PYTHON")
    if not found:
        raise SystemExit("BOXTRAIL_PYTHON must name the interpreter that has boxtrail; make interop sets it")
    return found


def environment() -> dict[str, str]:
    """That of boxtrail's interpreter, which may run from a source tree."""
    known = dict(os.environ)
    if "BOXTRAIL_PYTHONPATH" in known:
        known["PYTHONPATH"] = known["BOXTRAIL_PYTHONPATH"]
    return known


def use_boxtrail() -> None:
    """Let a client's environment import boxtrail too, behind everything it has itself.

    Both environments are made by one Python, so that the compiled core fits.
    """
    code = "import pathlib, boxtrail, yaml; [print(pathlib.Path(m.__file__).parents[1]) for m in (boxtrail, yaml)]"
    said = subprocess.run(
        [python(), "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    sys.path += [path for path in said.stdout.splitlines() if path not in sys.path]


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[str]:
    """The address of a server while it runs; its output goes to ``log``.

    Raises:
        RuntimeError: if it does not come up.
    """
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python(), *command], stdout=output, stderr=subprocess.STDOUT, cwd=HERE, env=environment()
        )
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(15.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def in_process(cases: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """What ``in_process.py`` says of each case."""
    done = subprocess.run(
        [python(), "in_process.py"],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=HERE,
        env=environment(),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"in_process.py failed:\n{done.stderr}")
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2.0):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')}")
