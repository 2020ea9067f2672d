"""A headless Chromium that opens a file and tells what became of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND")  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """The document after its scripts, and what they wrote to the console."""

    document: str
    console: list[str]

    def data(self, name: str) -> str | None:
        """A ``data-…`` attribute of the root element."""
        found = re.search(rf'<html[^>]*\bdata-{name}="([^"]*)"', self.document)
        return found[1] if found else None


def open_page(page: Path, folder: Path) -> Opened:
    """Open ``page``; skips where there is no Chromium."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    command = [program, *QUIET, f"--user-data-dir={folder}", "--enable-logging=stderr", "--v=0"]
    command += ["--virtual-time-budget=60000", "--window-size=1280,900", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return Opened(done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line])
