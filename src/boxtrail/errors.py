"""The exceptions boxtrail raises on purpose.

BoxtrailError
├── InvalidInputError (ValueError)        a warp, timestamp, embedding or table of tracks that cannot be used
│   └── InvalidDetectionsError            an array that is no set of detections; names row, column and value
├── ConfigError (ValueError)              an unknown tracker, option or value
├── StateError (ValueError)               a saved state that does not fit
├── BackendError (ImportError)            the compiled core is missing
├── MissingExtraError (ImportError)       an optional dependency is missing; says what to install
├── SourceError (OSError)                 a video, folder or stream that cannot be read
├── SinkError (OSError)                   a result file that cannot be written
├── DetectorError (RuntimeError)          a detector that cannot be built or run
├── EmbedderError (RuntimeError)          an appearance network or its weights that cannot be loaded or run
└── ExecutionError (RuntimeError)         a worker that died or cannot start, or a cluster that cannot be used
"""

from __future__ import annotations

import importlib
from types import ModuleType


class BoxtrailError(Exception):
    """Base of every exception boxtrail raises on purpose."""


class InvalidInputError(BoxtrailError, ValueError):
    """A warp, timestamp, embedding or table of tracks that cannot be used."""


class InvalidDetectionsError(InvalidInputError):
    """An input that is not a set of detections.

    ``row``, ``column`` and ``value`` name the offending entry, or are None where the whole array is at fault.
    """

    def __init__(
        self,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: float | None = None,
    ) -> None:
        super().__init__(message)
        self.row, self.column, self.value = row, column, value


class ConfigError(BoxtrailError, ValueError):
    """An unknown tracker, option or value."""


class StateError(BoxtrailError, ValueError):
    """A saved tracker state that cannot be restored here."""


class BackendError(BoxtrailError, ImportError):
    """The compiled core is missing."""


class MissingExtraError(BoxtrailError, ImportError):
    """An optional dependency is missing."""


class SourceError(BoxtrailError, OSError):
    """A video, folder or stream that cannot be read."""


class SinkError(BoxtrailError, OSError):
    """A result file that cannot be written."""


class DetectorError(BoxtrailError, RuntimeError):
    """A detector that cannot be built or run."""


class EmbedderError(BoxtrailError, RuntimeError):
    """An appearance network or its weights that cannot be loaded or run."""


class ExecutionError(BoxtrailError, RuntimeError):
    """A worker that died or cannot start, or a cluster that cannot be used."""


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency, or say which extra brings it.

    Raises:
        MissingExtraError: if ``module`` is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise MissingExtraError(
            f"{purpose} needs {module}; install it with: pip install 'boxtrail[{extra}]'"
        ) from error
