"""Trackers by name."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxtrail.errors import ConfigError
from boxtrail.trackers.boosttrack import BoostTrack
from boxtrail.trackers.botsort import BotSort
from boxtrail.trackers.bytetrack import ByteTrack
from boxtrail.trackers.cbiou import CBIoU
from boxtrail.trackers.deepocsort import DeepOcSort
from boxtrail.trackers.deepsort import DeepSort
from boxtrail.trackers.hybridsort import HybridSort
from boxtrail.trackers.occluboost import OccluBoost
from boxtrail.trackers.ocsort import OcSort
from boxtrail.trackers.options import own_names
from boxtrail.trackers.presets import load_preset
from boxtrail.trackers.sfsort import SFSORT
from boxtrail.trackers.sort import Sort
from boxtrail.trackers.strongsort import StrongSort
from boxtrail.trackers.tracker import Tracker
from boxtrail.trackers.tracktrack import TrackTrack

if TYPE_CHECKING:
    from boxtrail.reid.by_class import EmbedderSpec

TRACKERS: dict[str, type[Tracker]] = {
    "boosttrack": BoostTrack,
    "botsort": BotSort,
    "bytetrack": ByteTrack,
    "cbiou": CBIoU,
    "deepocsort": DeepOcSort,
    "deepsort": DeepSort,
    "hybridsort": HybridSort,
    "occluboost": OccluBoost,
    "ocsort": OcSort,
    "sfsort": SFSORT,
    "sort": Sort,
    "strongsort": StrongSort,
    "tracktrack": TrackTrack,
}

_logger = logging.getLogger(__name__)


def create_tracker(
    tracker_type: str,
    backend: str | None = None,
    *,
    preset: str | Path | None = None,
    tracker_config: str | Path | Mapping[str, Any] | None = None,
    tracker_backend: str | None = None,
    evolve_param_dict: Mapping[str, Any] | None = None,
    reid_weights: EmbedderSpec | None = None,
    device: str | None = None,
    half: bool = False,
    **options: Any,
) -> Tracker:
    """A tracker by name, without regard to case and punctuation: ``"bytetrack"``, ``"OC-SORT"``, ``"sort:python"``.

    Later sources of options win: the preset, ``tracker_config``, ``evolve_param_dict``, then ``options``.

    Args:
        tracker_type: a key of :data:`TRACKERS`; a backend may follow a colon.
        backend: ``"cpp"`` (default) or ``"python"``.
        preset: name of a preset of this tracker, or path of a YAML file.
        tracker_config: the same, or a mapping of options.
        tracker_backend: another name of ``backend``.
        evolve_param_dict: more options, as tuners hand them over.
        reid_weights: an embedder for frames passed to ``update`` without ``embs``: ``"histogram"``, the path of a
            network, an object with ``embed`` and ``dim``, or a mapping of class ids or names (``"*"``: all others) to
            these. A tracker without appearance has no use for it, and says so in the log.
        device: where the embedder runs, ``"auto"``, ``"cpu"`` or ``"cuda:0"``; means nothing without one.
        half: half precision of the embedder; means nothing without one.
        **options: see the tracker's class.

    Raises:
        ConfigError: for an unknown tracker, backend, preset or option; for ``reid_weights`` that name no embedder.
        EmbedderError: if the file of ``reid_weights`` is not there (nothing is downloaded), or is no usable network.
        MissingExtraError: if the embedder needs a package that is not installed.
    """
    if not isinstance(tracker_type, str):
        raise ConfigError(
            f"a tracker is asked for by name, not by {tracker_type!r}; names: {', '.join(TRACKERS)}"
        )
    name, _, suffix = tracker_type.partition(":")
    asked = {choice for choice in (suffix, backend, tracker_backend) if choice}
    if len(asked) > 1:
        raise ConfigError(f"two backends at once: {' and '.join(sorted(asked))}")
    kind = tracker_class(name)
    appearance = _appearance(kind, {"reid_weights": reid_weights, "device": device, "half": half or None})
    chosen: dict[str, Any] = {}
    for source in (preset, tracker_config, evolve_param_dict, options):
        if source is not None:
            values = source if isinstance(source, Mapping) else load_preset(kind.name, source)
            chosen |= own_names(values, kind.aliases, kind.__name__)
    return kind(backend=next(iter(asked), None), **appearance, **chosen)


def _appearance(kind: type[Tracker], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the embedder; said aloud and left out where they mean nothing."""
    named = {name: value for name, value in given.items() if value is not None}
    if kind.appearance != "unused" and given["reid_weights"] is not None:
        return named
    if named:
        without = "does not look at appearance" if kind.appearance == "unused" else "has no appearance model"
        _logger.info("%s %s: ignored %s", kind.__name__, without, ", ".join(named))
    return {}


def tracker_class(name: str) -> type[Tracker]:
    """The class of a tracker.

    Raises:
        ConfigError: if there is none, with the nearest known name.
    """
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    if plain in TRACKERS:
        return TRACKERS[plain]
    nearest = difflib.get_close_matches(plain, TRACKERS, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ConfigError(f"there is no tracker {name!r}.{hint} Trackers: {', '.join(TRACKERS)}")
