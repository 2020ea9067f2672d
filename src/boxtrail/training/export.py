"""Appearance networks for other runtimes, each checked against the original before it gets its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from boxtrail.errors import ConfigError, EmbedderError, require
from boxtrail.io.atomic import complete, partial_path, prepare
from boxtrail.reid import Embedder, ReID, create_embedder
from boxtrail.trackers.options import build, option, split

LEAST_COSINE = 0.999
CHECKED_CROPS = (1, 7)  # so many at once: a network with a fixed batch would fail or be told apart
FRAME_SIZE = (480, 640)

Writer: TypeAlias = Callable[[Any, "tuple[int, int]", Path, "ExportOptions"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How an exported network is written.

    Attributes:
        half: 16-bit arithmetic, of ``tensorrt`` alone.
        opset: of the ONNX operators, of ``onnx`` and ``tensorrt``.
        max_batch: crops at a time, of ``tensorrt``; the other formats take any number.
        device: the GPU an engine is built for, of ``tensorrt``.
    """

    half: bool = option(False)
    opset: int = option(17, 9, 100)
    max_batch: int = option(256, 1, 100_000)
    device: str = option("auto")


def export_reid(
    weights: str | os.PathLike[str],
    format: str = "onnx",
    out: str | Path | None = None,
    *,
    arch: str | None = None,  # name of the architecture where the checkpoint does not tell
    **options: Any,
) -> Path:
    """Write a checkpoint as ``"onnx"``, ``"torchscript"``, ``"openvino"`` or ``"tensorrt"``.

    The file takes crops (B, 3, H, W), RGB less the mean and over the deviation of ImageNet, B free, and gives
    embeddings (B, D) before normalisation; :func:`boxtrail.reid.create_embedder` loads it. Without ``out`` it lies
    beside ``weights``. ``options`` are those of :class:`ExportOptions`, by name.

    Raises:
        ConfigError: for an unknown format or option, or one the format does not have.
        EmbedderError: if the checkpoint cannot be loaded, or the written network's embeddings have a cosine below 0.999
            to the original's; then there is no file.
        SinkError: if the file cannot be written.
        MissingExtraError: if the format needs a package that is not installed.
    """
    chosen = _chosen(format, options)
    require("torch", "reid", "exporting appearance models")
    from boxtrail.reid.models.folding import folded

    suffix, write, device = FORMATS[format]
    source = Path(weights).expanduser()
    target = prepare(source.with_suffix(suffix) if out is None else Path(out).expanduser())
    if target.suffix != suffix:
        raise ConfigError(f"{target}: a file of {format} ends in {suffix}")
    original = _checkpoint(source, arch)
    partial = partial_path(target)
    parts = [partial, partial.with_suffix(".bin")] if format == "openvino" else [partial]
    try:
        write(folded(original.model), original.input_size, partial, chosen)
        _check(original, create_embedder(partial, device=device or chosen.device), target)
        for part in reversed(parts):  # the file that is looked for comes last
            complete(part, target.with_suffix(part.suffix))
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return target


def _chosen(format: str, given: Mapping[str, Any]) -> ExportOptions:
    """The options of a format.

    Raises:
        ConfigError: for an unknown format or option, or one the format does not have.
    """
    if format not in FORMATS:
        raise ConfigError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    [own] = split(given, (ExportOptions,), {}, "export")
    chosen = build(ExportOptions, own)
    if chosen.half and format != "tensorrt":
        raise ConfigError(f"half is of tensorrt alone: {format} is written in 32 bits")
    return chosen


def _checkpoint(path: Path, arch: str | None) -> ReID:
    """The network to export.

    Raises:
        ConfigError: if it is an exported one already.
    """
    if path.suffix.casefold() in (suffix for suffix, _, _ in FORMATS.values()):
        raise ConfigError(f"{path} is an exported network already; export the checkpoint it was made of")
    return ReID(path, device="cpu", arch=arch)


def _check(original: Embedder, exported: Embedder, target: Path) -> None:
    """Compare embeddings of the same pictures, one alone and several at once."""
    rng = np.random.default_rng(0)
    height, width = FRAME_SIZE
    frame = rng.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    for count in CHECKED_CROPS:
        corners = rng.uniform(0.0, 0.5, (count, 2)) * [width, height]
        sizes = rng.uniform(0.2, 0.5, (count, 2)) * [width, height]
        boxes = np.concatenate([corners, corners + sizes], axis=1)
        ours, theirs = original.embed(frame, boxes), exported.embed(frame, boxes)
        cosine = float(np.min(np.sum(ours * theirs, axis=1))) if ours.shape == theirs.shape else -1.0
        if not cosine >= LEAST_COSINE:
            raise EmbedderError(
                f"{target} is not written: its embeddings differ from the original's, cosine {cosine:.4f}, "
                f"less than {LEAST_COSINE}"
            )


def _torchscript(model: Any, size: tuple[int, int], path: Path, options: ExportOptions) -> None:
    from boxtrail.training.export_torch import write_torchscript

    write_torchscript(model, size, path)


def _onnx(model: Any, size: tuple[int, int], path: Path, options: ExportOptions) -> None:
    from boxtrail.training.export_torch import write_onnx

    require("onnxruntime", "export", "checking an exported ONNX file")
    write_onnx(model, size, path, opset=options.opset)


def _openvino(model: Any, size: tuple[int, int], path: Path, options: ExportOptions) -> None:
    from boxtrail.training.export_openvino import write_openvino

    write_openvino(model, size, path)


def _tensorrt(model: Any, size: tuple[int, int], path: Path, options: ExportOptions) -> None:
    from boxtrail.training.export_tensorrt import write_tensorrt

    write_tensorrt(model, size, path, options)


FORMATS: dict[str, tuple[str, Writer, str | None]] = {  # suffix, what writes it, where it is checked
    "onnx": (".onnx", _onnx, "cpu"),
    "torchscript": (".torchscript", _torchscript, "cpu"),
    "openvino": (".xml", _openvino, "cpu"),
    "tensorrt": (".engine", _tensorrt, None),
}

__all__ = ["FORMATS", "LEAST_COSINE", "ExportOptions", "export_reid"]
