"""Chooses who does the work: the compiled core, or its Python reference. One place, once a tracker, loudly."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import BackendError, ConfigError

FloatArray: TypeAlias = NDArray[np.float64]

BACKENDS = ("cpp", "python")


class TrackerBackend(Protocol):
    """What both backends offer of a tracker: checked arrays in, arrays out."""

    def update(
        self,
        detections: FloatArray,
        dt: float,
        warp: FloatArray | None,
        embeddings: NDArray[np.float32] | None,
    ) -> FloatArray:
        """Rows (M, 8) or (M, 9) for detections (N, 6) or (N, 7), ``dt`` frames after the last ones."""

    def tracks(self) -> FloatArray:
        """Live tracks: id, status, age, hits, misses, score, label, box, vx, vy."""

    def record(self) -> dict[str, Any] | None:
        """The decisions of the last update, if the tracker was made to note them."""

    def reset(self) -> None:
        """Forget everything."""

    def state_dict(self) -> dict[str, Any]:
        """Everything remembered, as plain data."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state_dict`."""


def resolve(backend: str | None) -> str:
    """``"cpp"`` or ``"python"``: the argument, else the environment variable ``BOXTRAIL_BACKEND``, else ``"cpp"``.

    Raises:
        ConfigError: for any other name.
    """
    name = backend or os.environ.get("BOXTRAIL_BACKEND") or "cpp"
    if name not in BACKENDS:
        raise ConfigError(f"unknown backend {name!r}; there are 'cpp' (compiled) and 'python' (reference)")
    return name


def make(
    backend: str, tracker: str, *, state: dict[str, Any] | None = None, **options: Any
) -> TrackerBackend:
    """The tracker ``tracker`` (``"ByteTrack"`` ...) of a backend, at its start or in a state.

    Options are as its config names them.
    """
    if backend == "cpp":
        made: TrackerBackend = _core_attribute(tracker)(**options)
    else:
        from boxtrail.reference import make_stream

        made = make_stream(tracker, **options)
    if state is not None:
        made.load_state_dict(state)
    return made


def clean_check(backend: str) -> Callable[[Any], bool]:
    """The quick test that detections need no closer look; see :func:`boxtrail.detections.is_clean`."""
    if backend == "cpp":
        return _core_attribute("is_clean")  # type: ignore[no-any-return]
    from boxtrail.detections import is_clean

    return is_clean


def _core_attribute(name: str) -> Any:
    try:
        core = importlib.import_module("boxtrail._core")
    except ImportError as error:
        raise BackendError(
            f"the compiled core of boxtrail is missing or broken ({error}); reinstall it with "
            "'pip install --force-reinstall boxtrail' (a source checkout: 'pip install .'), "
            "or choose the slower reference with backend='python' or BOXTRAIL_BACKEND=python"
        ) from error
    return getattr(core, name)
