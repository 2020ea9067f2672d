"""The tracks of one video as Supervisely's video annotation."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import numpy as np

from boxtrail.predict.annotation import AUTOMATIC
from boxtrail.predict.prediction import Prediction

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "boxtrail/predict")


class VideoTracks:
    """Gathers predictions with ids, frame by frame; :meth:`annotation` is the ``VideoAnnotation`` JSON of those so far.

    One object a track, with the class it had in most frames; frame indices are those of the video, and every frame
    that was worked on has an entry, also without figures.
    """

    def __init__(self, name: str, size: tuple[int, int], num_frames: int | None) -> None:
        self._name, self._size, self._num_frames = name, size, num_frames
        self._frames: dict[int, list[dict[str, Any]]] = {}
        self._classes: dict[int, Counter[str]] = {}

    def add(self, prediction: Prediction) -> None:
        """One more frame."""
        if prediction.frame_index is None or prediction.track_ids is None:
            return
        objects = (prediction.annotation_json or {}).get("objects", [])
        figures = []
        for track_id, entry in zip(prediction.track_ids.tolist(), objects, strict=True):
            self._classes.setdefault(track_id, Counter())[entry["classTitle"]] += 1
            points = np.floor(np.array(entry["points"]["exterior"])).astype(int).tolist()
            figures.append(
                {
                    "key": self._key(f"{track_id}/{prediction.frame_index}"),
                    "objectKey": self._key(str(track_id)),
                    "geometryType": entry["geometryType"],
                    "geometry": {"points": {"exterior": points, "interior": []}},
                    "trackId": str(track_id),
                    **AUTOMATIC,
                }
            )
        self._frames[prediction.frame_index] = figures

    def annotation(self) -> dict[str, Any]:
        """``VideoAnnotation`` JSON."""
        last = max(self._frames, default=-1)
        return {
            "description": "",
            "key": self._key("video"),
            "size": {"height": self._size[0], "width": self._size[1]},
            "framesCount": max(self._num_frames or 0, last + 1),
            "tags": [],
            "objects": [
                {"key": self._key(str(track_id)), "classTitle": names.most_common(1)[0][0], "tags": []}
                for track_id, names in sorted(self._classes.items())
            ],
            "frames": [{"index": index, "figures": self._frames[index]} for index in sorted(self._frames)],
        }

    def _key(self, what: str) -> str:
        return uuid.uuid5(NAMESPACE, f"{self._name}/{what}").hex


__all__ = ["VideoTracks"]
