"""What the SDK sends beside the files, as arguments of ``predict``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.predict.settings import TRACKER
from boxtrail.serve.body import parse_json
from boxtrail.serve.client_options import check_options

# The SDK sends some settings twice, under old names too; the first that is there counts.
NAMES: dict[str, tuple[str, ...]] = {
    "start_frame": ("start_frame", "startFrameIndex", "start_frame_index"),
    "num_frames": ("num_frames", "framesCount", "frames_count"),
    "end_frame": ("end_frame", "endFrameIndex", "end_frame_index"),
    "stride": ("stride", "step"),
    "duration": ("duration",),
    "direction": ("direction",),
    "batch_size": ("batch_size",),
    "conf": ("conf", "confidence", "confidence_threshold", "confidence_thresh"),
    "img_size": ("img_size",),
}
VIDEO = ("start_frame", "num_frames", "end_frame", "stride", "duration", "direction")
IGNORED_OPTIONS = frozenset(
    {"device", "fp16", "min_box_area", "ablation", "mot20", "with_reid", "reid_weights", "half"}
)  # of Supervisely's own BoT-SORT, which say nothing to a tracker here
WHOLE = 1 << 20  # pixels: a window larger than the image is as large as it
CMC_NAMES = {"sparseoptflow": "sof", "files": "none", "file": "none"}


def read_state(text: str) -> dict[str, Any]:
    """The state of a form field.

    Raises:
        ConfigError: if it is no JSON object.
    """
    try:
        state = parse_json((text or "{}").encode())
    except InvalidInputError as error:
        raise ConfigError(f"state: {error}") from error
    if not isinstance(state, dict):
        raise ConfigError("state must be a JSON object")
    return state


def arguments(state: Mapping[str, Any], *, video: bool) -> dict[str, Any]:
    """Arguments of ``ModelAPI.predict``; settings that nobody knows are left aside, as the SDK sends them along.

    Raises:
        ConfigError: for a value of the wrong type.
    """
    settings = state.get("settings") or {}
    if isinstance(settings, str):
        settings = read_state(settings)
    if not isinstance(settings, Mapping):
        raise ConfigError("settings must be a JSON object")
    found: dict[str, Any] = {}
    for name, spellings in NAMES.items():
        if name in VIDEO and not video:
            continue
        value = next(
            (place[key] for place in (state, settings) for key in spellings if place.get(key) is not None),
            None,
        )
        if value is not None:
            found[name] = value
    if isinstance(found.get("conf"), bool) or not isinstance(found.get("conf", 0.0), (int, float)):
        raise ConfigError(f"conf must be a number, not {found['conf']!r}")
    classes = settings.get("classes")
    if classes and classes != "all":
        found["classes"] = [classes] if isinstance(classes, str) else list(classes)
    found |= _windows(settings)
    if settings.get("rectangle") is not None:
        found["region"] = _region(settings["rectangle"])
    elif settings.get("rectangles") is not None and not video:
        if not isinstance(settings["rectangles"], list):
            raise ConfigError("rectangles must be a list, of one rectangle an image")
        found["region"] = [_region(rectangle) for rectangle in settings["rectangles"]]
    if state.get("tracker") is not None:  # the SDK sends one for videos alone
        found |= {"tracking": True, "tracking_config": _tracker(state)}
    return found


def _tracker(state: Mapping[str, Any]) -> dict[str, Any]:
    """Tracker and options; what only Supervisely's own BoT-SORT knows is left out."""
    given = state.get("tracker_settings") or {}
    if not isinstance(given, Mapping):
        raise ConfigError("tracker_settings must be an object")
    options = {key: value for key, value in given.items() if key not in IGNORED_OPTIONS and value is not None}
    check_options(options)
    if isinstance(method := options.get("cmc_method"), str):
        options["cmc_method"] = CMC_NAMES.get(method.lower(), method.lower())
    if given.get("mot20") and "fuse_score" not in options:
        options["fuse_score"] = False  # what mot20 does in Supervisely's BoT-SORT
    return {"tracker": str(state.get("tracker") or TRACKER), **options}


def _region(rectangle: Any) -> tuple[int, int, int, int]:
    """Of a rectangle in Supervisely's JSON, whose last pixels belong to it."""
    try:
        (x1, y1), (x2, y2) = rectangle["points"]["exterior"]
        return int(min(x1, x2)), int(min(y1, y2)), int(max(x1, x2)) + 1, int(max(y1, y2)) + 1
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ConfigError(
            'rectangle must be {"points": {"exterior": [[left, top], [right, bottom]], "interior": []}}'
        ) from error


def _windows(settings: Mapping[str, Any]) -> dict[str, Any]:
    if settings.get("inference_mode") != "sliding_window":
        return {}
    params = settings.get("sliding_window_params") or {}
    if not isinstance(params, Mapping):
        raise ConfigError("sliding_window_params must be an object")
    size = (params.get("windowWidth"), params.get("windowHeight"))
    overlap = (params.get("overlapX", 0), params.get("overlapY", 0))
    found: dict[str, Any] = {"sliding_window": True, "overlap": overlap}
    if size != (None, None):  # a side that is not told is the image's
        found["window_size"] = tuple(WHOLE if side is None else side for side in size)
    return found


__all__ = ["arguments", "read_state"]
