"""Embedding with a network from a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, EmbedderError, require
from boxtrail.reid.embedder import Boxes, Frame
from boxtrail.reid.inputs import frames_and_boxes
from boxtrail.reid.models.architectures import architecture_of_file, find_architecture
from boxtrail.reid.network import DEFAULT_SIZE, Network
from boxtrail.reid.regions import regions

CHECKPOINTS = (".pt", ".pth", ".safetensors", ".bin", ".ckpt", ".tar")
EXPORTED = (".onnx", ".torchscript", ".xml", ".engine")
WARMUP_CROPS = 64


class ReID:
    """An embedder with a network from a file: weights of a known architecture, or an exported network.

    ``.pt``, ``.pth``, ``.safetensors``: weights; the architecture is ``arch``, or what the file says or is named after
    (``osnet_x0_25_msmt17.pt``). ``.onnx``: onnxruntime, ``.torchscript``: torch, ``.xml``: OpenVINO, ``.engine``:
    TensorRT. An exported network should take batches of any size; one that does not is fed with padded ones.

    Where torch or TensorRT runs the network on a GPU, the frame is uploaded once and all its crops are sampled there
    together; on a CPU, and for the other runtimes, OpenCV cuts them. Crops are RGB, less the mean and over the
    deviation of ImageNet. On a CPU the same call gives the same numbers, and what else is embedded with a box changes
    its own by less than 1e-5; a GPU computes convolutions as torch is told to, by default in TF32, where that is about
    1e-3.

    Args:
        weights: the file, or a ``torch.nn.Module`` as ``build_model`` makes them.
        device: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:1"; ONNX also "tensorrt", OpenVINO also "gpu".
        half: True or "fp16", "bf16": 16-bit arithmetic where torch or OpenVINO runs the network; an ONNX file or an
            engine has its precision within. On a CPU torch takes "bf16"; half precision is slower there, so True means
            float32, and the log says so.
        arch: name of the architecture (``boxtrail.reid.models.ARCHITECTURES``, "timm:NAME"), of any file: for an
            exported one it tells the size of the crops.
        compile: let ``torch.compile`` make code for the network; the first batch of a size then takes long.
        cuda_graphs: record the network on a GPU instead of launching its kernels one by one.

    Attributes:
        dim: D, the numbers in an embedding.
        input_size: (height, width) of the crops.
        device: where the network runs.
        model: the ``torch.nn.Module``, or what another runtime made of the file. The network that runs is a copy of the
            module with fewer steps: changing ``model`` later does not change the embeddings, and a module that was
            given stays where and in the mode it was.

    Raises:
        ConfigError: for an unknown architecture, file type or device, or a device that is not there.
        EmbedderError: if the file is not there (nothing is downloaded), is damaged, carries code or does not fit.
        MissingExtraError: if the runtime is not installed.
    """

    def __init__(
        self,
        weights: str | os.PathLike[str] | Any,
        *,
        device: Any = "auto",
        half: bool | str = False,
        arch: str | None = None,
        compile: bool = False,
        cuda_graphs: bool = True,
    ) -> None:
        name = str(device)
        options = {"compile": compile, "cuda_graphs": cuda_graphs}
        if isinstance(weights, (str, os.PathLike)):
            self._network = _open(Path(weights), arch, name, half, options)
        elif callable(getattr(weights, "state_dict", None)):
            self._network = _wrap(weights, arch, name, half, options)
        else:
            raise ConfigError(f"weights must be a path or a torch.nn.Module, not a {type(weights).__name__}")
        self.dim: int = self._network.dim
        self.input_size: tuple[int, int] = self._network.input_size
        self.device: str = self._network.device
        self.model: Any = self._network.model

    def embed(
        self,
        frames: Frame | Sequence[Frame],
        boxes: Boxes,
        *,
        with_valid: bool = False,
        as_tensor: bool = False,
    ) -> Any:
        """Embed what the boxes show; see ``Embedder.embed``.

        All boxes of all frames go through the network together. ``as_tensor`` gives torch tensors that stay where the
        network runs, the flags too, and does not wait for a GPU: a next call may follow while it is at work. Networks
        of other runtimes than torch and TensorRT give tensors on the CPU.

        Raises:
            InvalidInputError: for a frame that is no image or boxes that are no rows of finite numbers.
            EmbedderError: if the network fails, or memory does not suffice for a single crop.
        """
        images, rows, alone = frames_and_boxes(frames, boxes)
        found = [regions(image, given) for image, given in zip(images, rows, strict=True)]
        valid = np.concatenate([np.empty(0, bool), *(one.valid for one in found)])
        features = (
            self._network.features(images, found) if valid.any() else np.empty((0, self.dim), np.float32)
        )
        embeddings, flags = (
            self._tensor_rows(features, valid) if as_tensor else (self._array_rows(features, valid), valid)
        )
        ends = np.cumsum([len(given) for given in rows])
        parts = [
            (embeddings[end - len(given) : end], flags[end - len(given) : end])
            for end, given in zip(ends.tolist(), rows, strict=True)
        ]
        results = parts if with_valid else [part for part, _ in parts]
        return results[0] if alone else results

    def warmup(self, num_boxes: int = WARMUP_CROPS) -> None:
        """Make ready for up to so many boxes a call: what would make the first frames late is done now."""
        if num_boxes < 1:
            raise ConfigError(f"num_boxes must be at least 1, not {num_boxes}")
        self._network.warmup(num_boxes)

    def _array_rows(self, features: Any, valid: NDArray[np.bool_]) -> NDArray[np.float32]:
        if hasattr(features, "cpu"):
            features = features.cpu().numpy()
        if valid.all():
            return np.ascontiguousarray(features, np.float32)
        embeddings = np.zeros((len(valid), self.dim), np.float32)
        embeddings[valid] = features
        return embeddings

    def _tensor_rows(self, features: Any, valid: NDArray[np.bool_]) -> tuple[Any, Any]:
        """All rows and the flags as tensors; a GPU is not waited for."""
        torch = require("torch", "reid", "as_tensor=True")
        from boxtrail.reid.uploads import uploaded

        device = torch.device(self._network.tensor_device)
        features = torch.as_tensor(features, device=device)
        flags = uploaded(valid, device)
        if valid.all():
            return features, flags
        embeddings = torch.zeros((len(valid), self.dim), dtype=torch.float32, device=device)
        return embeddings.index_copy_(0, uploaded(np.flatnonzero(valid), device), features), flags


def _open(path: Path, arch: str | None, device: str, half: bool | str, options: dict[str, bool]) -> Network:
    suffix = next((suffix for suffix in EXPORTED if path.suffix.casefold() == suffix), "")
    if not path.is_file():
        raise EmbedderError(
            f"{path}: no such file, and nothing is downloaded; give 'histogram', which needs no weights, or the path "
            f"of weights ({', '.join(CHECKPOINTS[:3])}) or of an exported network ({', '.join(EXPORTED)})"
        )
    if suffix == ".onnx":
        from boxtrail.reid.onnx_network import open_onnx

        return open_onnx(path, device=device, input_size=_crop_size(path, arch))
    if suffix == ".xml":
        from boxtrail.reid.openvino_network import open_openvino

        return open_openvino(path, device=device, half=half, input_size=_crop_size(path, arch))
    if not suffix and not path.suffix.casefold().startswith(CHECKPOINTS):
        raise ConfigError(
            f"{path}: unknown kind of file; weights end in {', '.join(CHECKPOINTS)}, exported networks in "
            f"{', '.join(EXPORTED)}"
        )
    require("torch", "reid", f"{path.name}")
    from boxtrail.reid import torch_files

    if suffix == ".torchscript":
        size = _crop_size(path, arch)
        return torch_files.open_torchscript(path, device=device, half=half, input_size=size)
    if suffix == ".engine":
        return torch_files.open_tensorrt(path, device=device)
    return torch_files.open_checkpoint(path, arch=arch, device=device, half=half, **options)


def _wrap(model: Any, arch: str | None, device: str, half: bool | str, options: dict[str, bool]) -> Network:
    require("torch", "reid", "an appearance model")
    from boxtrail.reid import torch_files

    size = find_architecture(arch).input_size if arch else None
    where = torch_files.torch_device(device)
    return torch_files.from_model(model, device=where, half=half, input_size=size, **options)


def _crop_size(path: Path, arch: str | None) -> tuple[int, int]:
    """(height, width) of the crops of an exported network that leaves it open."""
    known = find_architecture(arch) if arch else architecture_of_file(path)
    return DEFAULT_SIZE if known is None else known.input_size
