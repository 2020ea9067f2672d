"""``create_tracker`` with the argument order that users of other packages type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxtrail.trackers import factory
from boxtrail.trackers.tracker import Tracker

if TYPE_CHECKING:
    from boxtrail.reid.by_class import EmbedderSpec


def create_tracker(
    tracker_type: str,
    tracker_config: str | Path | Mapping[str, Any] | None = None,
    reid_weights: EmbedderSpec | None = None,
    device: str | None = None,
    half: bool = False,
    per_class: bool = False,
    evolve_param_dict: Mapping[str, Any] | None = None,
) -> Tracker:
    """A tracker by name; ``reid_weights``, ``device`` and ``half`` mean nothing to a tracker without appearance.

    Raises:
        ConfigError, EmbedderError, MissingExtraError: as :func:`boxtrail.trackers.create_tracker`.
    """
    return factory.create_tracker(
        tracker_type,
        tracker_config=tracker_config,
        evolve_param_dict=evolve_param_dict,
        reid_weights=reid_weights,
        device=device,
        half=half,
        per_class=per_class,
    )
