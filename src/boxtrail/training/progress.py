"""Progress of training and scoring on the standard error stream; silent where that is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from boxtrail.errors import require


class ShownPictures:
    """A bar over pictures, called with how many are done; a context manager. Nothing at all unless ``shown``.

    Raises:
        MissingExtraError: if rich is not installed.
    """

    def __init__(self, what: str, *, shown: bool) -> None:
        self._what = what
        self._progress = TrainingProgress(0) if shown else None

    def __enter__(self) -> ShownPictures:
        if self._progress is not None:
            self._progress.__enter__()
            self._progress.begin(self._what)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.__exit__(kind, error, trace)

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` pictures."""
        if self._progress is not None:
            self._progress.step(done, total)


class TrainingProgress:
    """A bar over the steps of an epoch, and a line for every epoch that is done.

    Raises:
        MissingExtraError: if rich is not installed.
    """

    def __init__(self, epochs: int) -> None:
        require("rich", "reid", "the progress bar")
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        self._epochs = epochs
        self._bar: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: Any = None

    def __enter__(self) -> TrainingProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, what: str) -> None:
        """A new bar: ``what`` is worked on."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=None, note="")

    def step(self, done: int, total: int, loss: float | None = None) -> None:
        """``done`` of ``total`` steps or pictures."""
        note = "" if loss is None else f"[green]loss {loss:.3f}"
        self._bar.update(self._task, completed=done, total=total, note=note)

    def epoch(self, entry: dict[str, Any]) -> None:
        """One more epoch, with its entry of the log."""
        if not self._console.is_terminal:
            return
        terms = ", ".join(
            f"{name.replace('_', '-')} {entry[name]:.3f}"
            for name in ("loss", "cross_entropy", "triplet", "centre")
            if name in entry
        )
        scores = (
            f"  mAP {100 * entry['mAP']:.1f}, rank-1 {100 * entry['rank1']:.1f}" if "mAP" in entry else ""
        )
        self._bar.console.print(f"epoch {entry['epoch']}/{self._epochs}  {terms}{scores}", highlight=False)


__all__ = ["ShownPictures", "TrainingProgress"]
