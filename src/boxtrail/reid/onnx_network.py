"""Exported networks run by onnxruntime: CPU, CUDA or TensorRT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import EmbedderError, require
from boxtrail.onnx_runtime import first_line, open_session, runtime_errors
from boxtrail.reid.array_network import DEVICE_BATCH, ArrayNetwork

USUAL_BATCH = 32  # TensorRT is tuned for
_DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


def open_onnx(path: Path, *, device: str, input_size: tuple[int, int]) -> ArrayNetwork:
    """A network that takes crops (B, 3, H, W); ``input_size`` (height, width) holds where the file leaves it open.

    Raises:
        EmbedderError: naming the file, if it is no such network, or ``device`` is not there.
        MissingExtraError: if onnxruntime is not installed.
    """
    ort = require("onnxruntime", "onnx", "an ONNX embedder")
    session = open_session(
        ort, path, device=device, num_threads=None, error=EmbedderError,
        tensorrt=_profile(ort, path, input_size) if device.startswith("tensorrt") else None,
    )  # fmt: skip
    inputs = session.get_inputs()
    if (
        len(inputs) != 1
        or len(inputs[0].shape) != 4
        or inputs[0].shape[1] != 3
        or inputs[0].type not in _DTYPES
    ):
        listed = ", ".join(f"{item.name} {item.type} {item.shape}" for item in inputs)
        raise EmbedderError(f"{path}: expected one input of crops (batch, 3, H, W), found {listed}")
    name, dtype = inputs[0].name, _DTYPES[inputs[0].type]
    batch, _, height, width = (
        size if isinstance(size, int) and size > 0 else None for size in inputs[0].shape
    )
    errors = runtime_errors(ort)

    def forward(crops: NDArray[np.float32]) -> Any:
        try:
            embeddings = session.run(None, {name: crops.astype(dtype, copy=False)})[0]
        except errors as error:
            raise EmbedderError(f"{path}: the network failed: {first_line(error)}") from error
        return checked_embeddings(embeddings, path)

    on_gpu = session.get_providers()[0] != "CPUExecutionProvider"
    return ArrayNetwork(
        forward,
        model=session,
        input_size=(height or input_size[0], width or input_size[1]),
        device=(device if device != "auto" else "cuda") if on_gpu else "cpu",
        fixed_batch=batch,
    )


def _profile(ort: Any, path: Path, input_size: tuple[int, int]) -> dict[str, str]:
    """Batches TensorRT is to expect; it would build anew, for minutes, whenever a larger one comes."""
    session = open_session(ort, path, device="cpu", num_threads=None, error=EmbedderError)
    taken = session.get_inputs()[0]
    if len(taken.shape) != 4 or isinstance(taken.shape[0], int):
        return {}
    height, width = (
        size if isinstance(size, int) else other
        for size, other in zip(taken.shape[2:], input_size, strict=True)
    )
    return {
        f"trt_profile_{kind}_shapes": f"{taken.name}:{count}x3x{height}x{width}"
        for kind, count in (("min", 1), ("opt", USUAL_BATCH), ("max", DEVICE_BATCH))
    }


def checked_embeddings(output: Any, path: Path) -> Any:
    """The first output of a network as (B, D).

    Raises:
        EmbedderError: if it has another shape; (B, D, 1, 1) is taken for (B, D).
    """
    shape = tuple(output.shape)
    if len(shape) < 2 or any(size != 1 for size in shape[2:]):
        raise EmbedderError(f"{path}: expected embeddings (batch, D), the network gives {shape}")
    return output.reshape(shape[:2])
