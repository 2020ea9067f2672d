"""What a model says of one image or frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.predict.annotation import image_annotation, objects_of
from boxtrail.predict.drawing import draw_prediction, picture_path, write_picture


@dataclass(slots=True, eq=False, kw_only=True)
class Prediction:
    """Boxes, classes, scores and track ids of one image, and where it came from.

    Attributes:
        boxes: (N, 4) xyxy in pixels of the image.
        scores: (N,) in [0, 1].
        classes: N names.
        class_idxs: (N,) numbers of the classes, as the model has them.
        track_ids: (N,) whole numbers from 1 on, empty where nothing is seen, -1 where a server that was told to track
            gave none; None if nothing was to be tracked.
        masks: N masks (H, W), None for an object that is a box alone.
        annotation_json: Supervisely's ``Annotation``; None where the platform keeps it (upload modes).
        source: what was handed to ``predict``.
        name: file name of the image or video.
        path: file of the image or video, if there is one.
        url: address of the image or video, if it has one.
        frame_index: place in the video, from 0; None for an image.
        project_id, dataset_id, image_id, video_id: where the platform keeps it, or None.
        oriented: (N, 5) ``cx, cy, w, h, angle`` behind the boxes, angle in radians, or None for upright boxes.
        extra_data: anything else that was said of it.
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    classes: list[str]
    class_idxs: NDArray[np.int64]
    track_ids: NDArray[np.int64] | None = None
    masks: list[NDArray[np.bool_] | None] = field(default_factory=list)
    annotation_json: dict[str, Any] | None = None
    source: Any = None
    name: str | None = None
    path: str | None = None
    url: str | None = None
    frame_index: int | None = None
    project_id: int | None = None
    dataset_id: int | None = None
    image_id: int | None = None
    video_id: int | None = None
    oriented: NDArray[np.float64] | None = None
    extra_data: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.boxes)

    def __repr__(self) -> str:
        """Where it is from, and what was seen."""
        where = self.name or self.path or type(self.source).__name__
        frame = "" if self.frame_index is None else f", frame {self.frame_index}"
        ids = "" if self.track_ids is None else f", ids {self.track_ids.tolist()}"
        return f"Prediction({where}{frame}: {len(self)} boxes{ids})"

    @property
    def annotation(self) -> Any:
        """The SDK's ``Annotation`` object where ``supervisely`` is installed, else the JSON of one."""
        from boxtrail.predict.platform import (
            sdk_annotation,  # asks for the SDK only when someone asks for this
        )

        return sdk_annotation(self.annotation_json)

    def to_json(self) -> dict[str, Any]:
        """As the server sends it: the annotation and where it is from."""
        return {
            "source": self.source if isinstance(self.source, str) else None,
            "annotation": self.annotation_json,
            "name": self.name,
            "path": self.path,
            "url": self.url,
            "project_id": self.project_id,
            "dataset_id": self.dataset_id,
            "image_id": self.image_id,
            "video_id": self.video_id,
            "frame_index": self.frame_index,
            "slides_data": {},
            "data": self.extra_data,
        }

    @classmethod
    def from_json(
        cls, data: dict[str, Any], class_names: list[str], *, tracked: bool = False, **known: Any
    ) -> Prediction:
        """What :meth:`to_json` gave; ``known`` takes precedence over what it says of its origin.

        Args:
            data: one result as a server sends it.
            class_names: the classes of the model, in their order; others are numbered after them.
            tracked: whether tracking was asked for: then ids are an array, also where there are none.
            **known: attributes the caller knows better, such as ``source``.

        Raises:
            InvalidInputError: if there is no annotation that can be read.
        """
        annotation = data.get("annotation", data.get("annotation_json"))
        if annotation is None:
            empty = np.empty((0, 4))
            boxes, scores, classes, masks = empty, np.empty(0), list[str](), list[Any]()
        else:
            boxes, scores, classes, masks = objects_of(annotation)
        order = {name: index for index, name in enumerate(dict.fromkeys([*class_names, *classes]))}
        origin = {
            name: data.get(name)
            for name in (
                "name",
                "path",
                "url",
                "project_id",
                "dataset_id",
                "image_id",
                "video_id",
                "frame_index",
            )
        }
        return cls(
            boxes=boxes,
            scores=scores,
            classes=classes,
            class_idxs=np.array([order[name] for name in classes], dtype=np.int64),
            track_ids=_ids(annotation, len(boxes), tracked=tracked),
            masks=masks,
            annotation_json=annotation,
            **{**origin, **known},
        )

    def load_image(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB, from the array, file, video or address it came from.

        Raises:
            SourceError: if there is none, or it cannot be read.
        """
        from boxtrail.predict.pixels import load_image

        return load_image(self)

    def visualize(
        self,
        save: bool = False,
        save_path: str | Path | None = None,
        save_dir: str | Path | None = None,
        color: tuple[int, int, int] | None = None,  # RGB; None: one a track, or a class
        thickness: int | None = None,  # of outlines, in pixels; None: by the size of the image
        opacity: float = 0.5,  # of filled boxes and masks, in [0, 1]
        draw_tags: bool = False,  # class, id and score beside each box
        fill_rectangles: bool = True,
    ) -> NDArray[np.uint8]:
        """The image with what was seen in it, (H, W, 3) RGB; also written to a file if one is named.

        ``save`` alone writes ``vis_<name>.png`` into the working folder.

        Raises:
            ConfigError: if both ``save_path`` and ``save_dir`` are given, or ``opacity`` is out of range.
            SourceError: if the image cannot be loaded.
            SinkError: if the picture cannot be written.
        """
        if save_path is not None and save_dir is not None:
            raise ConfigError("give save_path or save_dir, not both")
        if not 0.0 <= opacity <= 1.0:
            raise ConfigError(f"opacity must lie in [0, 1], not {opacity}")
        if self.annotation_json is None and not len(self):
            raise InvalidInputError("the platform keeps this annotation; there is nothing to draw here")
        picture = draw_prediction(
            self, self.load_image(), color=color, thickness=thickness, opacity=opacity,
            draw_tags=draw_tags, fill_rectangles=fill_rectangles,
        )  # fmt: skip
        target = picture_path(self, save=save, save_path=save_path, save_dir=save_dir)
        if target is not None:
            write_picture(target, picture)
        return picture


def _ids(annotation: dict[str, Any] | None, count: int, *, tracked: bool) -> NDArray[np.int64] | None:
    """Ids travel beside the objects; a list of another length belongs to other objects.

    Supervisely's own server tracks no images, whatever it is told: tracked objects without an id have -1.
    """
    found = (annotation or {}).get("customBigData")
    if isinstance(found, list) and len(found) == count and (count or tracked):
        return np.array(found, dtype=np.int64)
    return np.full(count, -1, dtype=np.int64) if tracked else None


def of_rows(
    rows: NDArray[np.float64],  # (N, 6) or (N, 7) detections, xyxy or oriented, conf, cls
    names: dict[int, str],
    size: tuple[int, int],  # height, width
    track_ids: NDArray[np.int64] | None = None,  # (N,)
    **origin: Any,
) -> Prediction:
    """The prediction of detections or tracked detections; those outside the image are left out."""
    is_oriented = rows.shape[1] == 7
    shapes, scores, labels = rows[:, :-2], rows[:, -2], rows[:, -1].astype(np.int64)
    classes = [names.get(int(label), f"class {label}") for label in labels]
    annotation, kept = image_annotation(size, shapes, scores, classes, track_ids)
    boxes = shapes[kept]
    if is_oriented:
        from boxtrail.boxes import enclosing_xyxy

        boxes = enclosing_xyxy(boxes)
    return Prediction(
        boxes=np.clip(boxes, 0.0, [size[1], size[0], size[1], size[0]]),
        scores=scores[kept],
        classes=[classes[row] for row in kept],
        class_idxs=labels[kept],
        track_ids=None if track_ids is None else track_ids[kept].astype(np.int64),
        masks=[None] * len(kept),
        annotation_json=annotation,
        oriented=shapes[kept] if is_oriented else None,
        **origin,
    )


__all__ = ["Prediction", "of_rows"]
