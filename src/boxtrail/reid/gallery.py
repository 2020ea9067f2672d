"""People and things by name: enrol what they look like, find them again, keep them in a file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, SinkError
from boxtrail.reid.exact_search import best_rows

Embeddings: TypeAlias = NDArray[np.float32]

FORMAT = 1  # version of the file
_KEYS = {"format", "model", "names", "counts", "embeddings"}


@dataclass(frozen=True, slots=True)
class Found:
    """An identity that a search brought up, and its cosine similarity in [−1, 1]."""

    name: str
    similarity: float


class Gallery:
    """Named identities with one or several embeddings each.

    An identity is as similar to an embedding as the nearest of its own is. Search is exact, in blocks of a matrix
    product; for very many embeddings :class:`boxtrail.reid.faiss_search.FaissSearch` takes its place.

    ```python
    gallery = Gallery(model="histogram")
    gallery.enrol("anna", embeddings)
    gallery.search(embedding, top_k=3, min_similarity=0.5)  # [[Found("anna", 0.91)]]
    gallery.save("people.npz")
    ```

    Args:
        model: what made the embeddings, as ``reid`` is given to :class:`boxtrail.Boxtrail`; "" if unknown.
    """

    def __init__(self, model: str = "") -> None:
        self.model = model
        self._people: dict[str, Embeddings] = {}
        self._stacked: tuple[Embeddings, NDArray[np.int64]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The identities, in the order in which they were enrolled."""
        return tuple(self._people)

    @property
    def dim(self) -> int | None:
        """Numbers in an embedding; None while nobody is enrolled."""
        return next((rows.shape[1] for rows in self._people.values()), None)

    def __len__(self) -> int:
        """Number of identities."""
        return len(self._people)

    def __contains__(self, name: object) -> bool:
        return name in self._people

    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    def __repr__(self) -> str:
        """How much is in it."""
        count = sum(len(rows) for rows in self._people.values())
        return f"Gallery({len(self)} identities, {count} embeddings, model={self.model!r})"

    def fits(self, model: Any) -> bool:
        """Whether its embeddings compare with those of ``model``, a name, path or object, as far as both names tell."""
        if not self.model or not isinstance(model, str | os.PathLike):
            return True
        return Path(self.model).name.casefold() == Path(model).name.strip().casefold()

    def embeddings(self, name: str) -> Embeddings:
        """(K, D) unit rows of one identity.

        Raises:
            ConfigError: if nobody has that name.
        """
        return self._people[self._known(name)].copy()

    def enrol(self, name: str, embeddings: Any) -> None:
        """Add embeddings (K, D) or (D,) to an identity, a new one if nobody has that name.

        Raises:
            ConfigError: for an empty name.
            InvalidInputError: for embeddings that are not finite, all zeros, or of another width than those before.
        """
        if not name.strip():
            raise ConfigError(f"an identity needs a name, not {name!r}")
        rows = _unit_rows(embeddings, self.dim)
        if not rows.any(axis=1).all():
            row = int(np.flatnonzero(~rows.any(axis=1))[0])
            raise InvalidInputError(
                f"{name}: embedding row {row} is all zeros, which stands for no appearance"
            )
        before = self._people.get(name)
        self._people[name] = rows if before is None else np.vstack([before, rows])
        self._stacked = None

    def remove(self, name: str) -> None:
        """Forget an identity.

        Raises:
            ConfigError: if nobody has that name.
        """
        del self._people[self._known(name)]
        self._stacked = None

    def rename(self, old: str, new: str) -> None:
        """Give an identity another name, which must be free.

        Raises:
            ConfigError: if nobody has the old name, or somebody else the new one.
        """
        self._known(old)
        if new != old and new in self._people:
            raise ConfigError(f"there is a {new!r} in the gallery already")
        if not new.strip():
            raise ConfigError(f"an identity needs a name, not {new!r}")
        self._people = {new if name == old else name: rows for name, rows in self._people.items()}
        self._stacked = None

    def search(
        self, embeddings: Any, *, top_k: int = 1, min_similarity: float = -1.0, search: Any = None
    ) -> list[list[Found]]:
        """Who looks like this.

        Args:
            embeddings: (N, D) or (D,); a row of zeros finds nobody.
            top_k: at most so many identities a row, ≥ 1.
            min_similarity: least cosine similarity, in [−1, 1].
            search: a :class:`boxtrail.reid.faiss_search.FaissSearch` made of this gallery, in place of the exact one.

        Returns:
            For each row the identities found, the most similar first.

        Raises:
            ConfigError: for a ``top_k`` below 1.
            InvalidInputError: for embeddings that do not fit.
        """
        if top_k < 1:
            raise ConfigError(f"top_k must be ≥ 1, not {top_k}")
        rows = _unit_rows(embeddings, self.dim)
        if not self._people:
            return [[] for _ in rows]
        if search is None:
            stacked, owners = self.stacked()
            indices, similarities = best_rows(rows, stacked, owners, top_k)
        else:
            indices, similarities = search.best(rows, top_k)
        names = self.names
        return [
            [
                Found(names[i], float(similarity))
                for i, similarity in zip(of_row.tolist(), values.tolist(), strict=True)
                if i >= 0 and similarity >= min_similarity and row.any()
            ]
            for row, of_row, values in zip(rows, indices, similarities, strict=True)
        ]

    def stacked(self) -> tuple[Embeddings, NDArray[np.int64]]:
        """All embeddings (M, D), and for each the index of its identity in ``names`` (M,), ascending."""
        if self._stacked is None:
            counts = [len(rows) for rows in self._people.values()]
            self._stacked = (
                np.vstack(list(self._people.values())).astype(np.float32),
                np.repeat(np.arange(len(counts)), counts),
            )
        return self._stacked

    def save(self, path: str | Path) -> Path:
        """Write an ``.npz`` file; an older one is replaced when the new one is complete. Returns its path.

        Raises:
            SinkError: if the file cannot be written.
        """
        target = Path(path).expanduser()
        partial = target.with_name(f"{target.name}.partial")
        rows = list(self._people.values())
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                np.savez_compressed(
                    file,
                    format=np.array(FORMAT),
                    model=np.array(self.model),
                    names=np.array(self.names, dtype=np.str_),
                    counts=np.array([len(each) for each in rows], dtype=np.int64),
                    embeddings=np.vstack(rows) if rows else np.empty((0, 0), np.float32),
                )
            partial.replace(target)
        except OSError as error:
            raise SinkError(f"cannot write {path}: {error.strerror or error}") from error
        return target

    @classmethod
    def load(cls, path: str | Path) -> Gallery:
        """A gallery from a file of :meth:`save`; nothing in it is ever run.

        Raises:
            ConfigError: if the file is missing, or no gallery.
        """
        try:
            with np.load(Path(path).expanduser(), allow_pickle=False) as file:
                arrays = {key: file[key] for key in _KEYS & set(file.files)}
        except FileNotFoundError as error:
            raise ConfigError(f"{path}: there is no such gallery") from error
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, TypeError, AttributeError) as error:
            raise ConfigError(f"{path}: this is no gallery: {error}") from error
        try:
            return cls._of_arrays(arrays)
        except (ConfigError, InvalidInputError) as error:
            raise ConfigError(f"{path}: this is no gallery: {error}") from error

    @classmethod
    def _of_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Gallery:
        if missing := sorted(_KEYS - set(arrays)):
            raise ConfigError(f"it has no {', '.join(missing)}")
        names, counts, rows = arrays["names"], arrays["counts"], arrays["embeddings"]
        if arrays["format"].shape != () or int(arrays["format"]) != FORMAT:
            raise ConfigError(f"its format is {arrays['format']}, this boxtrail reads {FORMAT}")
        whole = np.issubdtype(counts.dtype, np.integer) and names.ndim == counts.ndim == 1
        if not whole or names.dtype.kind != "U" or len(names) != len(counts) or (counts < 1).any():
            raise ConfigError("its names and counts do not fit each other")
        if rows.ndim != 2 or int(counts.sum()) != len(rows):
            raise ConfigError(f"its names ask for {int(counts.sum())} embeddings, it has shape {rows.shape}")
        gallery = cls(str(arrays["model"]))
        ends = np.cumsum(counts).tolist()
        for name, count, end in zip(names.tolist(), counts.tolist(), ends, strict=True):
            if name in gallery:
                raise ConfigError(f"{name!r} stands in it twice")
            gallery.enrol(name, rows[end - count : end])
        return gallery

    def _known(self, name: str) -> str:
        if name not in self._people:
            raise ConfigError(
                f"nobody in the gallery is called {name!r}; names: {', '.join(self.names) or 'none'}"
            )
        return name


def _unit_rows(embeddings: Any, dim: int | None) -> Embeddings:
    if hasattr(embeddings, "cpu"):  # a torch tensor, maybe on a GPU
        embeddings = embeddings.detach().cpu()
    try:
        rows = np.atleast_2d(np.asarray(embeddings, dtype=np.float32))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"embeddings must be rows of numbers: {error}") from error
    if rows.ndim != 2 or rows.shape[1] == 0 or not np.isfinite(rows).all():
        raise InvalidInputError(f"embeddings must be (N, D) and finite, not {rows.shape}")
    if dim is not None and rows.shape[1] != dim:
        raise InvalidInputError(f"embeddings have {rows.shape[1]} numbers, those of the gallery {dim}")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms == 0.0, 1.0, norms), dtype=np.float32)


__all__ = ["Found", "Gallery"]
