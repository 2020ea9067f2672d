"""Files that appear under their name only when they are complete."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from boxtrail.errors import SinkError


def partial_path(target: Path) -> Path:
    """Where ``target`` is written until it is complete: ``tracks.txt`` → ``tracks.partial.txt`` beside it."""
    return target.with_name(f"{target.stem}.partial{target.suffix}")


def prepare(path: str | Path) -> Path:
    """``path`` itself, with its folder made.

    Raises:
        SinkError: if the folder cannot be made, or ``path`` is a folder.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise SinkError(f"cannot write {path}: a folder has that name; give the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def complete(partial: Path, target: Path) -> None:
    """Give the finished ``partial`` its name, in place of an older file.

    Raises:
        SinkError: if the system refuses.
    """
    try:
        partial.replace(target)
    except OSError as error:
        raise SinkError(f"cannot rename {partial} to {target}: {error.strerror or error}") from error


def cannot_write(path: Path, error: OSError) -> SinkError:
    """The one line for a failed write to ``path``."""
    return SinkError(f"cannot write {path}: {error.strerror or error}")


class AtomicText:
    """A text file written under its partial name; every ``write`` reaches the disk's cache at once.

    Raises:
        SinkError: from every method, if the system refuses.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = prepare(path)
        self.partial = partial_path(self.path)
        try:
            self._file: TextIO | None = self.partial.open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise cannot_write(self.partial, error) from error

    def write(self, text: str) -> None:
        """Append ``text``."""
        if self._file is None:
            raise SinkError(f"cannot write {self.path}: it is closed")
        try:
            self._file.write(text)
            # A killed process leaves whole frames behind, not half a buffer.
            self._file.flush()
        except OSError as error:
            raise cannot_write(self.partial, error) from error

    def close(self) -> None:
        """Complete: the file gets its name. Does nothing the second time."""
        if self._shut():
            complete(self.partial, self.path)

    def abort(self) -> None:
        """Interrupted: what was written stays under the partial name."""
        self._shut()

    def _shut(self) -> bool:
        """Close the file; False if it was closed before."""
        file, self._file = self._file, None
        if file is None:
            return False
        try:
            file.close()
        except OSError as error:
            raise cannot_write(self.partial, error) from error
        return True


__all__ = ["AtomicText", "cannot_write", "complete", "partial_path", "prepare"]
