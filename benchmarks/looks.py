"""Appearance for the streams of `scene.py`: every object looks like itself, with noise, and like nobody else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scene import Scene

NOISE = 0.4  # length of the noise beside an object's own vector: 0.86 cosine between two sights of it


def embeddings(scene: Scene, width: int, *, seed: int = 1) -> list[NDArray[np.float32]]:
    """(N, width) float32 unit rows for every frame of the scene; a false positive looks like nothing in particular."""
    rng = np.random.default_rng([seed, width])
    count = max((int(owners.max(initial=-1)) for owners in scene.owners), default=-1) + 1
    own = _unit(rng.normal(size=(count + 1, width)))
    frames = []
    for owners in scene.owners:
        noise = _unit(rng.normal(size=(len(owners), width)))
        looks = np.where((owners >= 0)[:, None], own[owners] + NOISE * noise, noise)
        frames.append(_unit(looks).astype(np.float32))
    return frames


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
