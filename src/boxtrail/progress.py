"""A progress bar with frames a second, live tracks and, where the length is known, the time left."""

from __future__ import annotations

import time
from typing import Any

from boxtrail.errors import require


class ProgressBar:
    """Follows one run on the standard error stream; stays silent where that is no terminal.

    Raises:
        MissingExtraError: if rich is not installed.
    """

    def __init__(self, label: str, *, unit: str = "tracks", rate: str = "fps") -> None:
        require("rich", "video", "the progress bar")
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._label, self._visible = label, console.is_terminal
        self._progress: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("[cyan]{task.fields[fps]:6.1f} " + rate),
            TextColumn("[green]{task.fields[tracks]:3d} " + unit),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: Any = None
        self._began = 0.0
        self._frames = 0

    def start(self, num_frames: int | None) -> None:
        """Show the bar."""
        self._began = time.perf_counter()
        self._task = self._progress.add_task(self._label, total=num_frames, fps=0.0, tracks=0)
        if self._visible:
            self._progress.start()

    def frame(self, num_tracks: int) -> None:
        """One more frame is done, with ``num_tracks`` tracks in it."""
        self._frames += 1
        seconds = time.perf_counter() - self._began
        self._progress.update(self._task, advance=1, fps=self._frames / max(seconds, 1e-9), tracks=num_tracks)

    def end(self) -> None:
        """Take the bar away."""
        if self._visible:
            self._progress.stop()


class MethodProgress:
    """Follows post-processing: one bar after the other, one for each method, over its tracks."""

    def __init__(self) -> None:
        self._bar: ProgressBar | None = None

    def __call__(self, method: str, done: int, total: int) -> None:
        """``done`` of ``total`` tracks are through ``method``."""
        if self._bar is None:
            self._bar = ProgressBar(method, unit="tracks", rate="tracks/s")
            self._bar.start(total)
        self._bar.frame(done)
        if done == total:
            self.end()

    def end(self) -> None:
        """Take the bar away, if there is one."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.end()


class StepProgress:
    """Follows work that consists of one thing after the other, each of so many steps; one bar for each."""

    def __init__(self) -> None:
        self._bar: ProgressBar | None = None
        self._done = 0

    def begin(self, label: str, total: int, unit: str) -> None:
        """Something with ``total`` steps begins; what was before is over."""
        self.end()
        self._bar = ProgressBar(label, unit=f"{unit} done", rate=f"{unit}/s")
        self._bar.start(total)
        self._done = 0

    def advance(self) -> None:
        """One more step is done."""
        self._done += 1
        if self._bar is not None:
            self._bar.frame(self._done)

    def end(self) -> None:
        """Take the bar away, if there is one."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.end()


__all__ = ["MethodProgress", "ProgressBar", "StepProgress"]
