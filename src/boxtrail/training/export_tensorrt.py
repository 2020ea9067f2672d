"""Engines of TensorRT, built from ONNX for the GPU of this machine. Written against TensorRT 10; it needs a GPU."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxtrail.errors import ConfigError, EmbedderError, require
from boxtrail.io.atomic import cannot_write
from boxtrail.reid.torch_files import torch_device
from boxtrail.training.export_torch import INPUT, write_onnx

if TYPE_CHECKING:
    from boxtrail.training.export import ExportOptions

USUAL_BATCH = 32  # the engine is tuned for


def write_tensorrt(model: Any, size: tuple[int, int], path: Path, options: ExportOptions) -> None:
    """``model`` for crops of ``size``, (height, width), 1 to ``max_batch`` at a time.

    Raises:
        ConfigError: if there is no such GPU.
        EmbedderError: if TensorRT cannot build the engine.
        SinkError: if the file cannot be written.
        MissingExtraError: if TensorRT is not installed.
    """
    trt = require("tensorrt", "tensorrt", "exporting to TensorRT")
    import torch

    device = torch_device(options.device)
    if device.type != "cuda":
        raise ConfigError("a TensorRT engine is built on the GPU it will run on; torch sees none here")
    with tempfile.TemporaryDirectory() as folder:
        onnx_file = Path(folder) / "network.onnx"
        write_onnx(model, size, onnx_file, opset=options.opset)
        network = onnx_file.read_bytes()
    with torch.cuda.device(device):  # TensorRT builds for the current one
        engine = _engine(trt, network, size, path, options)
    try:
        path.write_bytes(engine)
    except OSError as error:
        raise cannot_write(path, error) from error


def _engine(trt: Any, onnx: bytes, size: tuple[int, int], path: Path, options: ExportOptions) -> bytes:
    """The engine of a network in ONNX."""
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(onnx):
        raise EmbedderError(f"{path}: TensorRT cannot read the network: {parser.get_error(0)}")
    config = builder.create_builder_config()
    if options.half:
        config.set_flag(trt.BuilderFlag.FP16)
    profile = builder.create_optimization_profile()
    counts = (1, min(USUAL_BATCH, options.max_batch), options.max_batch)  # least, usual, most
    profile.set_shape(INPUT, *((count, 3, *size) for count in counts))
    config.add_optimization_profile(profile)
    engine = builder.build_serialized_network(network, config)
    if engine is None:
        raise EmbedderError(f"{path}: TensorRT could not build an engine; its log is on stderr")
    return bytes(engine)


__all__ = ["write_tensorrt"]
