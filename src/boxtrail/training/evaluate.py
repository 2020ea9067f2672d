"""Scoring an appearance model on a data set of identities."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from boxtrail.errors import require
from boxtrail.reid import Embedder, create_embedder
from boxtrail.training.datasets import load_dataset
from boxtrail.training.embedding import embed_samples
from boxtrail.training.progress import ShownPictures
from boxtrail.training.samples import check_testable
from boxtrail.training.scores import ReidScores, score


def evaluate_reid(
    weights: str | os.PathLike[str] | Embedder,
    dataset: str,
    data_dir: str | Path | None = None,
    *,
    device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:1"
    half: bool = False,  # 16-bit arithmetic on a GPU
    arch: str | None = None,  # name of the architecture where the file does not tell
    progress: bool = False,  # a progress bar on the standard error stream
    **options: Any,
) -> ReidScores:
    """mAP and CMC of a checkpoint, an exported model, ``"histogram"`` or any embedder, on the queries of a data set.

    ``options`` are those of :class:`DatasetOptions`, by name.

    Raises:
        ConfigError: for an unknown data set, option, architecture or device.
        SourceError: if the data set has no queries, or it or a picture of it cannot be read.
        EmbedderError: if the weights are not there, cannot be loaded, or need code to be run.
        MissingExtraError: if a package is not installed.
    """
    require("cv2", "reid", "scoring appearance models")
    embedder = create_embedder(weights, device=device, half=half, arch=arch)
    pictures = load_dataset(dataset, data_dir, **options)
    check_testable(pictures)
    with ShownPictures("embedding", shown=progress) as watch:
        query, gallery = (
            embed_samples(embedder, samples, watch) for samples in (pictures.query, pictures.gallery)
        )
    return score(query, gallery, pictures.query, pictures.gallery)


__all__ = ["evaluate_reid"]
