"""Opening ONNX files with onnxruntime, for detectors and embedders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from boxtrail.errors import BoxtrailError, ConfigError

TENSORRT, CUDA, CPU = "TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"


def open_session(
    ort: Any,
    path: Path,
    *,
    device: str,  # "auto", "cpu", "cuda", "cuda:N", "tensorrt" or "tensorrt:N"
    num_threads: int | None,
    error: type[BoxtrailError],  # what is raised
    tensorrt: Mapping[str, str] | None = None,  # more options of that provider
) -> Any:
    """An ``onnxruntime.InferenceSession``; "auto" takes CUDA where this onnxruntime offers it.

    Raises:
        ConfigError: for another ``device``.
        BoxtrailError: the ``error`` given, naming the file, if it cannot be opened or the device is not there.
    """
    wanted = providers(ort, device, error, tensorrt)
    if not path.is_file():
        raise error(f"{path}: no such ONNX file")
    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors reach us as exceptions; warnings would go to the terminal
    if num_threads is not None:
        options.intra_op_num_threads = num_threads
    try:
        session = ort.InferenceSession(str(path), options, providers=wanted)
    except runtime_errors(ort) as reason:
        raise error(f"{path}: not a usable ONNX model: {first_line(reason)}") from reason
    first = wanted[0] if isinstance(wanted[0], str) else wanted[0][0]
    if not device.startswith("auto") and first not in session.get_providers():
        raise error(
            f"{path}: onnxruntime could not start {first.removesuffix('ExecutionProvider')}; "
            "check the driver and its libraries, or use device='cpu'"
        )
    return session


def providers(
    ort: Any, device: str, error: type[BoxtrailError], tensorrt: Mapping[str, str] | None = None
) -> list[Any]:
    """onnxruntime's providers for a device, the one wanted first; ``tensorrt`` are more options of that one.

    Raises:
        ConfigError: for another ``device`` than ``open_session`` takes.
        BoxtrailError: the ``error`` given, if this onnxruntime does not offer it.
    """
    kind, _, number = device.partition(":")
    on_gpu = kind in ("cuda", "tensorrt")
    if not (on_gpu or kind in ("auto", "cpu")) or (number and not (on_gpu and number.isdecimal())):
        raise ConfigError(
            f"device must be 'auto', 'cpu', 'cuda', 'cuda:N', 'tensorrt' or 'tensorrt:N', not {device!r}"
        )
    available = ort.get_available_providers()
    needed = {"cuda": CUDA, "tensorrt": TENSORRT}.get(kind)
    if needed is not None and needed not in available:
        raise error(
            f"device {device!r}: this onnxruntime offers {', '.join(available)}; "
            "install onnxruntime-gpu or use 'cpu'"
        )
    place = {"device_id": int(number or 0)}
    chosen: list[Any] = [(TENSORRT, {**place, **(tensorrt or {})})] if kind == "tensorrt" else []
    if kind != "cpu" and CUDA in available:
        chosen.append((CUDA, place))
    return [*chosen, CPU]


def runtime_errors(ort: Any) -> tuple[type[Exception], ...]:
    """The exceptions of onnxruntime, which share no base of their own, and RuntimeError for older ones."""
    state = ort.capi.onnxruntime_pybind11_state
    names = "EPFail Fail InvalidArgument InvalidGraph InvalidProtobuf NoModel NoSuchFile NotImplemented"
    return (
        RuntimeError,
        *(getattr(state, name) for name in [*names.split(), "RuntimeException"] if hasattr(state, name)),
    )


def first_line(error: Exception) -> str:
    """The first line of an error's message."""
    return str(error).strip().split("\n")[0]
