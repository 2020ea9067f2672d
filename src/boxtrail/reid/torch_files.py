"""Files that torch runs: checkpoints, TorchScript archives, TensorRT engines."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import ConfigError, EmbedderError
from boxtrail.reid.checkpoint import crop_size, load_weights, read_checkpoint
from boxtrail.reid.models.architectures import ARCHITECTURES, TIMM, architecture_of_file
from boxtrail.reid.models.build import build_model
from boxtrail.reid.models.folding import folded
from boxtrail.reid.network import DEFAULT_SIZE
from boxtrail.reid.tensorrt_engine import TensorRtEngine
from boxtrail.reid.torch_network import TorchNetwork

NOTES = "boxtrail.json"  # a file in a TorchScript archive that says the size of the crops

_logger = logging.getLogger(__name__)


def torch_device(device: str) -> Any:
    """ "auto", "cpu", "cuda", "cuda:N" or "N" as a ``torch.device``.

    Raises:
        ConfigError: for anything else, or a GPU that is not there.
    """
    name = f"cuda:{device}" if device.isdecimal() else device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdecimal()):
        raise ConfigError(f"device must be 'auto', 'cpu', 'cuda' or 'cuda:N', not {device!r}")
    if kind == "cuda" and int(number or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"device {device!r}: torch {torch.__version__} sees {torch.cuda.device_count()} GPU(s)"
        )
    return torch.device(name)


def float_type(half: bool | str, device: Any) -> Any:
    """The floats to compute in.

    Raises:
        ConfigError: if ``half`` is neither a bool nor "fp16" or "bf16".
    """
    known = {False: torch.float32, True: torch.float16, "fp16": torch.float16, "bf16": torch.bfloat16}
    if half not in known:
        raise ConfigError(f"half must be True, False, 'fp16' or 'bf16', not {half!r}")
    if known[half] is torch.float16 and device.type == "cpu":
        _logger.warning("half precision is slower than single on a CPU: computing in float32")
        return torch.float32
    return known[half]


def open_checkpoint(
    path: Path, *, arch: str | None, device: str, half: bool | str, compile: bool, cuda_graphs: bool
) -> TorchNetwork:
    """The network a checkpoint belongs to, with its weights.

    Raises:
        ConfigError: if no architecture is named, or an unknown one.
        EmbedderError: if the weights cannot be read or do not fit.
    """
    where = torch_device(device)
    checkpoint = read_checkpoint(path)
    named = architecture_of_file(path)
    name = arch or checkpoint.arch or (named.name if named else None)
    if name is None:
        raise ConfigError(
            f"{path}: its name does not begin with an architecture; give arch=, one of {', '.join(ARCHITECTURES)} "
            f"or {TIMM}NAME"
        )
    model = build_model(name)
    load_weights(model, checkpoint)
    return from_model(
        model.to(where).eval(),
        device=where,
        half=half,
        compile=compile,
        cuda_graphs=cuda_graphs,
        input_size=checkpoint.input_size,
    )


def from_model(
    model: Any,  # torch.nn.Module
    *,
    device: Any,
    half: bool | str,
    compile: bool = False,
    cuda_graphs: bool = True,
    input_size: tuple[int, int] | None = None,
) -> TorchNetwork:
    """A network as it is; what runs is a copy on ``device``, folded and in the wanted precision."""
    dtype = float_type(half, device)
    size: Any = input_size or getattr(model, "input_size", DEFAULT_SIZE)
    twin: Any = folded(model).to(device=device, dtype=dtype, memory_format=torch.channels_last)
    return TorchNetwork(
        torch.compile(twin) if compile else twin,
        model=model,
        input_size=size,
        device=device,
        dtype=dtype,
        dim=getattr(model, "dim", None),
        cuda_graphs=cuda_graphs,
    )


def open_torchscript(
    path: Path, *, device: str, half: bool | str, input_size: tuple[int, int]
) -> TorchNetwork:
    """A network traced or scripted by torch. The size of its crops is what the archive notes, or ``input_size``.

    Raises:
        EmbedderError: if the file is none.
    """
    where = torch_device(device)
    dtype = float_type(half, where)
    notes = {NOTES: ""}
    try:
        with warnings.catch_warnings():  # torch prefers newer formats by now
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)  # as newer torch says it
            script = torch.jit.load(str(path), map_location=where, _extra_files=notes).eval().to(dtype)
    except RuntimeError as error:
        raise EmbedderError(f"{path}: not a TorchScript archive: {str(error).splitlines()[0]}") from error
    size = _noted_size(notes[NOTES]) or input_size
    return TorchNetwork(script, model=script, input_size=size, device=where, dtype=dtype, cuda_graphs=False)


def _noted_size(notes: str | bytes) -> tuple[int, int] | None:
    """What :func:`boxtrail.training.export_reid` notes in an archive of ours; others have no such note."""
    try:
        content = json.loads(notes) if notes else None
    except ValueError:
        return None
    return crop_size(content.get("input_size")) if isinstance(content, dict) else None


def open_tensorrt(path: Path, *, device: str) -> TorchNetwork:
    """An engine of TensorRT.

    Raises:
        ConfigError: if there is no GPU.
        EmbedderError: if the file is no engine for it.
        MissingExtraError: if TensorRT is not installed.
    """
    where = torch_device("cuda" if device == "auto" else device)
    if where.type != "cuda":
        raise ConfigError(f"{path}: a TensorRT engine runs on a GPU, not on {device!r}")
    engine = TensorRtEngine(path, where)
    return TorchNetwork(
        engine,
        model=engine,
        input_size=engine.input_size,
        device=where,
        dtype=engine.dtype,
        max_batch=engine.max_batch,
        fixed_batch=engine.fixed_batch,
    )
