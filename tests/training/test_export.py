"""Exported networks give the embeddings of the original, or are not written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from boxtrail import Boxtrail  # noqa: E402
from boxtrail.errors import ConfigError, EmbedderError, MissingExtraError  # noqa: E402
from boxtrail.reid import ReID  # noqa: E402
from boxtrail.reid.models import build_model  # noqa: E402
from boxtrail.training import export, export_reid  # noqa: E402
from boxtrail.training.checkpoint import save_weights  # noqa: E402

SIZE = (64, 32)
NEEDS = {"onnx": ("onnx", "onnxruntime"), "torchscript": (), "openvino": ("openvino",)}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn weights and batch statistics, for crops of an unusual size, under a name that tells nothing."""
    torch.manual_seed(3)
    model = build_model("osnet_x0_25", 5)
    for name, value in model.state_dict().items():
        if name.endswith("running_mean"):
            value.normal_(0.0, 0.1)
        elif name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
    path = tmp_path_factory.mktemp("weights") / "best.pt"
    return save_weights(path, model.state_dict(), arch="osnet_x0_25", input_size=SIZE)


def crops(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A frame of patches and boxes in it."""
    rng = np.random.default_rng(seed)
    frame = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    corners = rng.uniform(0, 100, (count, 2))
    return frame, np.concatenate([corners, corners + rng.uniform(40, 100, (count, 2))], axis=1)


@pytest.mark.parametrize("format", sorted(NEEDS))
def test_an_exported_network_gives_the_embeddings_of_the_original(
    checkpoint: Path, tmp_path: Path, format: str
) -> None:
    for module in NEEDS[format]:
        pytest.importorskip(module, reason=f"{module} is not installed")
    suffix = export.FORMATS[format][0]
    path = Boxtrail.export(checkpoint, format, tmp_path / f"exported{suffix}")
    files = {f"exported{suffix}", *(["exported.bin"] if format == "openvino" else [])}
    assert {file.name for file in tmp_path.iterdir()} == files
    original, exported = ReID(checkpoint, device="cpu"), ReID(path, device="cpu")
    assert exported.input_size == original.input_size == SIZE
    for count in (1, 7, 64):
        frame, boxes = crops(count, seed=count)
        ours, theirs = exported.embed(frame, boxes), original.embed(frame, boxes)
        assert np.sum(ours * theirs, axis=1).min() > 0.99999


@pytest.mark.parametrize("count", [1, 7, 64])
def test_an_onnx_file_takes_any_number_of_crops_at_once(checkpoint: Path, tmp_path: Path, count: int) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    path = export_reid(checkpoint, "onnx", tmp_path / "exported.onnx")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    batch = np.random.default_rng(0).standard_normal((count, 3, *SIZE)).astype(np.float32)
    [found] = session.run(None, {session.get_inputs()[0].name: batch})
    with torch.inference_mode():
        expected = ReID(checkpoint, device="cpu").model(torch.from_numpy(batch)).numpy()
    assert found.shape == (count, 512)
    assert found == pytest.approx(expected, abs=1e-3)


def test_a_network_that_differs_is_an_error_and_no_file(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, write, device = export.FORMATS["torchscript"]

    def spoiled(model: Any, size: tuple[int, int], path: Path, options: Any) -> None:
        with torch.no_grad():
            model.fc[0].weight.mul_(torch.rand(model.fc[0].weight.shape) - 0.5)
        write(model, size, path, options)

    monkeypatch.setitem(export.FORMATS, "torchscript", (".torchscript", spoiled, device))
    older = tmp_path / "exported.torchscript"
    older.write_bytes(b"an older one")
    with pytest.raises(EmbedderError, match=r"is not written: its embeddings differ.*, cosine 0\.\d+"):
        export_reid(checkpoint, "torchscript", older)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {older.name: b"an older one"}


def test_without_a_name_the_file_lies_beside_the_weights(checkpoint: Path) -> None:
    path = export_reid(checkpoint, "torchscript")
    assert path == checkpoint.with_suffix(".torchscript")
    path.unlink()


def test_what_cannot_be_exported_is_told(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown format 'coreml'; there are onnx, torchscript"):
        export_reid(checkpoint, "coreml")
    with pytest.raises(ConfigError, match=r"a file of onnx ends in \.onnx"):
        export_reid(checkpoint, "onnx", tmp_path / "exported.engine")
    with pytest.raises(ConfigError, match="export has no option 'maxbatch'; did you mean 'max_batch'"):
        export_reid(checkpoint, "onnx", maxbatch=3)
    with pytest.raises(ConfigError, match=r"max_batch must be in \[1, "):
        export_reid(checkpoint, "tensorrt", max_batch=0)
    with pytest.raises(ConfigError, match="half is of tensorrt alone"):
        export_reid(checkpoint, "onnx", half=True)
    with pytest.raises(ConfigError, match="an exported network already"):
        export_reid(tmp_path / "exported.onnx", "torchscript")
    with pytest.raises(EmbedderError, match="no such file"):
        export_reid(tmp_path / "nowhere.pt", "torchscript")


def test_a_format_whose_package_is_missing_names_the_extra(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, extra, format in (("tensorrt", "tensorrt", "tensorrt"), ("onnx", "export", "onnx")):
        monkeypatch.setitem(sys.modules, module, None)
        suffix = export.FORMATS[format][0]
        with pytest.raises(MissingExtraError, match=rf"boxtrail\[{extra}\]"):
            export_reid(checkpoint, format, tmp_path / f"exported{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_an_engine_is_built_on_the_gpu_and_for_the_batches_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With stand-ins for TensorRT and the GPU."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    from boxtrail.training import export_tensorrt

    builder = MagicMock()
    builder.build_serialized_network.return_value = b"engine"
    monkeypatch.setitem(sys.modules, "tensorrt", MagicMock(Builder=lambda logger: builder))
    monkeypatch.setattr(export_tensorrt, "torch_device", lambda name: torch.device("cuda", 1))
    monkeypatch.setattr(torch.cuda, "device", current := MagicMock())
    options = export.ExportOptions(half=True, max_batch=16, device="cuda:1")
    export_tensorrt.write_tensorrt(Means(), SIZE, tmp_path / "network.engine", options)
    assert (tmp_path / "network.engine").read_bytes() == b"engine"
    current.assert_called_once_with(torch.device("cuda", 1))
    profile = builder.create_optimization_profile.return_value
    profile.set_shape.assert_called_once_with("crops", (1, 3, *SIZE), (16, 3, *SIZE), (16, 3, *SIZE))
    builder.create_builder_config.return_value.set_flag.assert_called_once()


class Means(torch.nn.Module):
    def forward(self, crops: Any) -> Any:
        return crops.mean(dim=(2, 3))
