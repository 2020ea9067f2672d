"""Exported networks run by OpenVINO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, EmbedderError, require
from boxtrail.reid.array_network import ArrayNetwork
from boxtrail.reid.onnx_network import checked_embeddings

DEVICES = {"auto": "CPU", "cpu": "CPU", "gpu": "GPU", "npu": "NPU"}  # CUDA is not among OpenVINO's


def open_openvino(path: Path, *, device: str, half: bool | str, input_size: tuple[int, int]) -> ArrayNetwork:
    """A network (``.xml`` beside its ``.bin``) that takes crops (B, 3, H, W).

    ``input_size`` (height, width) holds where the file leaves it open. Unless ``half``, it computes in float32: left to
    itself, OpenVINO takes 16 bits on processors that have them.

    Raises:
        ConfigError: for a device that OpenVINO does not have.
        EmbedderError: naming the file, if it is no such network or cannot be run there.
        MissingExtraError: if OpenVINO is not installed.
    """
    openvino = require("openvino", "openvino", "an OpenVINO embedder")
    if device.casefold() not in DEVICES:
        raise ConfigError(f"an OpenVINO network runs on {', '.join(map(repr, DEVICES))}, not {device!r}")
    try:
        network = openvino.Core().read_model(str(path))
        shapes = [item.partial_shape for item in network.inputs]
        if len(shapes) != 1 or shapes[0].rank.is_dynamic or len(shapes[0]) != 4:
            listed = ", ".join(map(str, shapes))
            raise EmbedderError(f"{path}: expected one input of crops (batch, 3, H, W), found {listed}")
        precision = {} if half else {"INFERENCE_PRECISION_HINT": "f32"}
        compiled = openvino.Core().compile_model(network, DEVICES[device.casefold()], precision)
    except RuntimeError as error:
        raise EmbedderError(f"{path}: not a usable OpenVINO network: {_last_line(error)}") from error
    batch, _, height, width = (size.get_length() if size.is_static else None for size in shapes[0])

    def forward(crops: NDArray[np.float32]) -> Any:
        try:
            embeddings = compiled(crops)[0]
        except RuntimeError as error:
            raise EmbedderError(f"{path}: the network failed: {_last_line(error)}") from error
        return checked_embeddings(embeddings, path)

    return ArrayNetwork(
        forward,
        model=compiled,
        input_size=(height or input_size[0], width or input_size[1]),
        device="cpu" if DEVICES[device.casefold()] == "CPU" else device.casefold(),
        fixed_batch=batch,
    )


def _last_line(error: RuntimeError) -> str:
    """The line of OpenVINO's long messages that tells the reason."""
    return next(
        (line.strip() for line in reversed(str(error).splitlines()) if line.strip()), "no reason given"
    )
