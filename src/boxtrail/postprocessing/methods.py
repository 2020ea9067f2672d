"""Post-processing by name, one method after the other."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from numpy.typing import ArrayLike

from boxtrail.errors import ConfigError, require
from boxtrail.postprocessing.boosting import smooth_boosting
from boxtrail.postprocessing.gaussian import smooth_gaussian
from boxtrail.postprocessing.linear import interpolate
from boxtrail.postprocessing.linking import link_tracklets
from boxtrail.postprocessing.smoothing import Watch
from boxtrail.postprocessing.table import TrackTable

Method: TypeAlias = Callable[[TrackTable, ArrayLike | None, Watch | None], TrackTable]
MethodWatch: TypeAlias = Callable[[str, int, int], None]  # name, tracks done, tracks there are

METHODS: dict[str, Method] = {
    "linear": lambda tracks, _embeddings, _watch: interpolate(tracks),
    "gsi": lambda tracks, _embeddings, watch: smooth_gaussian(tracks, watch=watch),
    "gbi": lambda tracks, _embeddings, watch: smooth_boosting(tracks, watch=watch),
    "gta": lambda tracks, embeddings, watch: link_tracklets(tracks, embeddings, watch=watch),
}
ALIASES = {"interpolate": "linear", "li": "linear", "gbrc": "gbi"}

_NEEDS_SKLEARN = ("gbi", "gta")
_NEEDS_EMBEDDINGS = ("gta",)


def method_names(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Keys of :data:`METHODS` for one name or several, matched without regard to case and punctuation.

    Raises:
        ConfigError: for an unknown name, with the nearest known one; for no name at all; where a method that needs
            embeddings comes after one that makes rows, which have none.
        MissingExtraError: if a method needs a package that is not installed.
    """
    given = [asked] if isinstance(asked, str) else list(asked)
    if not given:
        raise ConfigError(f"no post-processing method is named; methods: {', '.join(METHODS)}")
    names = tuple(_method_name(name) for name in given)
    for position, name in enumerate(names):
        if name in _NEEDS_EMBEDDINGS and set(names[:position]) - set(_NEEDS_EMBEDDINGS):
            raise ConfigError(f"{name} must come before {names[0]}, which adds rows that have no embeddings")
        if name in _NEEDS_SKLEARN:
            require("sklearn", "post", f"post-processing with {name}")
    return names


def needs_embeddings(names: Sequence[str]) -> bool:
    """Whether any of these keys of :data:`METHODS` asks for embeddings."""
    return any(name in _NEEDS_EMBEDDINGS for name in names)


def postprocess(
    tracks: TrackTable,
    methods: str | Sequence[str],
    embeddings: ArrayLike | None = None,
    *,
    watch: MethodWatch | None = None,
) -> TrackTable:
    """The table after one or several methods at their defaults, in order.

    ``"linear"`` (also ``"li"``, ``"interpolate"``) fills gaps, ``"gsi"`` and ``"gbi"`` (``"gbrc"``) fill them and
    smooth, ``"gta"`` splits and links tracklets by ``embeddings`` (R, D), row-aligned with ``tracks``.

    Raises:
        ConfigError, MissingExtraError: as :func:`method_names`.
        InvalidInputError: if embeddings are needed and missing, or do not fit.
    """
    names = method_names(methods)
    for name in names:
        tracks = METHODS[name](tracks, embeddings, None if watch is None else partial(watch, name))
    return tracks


def _method_name(given: str) -> str:
    if not isinstance(given, str):
        raise ConfigError(f"a post-processing method is asked for by name, not by {given!r}")
    plain = "".join(letter for letter in given.lower() if letter.isalnum())
    name = ALIASES.get(plain, plain)
    if name in METHODS:
        return name
    nearest = difflib.get_close_matches(plain, [*METHODS, *ALIASES], n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ConfigError(f"there is no post-processing {given!r}.{hint} Methods: {', '.join(METHODS)}")


__all__ = ["ALIASES", "METHODS", "MethodWatch", "method_names", "needs_embeddings", "postprocess"]
