"""An ONNX file opened with onnxruntime: its inputs, outputs and metadata, and running it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, DetectorError, require

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
        self._errors = _runtime_errors(ort)
        self._session = self._open(ort, device, num_threads)
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
            raise DetectorError(f"{self.path}: the network failed: {_first_line(error)}") from error
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

    def _open(self, ort: Any, device: str, num_threads: int | None) -> Any:
        providers = _providers(ort, device)
        if not self.path.is_file():
            raise DetectorError(f"{self.path}: no such ONNX file")
        options = ort.SessionOptions()
        options.log_severity_level = 3  # errors reach us as exceptions; warnings would go to the terminal
        if num_threads is not None:
            options.intra_op_num_threads = num_threads
        try:
            session = ort.InferenceSession(str(self.path), options, providers=providers)
        except self._errors as error:
            raise DetectorError(f"{self.path}: not a usable ONNX model: {_first_line(error)}") from error
        if device.startswith("cuda") and "CUDAExecutionProvider" not in session.get_providers():
            raise DetectorError(
                f"{self.path}: onnxruntime could not start CUDA; check the driver and CUDA libraries, "
                "or use device='cpu'"
            )
        return session

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


def _providers(ort: Any, device: str) -> list[Any]:
    """onnxruntime's providers for "auto", "cpu", "cuda" or "cuda:N"."""
    kind, _, number = device.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (number and not (kind == "cuda" and number.isdecimal())):
        raise ConfigError(f"device must be 'auto', 'cpu', 'cuda' or 'cuda:N', not {device!r}")
    available = ort.get_available_providers()
    has_cuda = "CUDAExecutionProvider" in available
    if kind == "cuda" and not has_cuda:
        raise DetectorError(
            f"device {device!r}: this onnxruntime offers {', '.join(available)}; "
            "install onnxruntime-gpu or use 'cpu'"
        )
    if kind == "cpu" or not has_cuda:
        return ["CPUExecutionProvider"]
    return [("CUDAExecutionProvider", {"device_id": int(number or 0)}), "CPUExecutionProvider"]


def _runtime_errors(ort: Any) -> tuple[type[Exception], ...]:
    """The exceptions of onnxruntime, which share no base of their own, and RuntimeError for older ones."""
    state = ort.capi.onnxruntime_pybind11_state
    names = "EPFail Fail InvalidArgument InvalidGraph InvalidProtobuf NoModel NoSuchFile NotImplemented"
    return (
        RuntimeError,
        *(getattr(state, name) for name in [*names.split(), "RuntimeException"] if hasattr(state, name)),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
