"""Detectors anyone exported to ONNX: YOLO of all ages, YOLOX, RT-DETR and D-FINE, on CPU or GPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.arrays import stack_columns
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detections, Image, num_images
from boxtrail.detectors.letterbox import Fit, fit_image
from boxtrail.detectors.nms import suppress
from boxtrail.detectors.onnx_detection import find_head
from boxtrail.detectors.onnx_heads import HEADS, Candidates, Head, Raw
from boxtrail.detectors.onnx_session import OnnxSession
from boxtrail.errors import ConfigError, DetectorError

_DEFAULT_SIZE = 640
_MOST_CANDIDATES = 3000  # boxes that enter NMS, best first
_COCO_IDS = 91  # ids of COCO reach 90: names for heads that do not say how many classes they have


class OnnxDetector:
    """An ONNX detection network.

    Args:
        path: the ``.onnx`` file. Class names come from its metadata (``names``), else they are "class 0" and
        so on.

    Raises:
        DetectorError: naming the file, if it cannot be opened, its outputs are unknown, or the device is
        absent. ConfigError: for an option out of its range.
        MissingExtraError: without onnxruntime or OpenCV.
    """

    names: Mapping[int, str]

    def __init__(
        self,
        path: str | Path,
        *,
        head: str | None = None,  # a name in onnx_heads.HEADS; None: told from the outputs
        min_score: float = DEFAULT_MIN_SCORE,  # lowest score kept, [0, 1]
        max_iou: float = 0.7,  # overlap above which the weaker of two boxes of a class goes, [0, 1]
        imgsz: int
        | tuple[int, int]
        | None = None,  # input size or (height, width) where the file leaves it open
        device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:N"
        num_threads: int | None = None,  # CPU threads; None: onnxruntime decides
    ) -> None:
        if head is not None and head not in HEADS:
            raise ConfigError(f"unknown head {head!r}; known: {', '.join(HEADS)}")
        for name, value in (("min_score", min_score), ("max_iou", max_iou)):
            if not 0.0 <= value <= 1.0:
                raise ConfigError(f"{name} must be in [0, 1], not {value}")
        self.path = Path(path)
        self.min_score, self.max_iou = min_score, max_iou
        self._session = OnnxSession(self.path, device=device, num_threads=num_threads)
        self._size = self._session.size or _free_size(imgsz, self._session.metadata_size())
        self._names_in_file = self._session.class_names()
        self.head, self._outputs, num_classes = self._probe(head)
        self.names = self._names_in_file or {label: f"class {label}" for label in range(num_classes)}

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Detections of each image, best first; upright boxes are cut at the image's border.

        Raises:
            DetectorError: if the network fails.
        """
        count = num_images(images, frame_indices)
        step = self._session.batch or max(count, 1)
        results: list[Detections] = []
        for start in range(0, count, step):
            results.extend(self._detect(images[start : start + step]))
        return results

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""

    def _detect(self, images: Sequence[Image]) -> Iterator[Detections]:
        """Detections of images that fit into one call; a larger fixed batch is filled up with the last."""
        head = HEADS[self.head]
        fitted = [fit_image(image, self._size, head.placement) for image in images]
        padded = fitted + fitted[-1:] * ((self._session.batch or 0) - len(fitted))
        batch = _as_input(np.stack([canvas for canvas, _ in padded]), head)
        outputs = self._session.run(batch, [fit.frame_size for _, fit in padded])
        for row, (_, fit) in enumerate(fitted):
            yield self._decode([outputs[index][row] for index in self._outputs], fit)

    def _decode(self, outputs: list[NDArray[np.float64]], fit: Fit) -> Detections:
        head = HEADS[self.head]
        num_classes = len(self._names_in_file) if self._names_in_file else None
        try:
            found = head.decode(Raw(outputs, self._size, num_classes))
        except (ValueError, IndexError) as error:
            shapes = ", ".join(str(output.shape) for output in outputs)
            raise DetectorError(
                f"{self.path}: outputs {shapes} do not fit the head {self.head!r}: {error}"
            ) from error
        found = _strongest(found, self.min_score)
        if head.nms:
            keep = suppress(found.boxes, found.scores, found.labels, max_iou=self.max_iou)
            found = Candidates(found.boxes[keep], found.scores[keep], found.labels[keep])
        in_frame = self.head == "detr-labels" and self._session.wants_frame_sizes
        whole = Fit((1.0, 1.0), (0.0, 0.0), fit.frame_size)
        boxes = (whole if in_frame else fit).to_frame(found.boxes)
        return stack_columns(boxes, np.clip(found.scores, 0.0, 1.0), found.labels)

    def _probe(self, head: str | None) -> tuple[str, list[int], int]:
        """Head, outputs it reads and number of classes, from the shapes that one gray image gives."""
        batch = np.full((self._session.batch or 1, self._size[1], self._size[0], 3), 0.5, dtype=np.float32)
        outputs = self._session.run(batch, [self._size] * len(batch))
        shapes = [output.shape for output in outputs]
        named = list(zip(self._session.output_names, shapes, strict=True))
        found = find_head(named, self._size, self._session.metadata)
        if head is not None and (found is None or found[0] != head):
            count = {"detr": 2, "detr-labels": 3}.get(head, 1)
            found = head, list(range(min(count, len(outputs))))
        if found is None:
            listed = ", ".join(f"{name} {shape}" for name, shape in named)
            raise DetectorError(
                f"{self.path}: unknown outputs {listed}; give head=, one of {', '.join(HEADS)}"
            )
        return *found, _num_classes(found[0], [shapes[index] for index in found[1]])


def _free_size(imgsz: int | tuple[int, int] | None, noted: tuple[int, int] | None) -> tuple[int, int]:
    """(width, height) of an input without fixed size: multiples of 32, the coarsest stride."""
    if imgsz is None:
        return noted or (_DEFAULT_SIZE, _DEFAULT_SIZE)
    height, width = (imgsz, imgsz) if isinstance(imgsz, int) else imgsz
    if height < 1 or width < 1:
        raise ConfigError(f"imgsz must be positive, not {imgsz}")
    return -(-width // 32) * 32, -(-height // 32) * 32


def _as_input(batch: NDArray[np.uint8], head: Head) -> NDArray[np.float32]:
    pixels = batch[..., ::-1] if head.rgb else batch
    values: NDArray[np.float32] = pixels.astype(np.float32)
    return values / np.float32(255.0) if head.unit_range else values


def _strongest(found: Candidates, min_score: float) -> Candidates:
    """Finite candidates of at least ``min_score``, at most some thousand, best first."""
    usable = (found.scores >= min_score) & np.isfinite(found.boxes).all(axis=1)
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(-found.scores[rows], kind="stable")][:_MOST_CANDIDATES]
    return Candidates(found.boxes[rows], found.scores[rows], found.labels[rows])


def _num_classes(head: str, shapes: Sequence[tuple[int, ...]]) -> int:
    """Classes an output has columns for; COCO's where the classes are numbers in a column."""
    if head in ("yolov10", "yolov10-obb", "detr-labels"):
        return _COCO_IDS
    if head == "detr":
        return int(next((shape[-1] for shape in shapes if shape[-1] != 4), 4))
    extra = {"yolov8": 4, "yolov8-obb": 5, "detr-scores": 4}.get(head, 5)
    return max(0, shapes[0][1 if head.startswith("yolov8") else 2] - extra)
