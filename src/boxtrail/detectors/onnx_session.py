"""An ONNX file opened with onnxruntime: its inputs, outputs and metadata, and running it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import DetectorError, require
from boxtrail.onnx_runtime import first_line, open_session, runtime_errors

_DTYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}


class OnnxSession:
    """A network that takes images (B, 3, H, W) or (B, H, W, 3), and perhaps the frames' sizes (B, 2).

    Attributes:
        batch: fixed number of images a call, or None.
        size: fixed (width, height) of the input, or None.
        output_names: names of the outputs, in order.
        metadata: what the exporter wrote into the file.

    Raises:
        DetectorError: naming the file, if it cannot be opened, or ``device`` is not there.
    """

    def __init__(self, path: Path, *, device: str, num_threads: int | None) -> None:
        ort = require("onnxruntime", "onnx", "an ONNX detector")
        self.path = path
        self._errors = runtime_errors(ort)
        self._session = open_session(ort, path, device=device, num_threads=num_threads, error=DetectorError)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.output_names = [output.name for output in self._session.get_outputs()]
        self._read_inputs()

    def run(self, batch: NDArray[Any], frame_sizes: Sequence[tuple[int, int]]) -> list[NDArray[np.float64]]:
        """All outputs for images (B, H, W, 3), pixels as the network wants them; frames (width, height)."""
        if not self._channels_last:
            batch = batch.transpose(0, 3, 1, 2)
        feeds = {self._image_input.name: np.ascontiguousarray(batch, dtype=self._dtype(self._image_input))}
        if self._size_input is not None:
            feeds[self._size_input.name] = np.array(frame_sizes, dtype=self._dtype(self._size_input))
        try:
            outputs = self._session.run(None, feeds)
        except self._errors as error:
            raise DetectorError(f"{self.path}: the network failed: {first_line(error)}") from error
        return [np.asarray(output, dtype=np.float64) for output in outputs]

    @property
    def wants_frame_sizes(self) -> bool:
        """Whether the network is told the frames' sizes and gives boxes in their pixels."""
        return self._size_input is not None

    def class_names(self) -> dict[int, str] | None:
        """The class names in the metadata, None if there are none or they are not readable."""
        try:
            names = ast.literal_eval(self.metadata.get("names", ""))
        except (ValueError, SyntaxError):
            return None
        if isinstance(names, (list, tuple)):
            names = dict(enumerate(names))
        if not isinstance(names, dict) or not names:
            return None
        try:
            return {int(label): str(name) for label, name in names.items()}
        except (TypeError, ValueError):
            return None

    def metadata_size(self) -> tuple[int, int] | None:
        """The (width, height) the exporter noted as ``imgsz``, which is height before width."""
        try:
            height, width = ast.literal_eval(self.metadata.get("imgsz", ""))
            return int(width), int(height)
        except (ValueError, SyntaxError, TypeError):
            return None

    def _read_inputs(self) -> None:
        inputs = self._session.get_inputs()
        images = [item for item in inputs if len(item.shape) == 4]
        sizes = [
            item
            for item in inputs
            if (len(item.shape) == 2 and item.shape[1] in (2, None)) or "size" in item.name
        ]
        if len(images) != 1 or len(sizes) > 1 or len(inputs) != 1 + len(sizes):
            listed = ", ".join(f"{item.name} {item.shape}" for item in inputs)
            raise DetectorError(f"{self.path}: expected one image input (batch, 3, H, W), found {listed}")
        self._image_input = images[0]
        self._size_input = sizes[0] if sizes else None
        shape = [value if isinstance(value, int) and value > 0 else None for value in images[0].shape]
        self._channels_last = shape[3] == 3 and shape[1] != 3
        height, width = shape[1:3] if self._channels_last else shape[2:4]
        self.batch: int | None = shape[0]
        self.size: tuple[int, int] | None = None if width is None or height is None else (width, height)

    def _dtype(self, item: Any) -> type[np.generic]:
        if item.type not in _DTYPES:
            raise DetectorError(f"{self.path}: input {item.name} has the unsupported type {item.type}")
        return _DTYPES[item.type]
