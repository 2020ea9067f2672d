"""Embeddings of samples, by a network in training or by any embedder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.reid import Embedder
from boxtrail.training.reading import read_sample
from boxtrail.training.samples import Sample

if TYPE_CHECKING:
    from boxtrail.training.pictures import Pictures

BATCH = 64

FloatArray = NDArray[np.float32]
PictureWatch: TypeAlias = Callable[[int, int], None]  # pictures done, pictures there are


def embed_samples(
    embedder: Embedder, samples: Sequence[Sample], watch: PictureWatch | None = None
) -> FloatArray:
    """Unit rows (N, D) of the samples, each picture embedded as a box that fills its frame.

    Raises:
        SourceError: if a picture cannot be read.
        InvalidInputError: if the embedder returns something else.
    """
    rows = [np.empty((0, embedder.dim), dtype=np.float32)]
    for start in range(0, len(samples), BATCH):
        images = [read_sample(sample) for sample in samples[start : start + BATCH]]
        boxes = [np.array([[0.0, 0.0, image.shape[1], image.shape[0]]]) for image in images]
        rows += embedder.embed(images, boxes)
        if watch is not None:
            watch(min(start + BATCH, len(samples)), len(samples))
    embeddings = np.concatenate(rows).astype(np.float32, copy=False)
    if embeddings.shape != (len(samples), embedder.dim):
        raise InvalidInputError(
            f"the embedder returned {embeddings.shape} for {len(samples)} pictures, not (N, {embedder.dim})"
        )
    return embeddings


def embed_with_network(model: Any, samples: Sequence[Sample], pictures: Pictures, device: Any) -> FloatArray:
    """Unit rows (N, D) of the samples by a network in eval mode."""
    import torch
    from torch.nn import functional

    rows = []
    with torch.inference_mode():
        for _, crops in pictures.plain(samples, BATCH):
            rows.append(functional.normalize(model(torch.from_numpy(crops).to(device)), dim=1).cpu().numpy())
    return np.concatenate(rows)


__all__ = ["PictureWatch", "embed_samples", "embed_with_network"]
