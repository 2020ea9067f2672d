"""Networks for OpenVINO: an XML file and the weights beside it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import require
from boxtrail.io.atomic import cannot_write


def write_openvino(model: Any, size: tuple[int, int], path: Path) -> None:
    """``model`` for crops of ``size``, (height, width), any number at a time; ``path`` ends in ``.xml``.

    Raises:
        SinkError: if the files cannot be written.
        MissingExtraError: if OpenVINO is not installed.
    """
    openvino = require("openvino", "openvino", "exporting to OpenVINO")
    with warnings.catch_warnings():  # OpenVINO traces, and torch prefers newer ways by now
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)  # as newer torch says it
        converted = openvino.convert_model(
            model,
            example_input=torch.zeros(2, 3, *size),
            input=[("x", openvino.PartialShape([-1, 3, *size]))],
        )
    try:
        openvino.save_model(converted, str(path), compress_to_fp16=False)
    except (OSError, RuntimeError) as error:
        raise cannot_write(path, OSError(str(error).splitlines()[0])) from error


__all__ = ["write_openvino"]
