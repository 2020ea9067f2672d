"""The recorded outputs of the public architectures, and the made parameters they were recorded with."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@cache
def described(folder: Path) -> dict[str, Any]:
    """Per model its input shape, embedding width and the entries of its state dict with their shapes."""
    return json.loads((folder / "state_dicts.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def drawn(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """The normal numbers of a key."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.PCG64(seed)).standard_normal(shape)


def made_parameter(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """One entry of the made state dict."""
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    z = drawn(key, shape)
    if key.endswith("running_var"):
        z = 1 + 0.1 * np.abs(z)
    elif key.endswith(("running_mean", "bias")):
        z = 0.1 * z
    elif key.endswith("weight") and len(shape) <= 1:
        z = 1 + 0.1 * z
    else:
        z = z * np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else z * np.sqrt(2)
    return np.asarray(z, np.float32)


def made_state(entries: dict[str, Any]) -> dict[str, Any]:
    """A whole state dict, as torch tensors."""
    import torch

    return {key: torch.from_numpy(made_parameter(key, tuple(shape))) for key, shape in entries.items()}


def made_input(shape: tuple[int, ...]) -> np.ndarray:
    """The (2, 3, H, W) crops all outputs were recorded on."""
    return drawn("input", (2, *shape)).astype(np.float32)
