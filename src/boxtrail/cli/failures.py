"""Errors as one line on the standard error stream."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from boxtrail.errors import BoxtrailError

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130


def print_error(message: str) -> None:
    """Print ``error: …`` on one line."""
    print(f"error: {' '.join(message.split())}", file=sys.stderr)


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn exceptions into one line and exit code 2; with ``debug`` let them through, traceback and all."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except Exception as error:  # the last stop before the user
        if debug:
            raise
        print_error(_describe(error))
        raise typer.Exit(EXIT_ERROR) from None


def _describe(error: Exception) -> str:
    if isinstance(error, BoxtrailError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error} (--debug shows where)"
