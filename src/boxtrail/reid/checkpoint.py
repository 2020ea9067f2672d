"""Reading checkpoints: weights only, never code."""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxtrail.errors import EmbedderError, require

WRAPPERS = ("state_dict", "model", "model_state_dict")  # entries under which trainers keep the weights
PREFIXES = ("module.", "_orig_mod.")  # what DataParallel and torch.compile put before the names
CLASSIFIER = "classifier"  # its size is that of the training set; embedding does not need it
COUNTER = "num_batches_tracked"  # old checkpoints lack it; embedding does not need it
MAX_LISTED = 6  # entries an error names


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The weights in a file, by name, and the architecture and (height, width) of crops it says they are for, if so."""

    path: Path
    state: Mapping[str, Any]
    arch: str | None = None
    input_size: tuple[int, int] | None = None


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a bare state dict, one under ``state_dict`` or ``model``, or a ``.safetensors`` file.

    Raises:
        EmbedderError: if the file is not there, needs pickled code, which is not run, is damaged or holds no weights.
    """
    if not path.is_file():
        raise EmbedderError(f"{path}: no such file, and nothing is downloaded")
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    state, arch, size = content, None, None
    if isinstance(content, Mapping):
        arch = content["arch"] if isinstance(content.get("arch"), str) else None
        size = crop_size(content.get("input_size"))
        state = next((content[name] for name in WRAPPERS if isinstance(content.get(name), Mapping)), content)
    if not isinstance(state, Mapping) or not any(hasattr(value, "shape") for value in state.values()):
        raise EmbedderError(
            f"{path}: holds no weights; expected a state dict, or one under {WRAPPERS[0]!r} or {WRAPPERS[1]!r}"
        )
    tensors = {str(name): value for name, value in state.items() if hasattr(value, "shape")}
    return Checkpoint(path, _without_prefixes(tensors), arch, size)


def crop_size(noted: Any) -> tuple[int, int] | None:
    """(height, width) as a file notes it, None where it is no such pair."""
    if not isinstance(noted, list | tuple) or len(noted) != 2:
        return None
    height, width = noted
    return (height, width) if isinstance(height, int) and isinstance(width, int) and min(noted) > 0 else None


def load_weights(model: Any, checkpoint: Checkpoint) -> None:
    """Load all weights but the classifier's into a ``torch.nn.Module``.

    Raises:
        EmbedderError: listing the entries that are missing, too many or of another shape.
    """
    wanted, given = model.state_dict(), checkpoint.state
    missing = [name for name in wanted if name not in given and not _unneeded(name)]
    extra = [name for name in given if name not in wanted and not _unneeded(name)]
    misshaped = [
        f"{name} {_shape(given[name])} for {_shape(value)}"
        for name, value in wanted.items()
        if name in given and not _unneeded(name) and given[name].shape != value.shape
    ]
    faults = [
        f"{len(entries)} {kind}: {_listed(entries)}"
        for kind, entries in (("missing", missing), ("too many", extra), ("of another shape", misshaped))
        if entries
    ]
    if faults:
        name = getattr(model, "arch", type(model).__name__)
        raise EmbedderError(f"{checkpoint.path}: the weights do not fit {name}: {'; '.join(faults)}")
    fitting = {name: given[name] for name in wanted if name in given and not _unneeded(name)}
    model.load_state_dict(fitting, strict=False)


def _read_pickle(path: Path) -> Any:
    torch = require("torch", "reid", "an appearance model")
    try:
        with warnings.catch_warnings():  # torch warns of pickles that others wrote and then refuses them
            warnings.simplefilter("ignore", UserWarning)
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise EmbedderError(f"{path}: refused, and nothing of it was run: {_reason(str(error))}") from error
    except (RuntimeError, EOFError, ValueError, KeyError) as error:
        if "TorchScript" in str(error):
            raise EmbedderError(
                f"{path}: a TorchScript archive; name it {path.stem}.torchscript to run it as one"
            ) from error
        first_line = f"{type(error).__name__}: {error}".strip(": ").splitlines()[0]
        raise EmbedderError(f"{path}: not a checkpoint of torch ({first_line})") from error


def _read_safetensors(path: Path) -> Any:
    require("torch", "reid", "an appearance model")
    safetensors = require("safetensors.torch", "reid", "a .safetensors file")
    errors = require("safetensors", "reid", "a .safetensors file").SafetensorError
    try:
        return safetensors.load_file(path)
    except errors as error:
        raise EmbedderError(f"{path}: not a safetensors file: {error}") from error


def _reason(message: str) -> str:
    """Why torch's weights-only reader refused a file, out of its long message."""
    named = re.search(r"(?:GLOBAL|class|function|for) <?((?:\w+\.)+\w+)", message)
    if named is None:
        operand = re.search(r"Unsupported operand \d+", message)
        return f"it is no file of weights ({operand[0] if operand else message.splitlines()[0]})"
    return (
        f"reading it needs {named[1]}, which is code, not weights. If you trust its source, load it where it was made "
        "and save its state_dict() alone"
    )


def _without_prefixes(state: dict[str, Any]) -> dict[str, Any]:
    while (prefix := next(iter(state)).split(".")[0] + ".") in PREFIXES and all(
        name.startswith(prefix) for name in state
    ):
        state = {name.removeprefix(prefix): value for name, value in state.items()}
    return state


def _unneeded(name: str) -> bool:
    parts = name.split(".")
    return CLASSIFIER in parts or parts[-1] == COUNTER


def _listed(entries: list[str]) -> str:
    more = len(entries) - MAX_LISTED
    return ", ".join(entries[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")


def _shape(value: Any) -> str:
    return f"({', '.join(map(str, value.shape))})"
