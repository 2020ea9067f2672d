"""Files of a training run: weights anyone can load, and the state a run goes on from."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import StateError
from boxtrail.io.atomic import cannot_write, complete, partial_path, prepare

FORMAT = 1


def save_weights(
    path: Path, state: Mapping[str, torch.Tensor], *, arch: str, input_size: tuple[int, int], **notes: Any
) -> Path:
    """Write a checkpoint ``{"state_dict", "arch", "input_size", …}`` of tensors and plain values.

    It loads with ``weights_only=True``, and says itself which network it is for, whatever the file is called.

    Raises:
        SinkError: if the file cannot be written.
    """
    content = {"arch": arch, "input_size": list(input_size), **notes}
    return write(path, {**content, "state_dict": {name: value.cpu() for name, value in state.items()}})


def write(path: Path, content: Mapping[str, Any]) -> Path:
    """Write tensors and plain values; the file has its name only when all of it is on the disk.

    Raises:
        SinkError: if the file cannot be written.
    """
    path = prepare(path)
    partial = partial_path(path)
    try:
        with partial.open("wb") as file:
            torch.save(dict(content), file)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the content
    except OSError as error:
        raise cannot_write(partial, error) from error
    complete(partial, path)
    return path


def read_state(path: Path) -> dict[str, Any]:
    """The state of a run, as :func:`write` left it; nothing in the file is run.

    Raises:
        StateError: if there is none, or it is none of ours.
    """
    try:
        with warnings.catch_warnings():  # torch warns of pickles that others wrote and then refuses them
            warnings.simplefilter("ignore", UserWarning)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise StateError(
            f"{path}: cannot read the state of a training run: {error.strerror or error}"
        ) from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StateError(f"{path}: not the state of a training run: {reason}") from error
    if not isinstance(state, dict) or state.get("boxtrail_training") != FORMAT:
        raise StateError(f"{path}: not the state of a training run (last.pt), or of another version")
    return state


__all__ = ["FORMAT", "read_state", "save_weights", "write"]
