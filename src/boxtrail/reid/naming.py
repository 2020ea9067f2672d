"""Which tracks of a video are whom: names of a gallery for track ids, frame by frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.reid.embedder import Embedder
from boxtrail.reid.gallery import Gallery

FloatArray: TypeAlias = NDArray[np.float64]

CHOICES = 3  # identities that a track may fall back on where others take its first choice


class TrackNames:
    """Names tracks by the mean of all their embeddings so far; in one frame nobody is there twice.

    A track keeps its name while the name is free, even when it looks less like it for a while.

    Args:
        gallery: who is known.
        min_similarity: least cosine similarity of a track and the nearest embedding of an identity, in [−1, 1].

    Raises:
        ConfigError: for a similarity out of range.
    """

    def __init__(self, gallery: Gallery, *, min_similarity: float = 0.6) -> None:
        if not -1.0 <= min_similarity <= 1.0:
            raise ConfigError(f"the least similarity for a name must be in [-1, 1], not {min_similarity:g}")
        self._gallery, self._least = gallery, min_similarity
        self.reset()

    def reset(self) -> None:
        """Forget all tracks."""
        self._names: dict[int, str] = {}
        self._totals: dict[int, FloatArray] = {}  # sums of embeddings, by track id

    @property
    def names(self) -> dict[int, str]:
        """Track id → name, of every track that has one, ascending by id."""
        return dict(sorted(self._names.items()))

    def name(self, track_id: int) -> str | None:
        """The name of a track, None while it has none."""
        return self._names.get(track_id)

    def update(self, ids: NDArray[np.int64], embeddings: NDArray[np.float32]) -> None:
        """Take one frame: track ids (M,) and their embeddings (M, D), rows of zeros where there is none.

        Raises:
            InvalidInputError: if the embeddings are not as wide as those of the gallery.
        """
        track_ids = ids.tolist()
        for track_id, row in zip(track_ids, embeddings, strict=True):
            if row.any():
                self._totals[track_id] = self._totals.get(track_id, np.zeros(len(row))) + row
        known = [track_id for track_id in track_ids if track_id in self._totals]
        if not known:
            return
        found = self._gallery.search(
            np.array([self._totals[track_id] for track_id in known]),
            top_k=CHOICES,
            min_similarity=self._least,
        )
        claims = [
            (each.similarity, track_id, each.name)
            for track_id, of_track in zip(known, found, strict=True)
            for each in of_track
        ]
        claims.sort(key=lambda claim: (-claim[0], claim[1]))
        chosen: dict[int, str] = {}
        taken: set[str] = set()
        for _, track_id, name in claims:
            if track_id not in chosen and name not in taken:
                chosen[track_id] = name
                taken.add(name)
        for track_id in track_ids:
            before = self._names.get(track_id)
            if track_id in chosen:
                self._names[track_id] = chosen[track_id]
            elif before in taken:
                del self._names[track_id]
            elif before is not None:
                taken.add(before)


def track_names(
    gallery: str | Path | Gallery | None, min_similarity: float, embedder: Embedder | None, model: Any = None
) -> TrackNames | None:
    """The names of a run by its gallery, a file or the object; None without one.

    ``model`` is what the run's embedder was asked for as, a name, path or object.

    Raises:
        ConfigError: if the gallery is empty, was made by other embeddings, or the run has no embedder for it.
    """
    if gallery is None:
        return None
    known, where = (
        (gallery, "the gallery") if isinstance(gallery, Gallery) else (Gallery.load(gallery), gallery)
    )
    made_with = f"; it was made with {known.model!r}" if known.model else ""
    if known.dim is None:
        raise ConfigError(f"{where}: nobody is in it")
    if embedder is None:
        raise ConfigError(f"{where} needs an embedder to tell who is who: give reid (--reid){made_with}")
    if not known.fits(model):
        raise ConfigError(
            f"{where} was made with {known.model!r}; what {model} gives compares with nothing in it"
        )
    if embedder.dim != known.dim:
        raise ConfigError(
            f"{where} holds embeddings of {known.dim} numbers, reid gives {embedder.dim}{made_with}"
        )
    return TrackNames(known, min_similarity=min_similarity)


__all__ = ["TrackNames", "track_names"]
