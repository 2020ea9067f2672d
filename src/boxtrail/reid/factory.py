"""From what a user writes or holds to an embedder."""

from __future__ import annotations

import os
from typing import cast

from boxtrail.errors import ConfigError
from boxtrail.reid.embedder import Embedder

EMBEDDERS = {
    "histogram": "colour and gradient histograms over parts; needs no weights",
    "PATH": "weights (.pt, .pth, .safetensors) or an exported network (.onnx, .torchscript, .xml, .engine)",
}


def create_embedder(
    spec: str | os.PathLike[str] | Embedder,
    *,
    device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:1"
    half: bool | str = False,  # 16-bit arithmetic: True or "fp16", "bf16"
    arch: str | None = None,  # name of the architecture where the file's name does not begin with it
) -> Embedder:
    """An embedder of a name, a path or an object.

    Args:
        spec: ``"histogram"``, the path of a checkpoint or exported network, or an object with ``embed`` and ``dim``,
            which is returned as it is.

    Raises:
        ConfigError: for anything else, or an unknown device or architecture.
        EmbedderError: for a file that is no usable network, or not there: nothing is downloaded.
        MissingExtraError: if it needs a package that is not installed.
    """
    if isinstance(spec, str) and spec.strip().casefold() == "histogram":
        from boxtrail.reid.histogram import HistogramEmbedder

        return cast("Embedder", HistogramEmbedder())
    if isinstance(spec, (str, os.PathLike)):
        from boxtrail.reid.reid import ReID

        return ReID(spec, device=device, half=half, arch=arch)
    if callable(getattr(spec, "embed", None)) and hasattr(spec, "dim"):
        return spec
    raise ConfigError(
        f"an embedder is a name ({', '.join(EMBEDDERS)}) or an object with embed and dim, not a {type(spec).__name__}"
    )
