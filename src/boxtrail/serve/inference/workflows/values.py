"""What flows between steps."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.serve.inference.wire import images_of, predictions_of
from boxtrail.serve.inference.workflows.errors import WorkflowError

FRAME_RATE = 30.0


@dataclass(frozen=True, slots=True)
class VideoMetadata:
    """Which stream an image belongs to. ``identifier`` is None where nobody says: such an image stands alone."""

    identifier: str | None = None
    frame_number: int | None = None
    fps: float = FRAME_RATE


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image (H, W, 3) BGR, under the name of its input."""

    pixels: NDArray[np.uint8]
    name: str
    metadata: VideoMetadata = field(default_factory=VideoMetadata)
    sent: Any = None  # as it came

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Detections (N, 6) or (N, 7) in a picture, with ids (N,) where they were tracked."""

    rows: NDArray[np.float64]
    picture: Picture
    names: Mapping[int, str]
    ids: Sequence[int] | None = None
    detection_ids: Sequence[str] = ()

    @classmethod
    def new(cls, rows: NDArray[np.float64], picture: Picture, names: Mapping[int, str]) -> Found:
        """Detections that get ids of their own."""
        return cls(rows, picture, names, None, [str(uuid.uuid4()) for _ in rows])

    def select(self, rows: Sequence[int], ids: Sequence[int] | None) -> Found:
        """These rows, with these track ids."""
        chosen = np.array(rows, dtype=np.int64)
        return Found(
            self.rows[chosen], self.picture, self.names, ids, [self.detection_ids[row] for row in rows]
        )

    def to_json(self) -> dict[str, Any]:
        """As Roboflow's server serialises detections, down to the size that is missing where there are none."""
        height, width = self.picture.size
        known = len(self.rows) > 0
        return {
            "image": {"width": width if known else None, "height": height if known else None},
            "predictions": predictions_of(
                self.rows, self.names, self.ids, parent=self.picture.name, detection_ids=self.detection_ids
            ),
        }


def pictures_of(name: str, value: Any, metadata: Any, max_pixels: int) -> list[Picture]:
    """The images of one input: one, or a list of them, each perhaps with its own metadata.

    Raises:
        RefusedError: for something that is no image.
        WorkflowError: for metadata that cannot be read.
    """
    values = value if isinstance(value, list) else [value]
    shared = metadata if isinstance(metadata, list) else [metadata] * len(values)
    if len(shared) != len(values):
        raise WorkflowError(
            f"{len(values)} images, but {len(shared)} entries of metadata", kind="RuntimeInputError"
        )
    pictures = []
    images = images_of(values, max_pixels)
    for entry, image, about in zip(values, images, shared, strict=True):
        own = entry.get("video_metadata") if isinstance(entry, Mapping) else None
        pictures.append(Picture(image, name, metadata_of(own or about), entry))
    return pictures


def metadata_of(value: Any) -> VideoMetadata:
    """Metadata of its JSON, or of the bare name of a stream.

    Raises:
        WorkflowError: for anything else.
    """
    if value is None:
        return VideoMetadata()
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return VideoMetadata(str(value))
    if not isinstance(value, Mapping):
        raise WorkflowError("video_metadata is an object with video_identifier", kind="RuntimeInputError")
    identifier, number, fps = (value.get(name) for name in ("video_identifier", "frame_number", "fps"))
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise WorkflowError(f"frame_number is a whole number, not {number!r}", kind="RuntimeInputError")
    if fps is not None and not (isinstance(fps, (int, float)) and 0.0 < fps <= 1000.0):
        raise WorkflowError(f"fps is a number above 0, not {fps!r}", kind="RuntimeInputError")
    return VideoMetadata(None if identifier is None else str(identifier), number, float(fps or FRAME_RATE))


def to_json(value: Any) -> Any:
    """Anything a workflow can put out."""
    if isinstance(value, Found):
        return value.to_json()
    if isinstance(value, Picture):
        return value.sent
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: to_json(entry) for key, entry in value.items()}
    return value


__all__ = ["Found", "Picture", "VideoMetadata", "metadata_of", "pictures_of", "to_json"]
