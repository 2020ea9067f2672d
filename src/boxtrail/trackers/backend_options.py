"""What a tracker's options mean to its backends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from boxtrail.errors import ConfigError
from boxtrail.trackers.class_groups import group_of_class
from boxtrail.trackers.kalman_noise import KINDS
from boxtrail.trackers.options import StreamConfig, frames


def backend_options(
    config: Any, stream: StreamConfig, *, durations: tuple[str, ...], uses_frame_size: bool
) -> dict[str, Any]:
    """The options as the backends take them: durations in frames, no missing values.

    Raises:
        ConfigError: for a duration that is none, and where the size of the frame is needed and missing.
    """
    options = asdict(config)
    for name in durations:
        options[name] = frames(options[name], stream.frame_rate, name)
    if "asso_func" in options:
        if options["asso_func"] == "centroid" and stream.frame_size is None:
            raise ConfigError("asso_func='centroid' needs frame_size=(width, height) in pixels")
        options["image_diagonal"] = math.hypot(*(stream.frame_size or (0, 0)))
        options["buffer_ratio"] = stream.buffer_ratio
    if uses_frame_size:
        options["frame_width"], options["frame_height"] = 0.0, 0.0  # not known; see with_frame_size
    options["per_class"] = stream.per_class or stream.class_groups is not None
    options["class_group"] = group_of_class(stream.class_groups, stream.class_names)
    options["class_vote"] = stream.class_vote
    noise = stream.kalman_noise or {}
    options["kalman_noise"] = {kind: list(noise.get(kind, ())) for kind in KINDS}
    options["record"] = stream.record
    return options


def with_frame_size(options: Mapping[str, Any], size: Sequence[int] | None) -> Mapping[str, Any]:
    """The options of a backend, and the size of the frames if it asks for that and ``size`` is known."""
    if size is None or "frame_width" not in options:
        return options
    width, height = size
    return {**options, "frame_width": float(width), "frame_height": float(height)}
