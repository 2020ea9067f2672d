"""Predicting in this process: a detector, and a tracker for each video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detector
from boxtrail.io.images import read_image
from boxtrail.predict.detecting import detect
from boxtrail.predict.downloads import fetch
from boxtrail.predict.frames import VideoFrames
from boxtrail.predict.inputs import ImageInput, Input, VideoInput
from boxtrail.predict.pixels import rgb
from boxtrail.predict.prediction import Prediction, of_rows
from boxtrail.predict.region import Box, region_of_each
from boxtrail.predict.settings import Settings
from boxtrail.predict.video_tracks import VideoTracks
from boxtrail.trackers import create_tracker, tracker_class


class LocalWork:
    """Predictions for images and videos, one after the other; see :class:`boxtrail.predict.session.Work`.

    With tracking, every video has a tracker of its own, and the images of one call are taken for the frames of one.
    Boxes stay the detector's, and detections without a track are left out, as Supervisely's own server does it.
    """

    def __init__(
        self, detector: Detector, inputs: Sequence[Input], settings: Settings, *, embedder: Any = None
    ) -> None:
        self._detector, self._inputs, self._settings, self._embedder = detector, inputs, settings, embedder
        self._stopped = False
        self._videos = {
            index: VideoFrames(entry.path, settings.frames)
            for index, entry in enumerate(inputs)
            if isinstance(entry, VideoInput) and entry.path is not None
        }
        num_images = sum(isinstance(entry, ImageInput) for entry in inputs)
        self._regions = region_of_each(settings.region, num_images, has_videos=num_images < len(inputs))
        if settings.tracker is not None:
            self._make_tracker(30.0)  # now: a wrong option fails here
        self.message = "Running inference..."
        self.context: dict[str, Any] = {"inputs": len(inputs), "tracker": settings.tracker}
        self._tracks: VideoTracks | None = None

    @property
    def total(self) -> int | None:
        """Predictions to come in all; None while a video at an address is not here yet."""
        lengths = [
            self._videos[index].total if index in self._videos else None
            for index, entry in enumerate(self._inputs)
            if isinstance(entry, VideoInput)
        ]
        return None if None in lengths else len(self._regions) + sum(length or 0 for length in lengths)

    @property
    def final_result(self) -> dict[str, Any] | None:
        """``{"ann": [], "video_ann": VideoAnnotation JSON}`` of the last video, None without tracking; None for
        images."""
        if not any(isinstance(entry, VideoInput) for entry in self._inputs):
            return None
        return {"ann": [], "video_ann": None if self._tracks is None else self._tracks.annotation()}

    def stop(self) -> None:
        """End after the batch that is being worked on."""
        self._stopped = True

    def __iter__(self) -> Iterator[Prediction]:
        tracker = self._make_tracker(30.0) if self._settings.tracker is not None else None
        waiting: list[tuple[ImageInput, Box | None]] = []
        regions = iter(self._regions)
        for index, entry in enumerate(self._inputs):
            if isinstance(entry, ImageInput):
                waiting.append((entry, next(regions)))
                if len(waiting) < self._settings.batch_size:
                    continue
            yield from self._images(waiting, tracker)
            waiting = []
            if self._stopped:
                return
            if isinstance(entry, VideoInput):
                yield from self._video(index, entry)
        yield from self._images(waiting, tracker)

    def _images(self, batch: Sequence[tuple[ImageInput, Box | None]], tracker: Any) -> Iterator[Prediction]:
        if not batch or self._stopped:
            return
        images = [_bgr(entry) for entry, _ in batch]
        found = detect(self._detector, images, self._settings, [region for _, region in batch])
        for (entry, _), image, rows in zip(batch, images, found, strict=True):
            rows, ids = self._tracked(tracker, rows, image)
            yield of_rows(
                rows, dict(self._detector.names), image.shape[:2], ids, source=entry.source, name=entry.name,
                path=None if entry.path is None else str(entry.path), url=entry.url,
            )  # fmt: skip

    def _video(self, index: int, entry: VideoInput) -> Iterator[Prediction]:
        fetched = None if entry.path is not None else fetch(str(entry.url))
        try:
            if fetched is not None:
                self._videos[index] = VideoFrames(fetched, self._settings.frames)
            yield from self._frames(self._videos[index], entry)
        finally:
            if fetched is not None:
                fetched.unlink(missing_ok=True)

    def _frames(self, video: VideoFrames, entry: VideoInput) -> Iterator[Prediction]:
        tracker = None
        if self._settings.tracker is not None:
            tracker = self._make_tracker(video.fps / self._settings.frames.stride)
        names = dict(self._detector.names)
        tracks = VideoTracks(entry.name, video.size, video.length)
        self._tracks = tracks if tracker is not None else None
        self._detector.reset()
        frames = iter(video)
        while batch := list(islice(frames, self._settings.batch_size)):
            images = [frame.image for frame in batch]
            regions = region_of_each(self._settings.region, len(batch), has_videos=True)
            found = detect(self._detector, images, self._settings, regions, [frame.index for frame in batch])
            for frame, rows in zip(batch, found, strict=True):
                rows, ids = self._tracked(tracker, rows, frame.image)
                prediction = of_rows(
                    rows, names, video.size, ids, source=entry.source, name=entry.name,
                    path=None if entry.path is None else str(entry.path), url=entry.url, frame_index=frame.index,
                )  # fmt: skip
                tracks.add(prediction)
                yield prediction
            if self._stopped:
                break

    def _tracked(
        self, tracker: Any, rows: NDArray[np.float64], image: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
        """The detections that have a track, with its id; the detector's boxes, the track's class."""
        if tracker is None:
            return rows, None
        tracks = tracker.update(rows, image)
        seen = tracks[tracks.det_ind >= 0]
        order = np.argsort(seen.det_ind, kind="stable")
        seen = seen[order]
        kept = rows[seen.det_ind].copy()
        kept[:, -1] = seen.cls
        return kept, np.asarray(seen.id, dtype=np.int64)

    def _make_tracker(self, frame_rate: float) -> Any:
        options = dict(self._settings.tracker_options)
        if not {"frame_rate", "fps"} & options.keys():
            options["frame_rate"] = frame_rate
        name = str(self._settings.tracker)
        if self._embedder is not None and tracker_class(name.partition(":")[0]).appearance != "unused":
            options["reid_weights"] = self._embedder  # so that it embeds what it uses, and no more
        return create_tracker(name, **options)


def _bgr(entry: ImageInput) -> NDArray[np.uint8]:
    if entry.array is not None:
        return rgb(entry.array)
    if entry.path is not None:
        return read_image(entry.path)
    fetched = fetch(str(entry.url))
    try:
        return read_image(Path(fetched))
    finally:
        fetched.unlink(missing_ok=True)


__all__ = ["LocalWork"]
