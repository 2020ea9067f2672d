"""Networks written by torch itself: ONNX and TorchScript."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import require
from boxtrail.io.atomic import cannot_write
from boxtrail.reid.torch_files import NOTES

INPUT, OUTPUT = "crops", "embeddings"
EXAMPLES = 2  # a batch of one would be taken for a constant


def write_onnx(model: Any, size: tuple[int, int], path: Path, *, opset: int) -> None:
    """``model`` for crops of ``size``, (height, width), any number at a time.

    Raises:
        SinkError: if the file cannot be written.
        MissingExtraError: if onnx is not installed.
    """
    onnx = require("onnx", "export", "exporting to ONNX")
    with warnings.catch_warnings():  # the tracing exporter is old, but needs no further package
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            torch.onnx.export(
                model, (torch.zeros(EXAMPLES, 3, *size),), str(path), input_names=[INPUT], output_names=[OUTPUT],
                dynamic_axes={INPUT: {0: "batch"}, OUTPUT: {0: "batch"}}, opset_version=opset, dynamo=False,
            )  # fmt: skip
        except OSError as error:
            raise cannot_write(path, error) from error
    onnx.checker.check_model(str(path))


def write_torchscript(model: Any, size: tuple[int, int], path: Path) -> None:
    """``model`` traced for crops of ``size``, (height, width), any number at a time; the archive says the size.

    Raises:
        SinkError: if the file cannot be written.
    """
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch prefers newer formats by now
        warnings.simplefilter("ignore", FutureWarning)  # as newer torch says it
        traced = torch.jit.trace(model, torch.zeros(EXAMPLES, 3, *size))
        try:
            traced.save(str(path), _extra_files={NOTES: json.dumps({"input_size": list(size)})})
        except (OSError, RuntimeError) as error:
            raise cannot_write(path, OSError(str(error).splitlines()[0])) from error


__all__ = ["write_onnx", "write_torchscript"]
