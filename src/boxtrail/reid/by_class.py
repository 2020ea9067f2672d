"""One embedder for everything, or one a class: people and cars are told apart by different networks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, require
from boxtrail.reid.embedder import Embedder
from boxtrail.reid.factory import create_embedder

OTHERS = "*"  # key of the embedder for every class that has none of its own

Model: TypeAlias = str | os.PathLike[str] | Embedder
EmbedderSpec: TypeAlias = Model | Mapping[int | str, Model]


def embedder_of(
    spec: EmbedderSpec,
    *,
    device: str = "auto",
    half: bool = False,
    class_names: Mapping[int, str] | None = None,
) -> Embedder:
    """The embedder of a name, path or object for all classes, or of a mapping of classes to such.

    Args:
        spec: see :func:`boxtrail.reid.create_embedder`; the keys of a mapping are class ids, names that ``class_names``
            knows, or ``"*"`` for all other classes. A model that is named twice is made once.

    Raises:
        ConfigError: for an unknown class name.
        ConfigError, EmbedderError, MissingExtraError: as :func:`boxtrail.reid.create_embedder`.
    """
    if not isinstance(spec, Mapping):
        return create_embedder(spec, device=device, half=half)
    if not spec:
        raise ConfigError("an empty mapping names no embedder")
    made: dict[Any, Embedder] = {}
    by_class: dict[int | None, Embedder] = {}
    for key, model in spec.items():
        same = str(model) if isinstance(model, str | os.PathLike) else id(model)
        if same not in made:
            made[same] = create_embedder(model, device=device, half=half)
        by_class[_class_id(key, class_names)] = made[same]
    return ClassEmbedder(by_class)


def _class_id(key: int | str, class_names: Mapping[int, str] | None) -> int | None:
    if key == OTHERS:
        return None
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    ids = {name: label for label, name in (class_names or {}).items()}
    if key not in ids:
        known = ", ".join(ids) or "none: give class_names, or a class id"
        raise ConfigError(f"there is no class {key!r} to embed; classes: {known}")
    return ids[key]


class ClassEmbedder:
    """An embedder a class, each with its own part of the embedding; the other parts of a row are zeros.

    So the cosine of two classes with different networks is 0, as of things that cannot be compared. A class without an
    embedder has rows of zeros: no appearance.

    Args:
        embedders: by class id; the key None stands for every other class.
    """

    def __init__(self, embedders: Mapping[int | None, Embedder]) -> None:
        self.embedders = dict(embedders)
        self._parts: dict[int, slice] = {}  # by the identity of the embedder
        self.dim = 0
        for embedder in self.embedders.values():
            if id(embedder) not in self._parts:
                self._parts[id(embedder)] = slice(self.dim, self.dim + embedder.dim)
                self.dim += embedder.dim

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the embedders: identities differ elsewhere."""
        return ClassEmbedder, (self.embedders,)

    def embed(self, frames: Any, boxes: Any, *, with_valid: bool = False, as_tensor: bool = False) -> Any:
        """As :meth:`boxtrail.reid.Embedder.embed`; ``boxes`` are detections (N, 6) or (N, 7), their class last.

        Raises:
            InvalidInputError: if they are not.
        """
        single = not isinstance(frames, list | tuple)
        images, rows = ([frames], [boxes]) if single else (list(frames), list(boxes))
        detections = [_checked(each) for each in rows]
        done = [np.zeros((len(each), self.dim), np.float32) for each in detections]
        keys = [[self._key(label) for label in each[:, -1].astype(int).tolist()] for each in detections]
        for embedder in {id(each): each for each in self.embedders.values()}.values():
            chosen = [np.array([key is embedder for key in of_frame], bool) for of_frame in keys]
            some = [k for k, of_frame in enumerate(chosen) if of_frame.any()]
            if not some:
                continue
            parts = embedder.embed([images[k] for k in some], [detections[k][chosen[k]] for k in some])
            for k, part in zip(some, parts, strict=True):
                done[k][chosen[k], self._parts[id(embedder)]] = part
        finished = [self._finish(each, with_valid=with_valid, as_tensor=as_tensor) for each in done]
        return finished[0] if single else finished

    def _key(self, label: int) -> Embedder | None:
        return self.embedders.get(label, self.embedders.get(None))

    def _finish(self, rows: NDArray[np.float32], *, with_valid: bool, as_tensor: bool) -> Any:
        valid = rows.any(axis=1)
        if as_tensor:
            torch = require("torch", "reid", "embeddings as tensors")
            return (torch.from_numpy(rows), torch.from_numpy(valid)) if with_valid else torch.from_numpy(rows)
        return (rows, valid) if with_valid else rows


def _checked(boxes: Any) -> NDArray[np.float64]:
    rows = np.asarray(boxes, dtype=np.float64)
    if rows.size == 0:
        return np.empty((0, 6))
    if rows.ndim != 2 or rows.shape[1] not in (6, 7):
        raise InvalidInputError(
            f"embedding by class needs detections (N, 6) or (N, 7) with their class last, not {rows.shape}"
        )
    return rows


__all__ = ["OTHERS", "ClassEmbedder", "EmbedderSpec", "embedder_of"]
