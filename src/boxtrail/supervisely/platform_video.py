"""A video of the platform, detected there or elsewhere, tracked here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.predict.platform import to_boxmot
from boxtrail.results import TrackResults
from boxtrail.supervisely.annotations import video_annotation
from boxtrail.trackers import create_tracker


def track(
    video_id: int, detector: Any, tracker: Any = "botsort", *, api: Any = None, **arguments: Any
) -> Any:
    """Track a video of the platform: ``VideoAnnotation`` of the SDK where it is installed, else its JSON.

    ```python
    annotation = track(123, detector=sly.nn.ModelAPI(api, task_id=45), tracker="bytetrack", api=api)
    ```

    Args:
        video_id: number of the video.
        detector: :class:`boxtrail.predict.ModelAPI` or the SDK's, of a model that the platform runs.
        tracker: a name of :func:`boxtrail.create_tracker`, or an object with ``update(detections, image)``.
        api: ``supervisely.Api``: where frames are downloaded for trackers that look at them, one by one. Without it
            they see boxes alone.
        **arguments: of ``detector.predict_detached``, such as ``conf``, ``classes`` and ``stride``.

    Raises:
        ConfigError: if tracking was asked of the detector too, or for an unknown tracker.
        DetectorError: if the detector fails.
    """
    if arguments.pop("tracking", False) or arguments.pop("tracking_config", None):
        raise ConfigError("track() tracks by itself; leave tracking and tracking_config away")
    follower = create_tracker(tracker) if isinstance(tracker, str) else tracker
    names = dict(enumerate(detector.get_classes()))
    found = detector.predict_detached(video_id=video_id, **arguments)
    tracks, indices, size = _follow(found, follower, video_id, api)
    annotation = video_annotation(
        tracks, frame_size=size, class_names=names, frame_indices=indices, name=str(video_id)
    )
    return _of_sdk(annotation, detector.get_model_meta())


def _follow(
    predictions: Iterable[Any], tracker: Any, video_id: int, api: Any
) -> tuple[list[TrackResults], list[int], tuple[int, int]]:
    """Tracks of every frame, the frames' indices, and their width and height."""
    tracks, indices, size = [], [], (1, 1)
    for place, prediction in enumerate(predictions):
        index = place if prediction.frame_index is None else int(prediction.frame_index)
        told = (prediction.annotation_json or {}).get("size")
        if told is not None:
            size = (int(told["width"]), int(told["height"]))
        found = tracker.update(to_boxmot(prediction), None if api is None else _image(api, video_id, index))
        tracks.append(TrackResults(found))
        indices.append(index)
    return tracks, indices, size


def _image(api: Any, video_id: int, index: int) -> NDArray[np.uint8]:
    """One frame (H, W, 3) BGR; the platform sends RGB."""
    return np.ascontiguousarray(np.asarray(api.video.frame.download_np(video_id, index))[..., ::-1])


def _of_sdk(annotation: dict[str, Any], meta: Any) -> Any:
    if importlib.util.find_spec("supervisely") is None:
        return annotation
    supervisely: Any = importlib.import_module("supervisely")
    if isinstance(meta, dict):
        meta = supervisely.ProjectMeta.from_json(meta)
    return supervisely.VideoAnnotation.from_json(annotation, meta)


__all__ = ["track"]
