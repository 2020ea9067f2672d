"""Networks in the formats of other runtimes give the embeddings of the one they were exported from."""

from __future__ import annotations

import shutil
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
cv2 = pytest.importorskip("cv2")

from boxtrail.errors import ConfigError, EmbedderError, MissingExtraError  # noqa: E402
from boxtrail.reid import Embedder, ReID, create_embedder  # noqa: E402
from boxtrail.reid.array_network import ArrayNetwork  # noqa: E402
from boxtrail.reid.regions import regions  # noqa: E402

BOXES = np.array([[20, 20, 60, 110], [0, 0, 0, 9], [100, 30, 150, 150], [5, 5, 200, 190]], float)


def scene() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (240, 200), interpolation=cv2.INTER_CUBIC))


def many(count: int) -> NDArray[np.float64]:
    corners = np.random.default_rng(1).uniform(0, 100, (count, 2))
    return np.column_stack([corners, corners + 60.0])


@pytest.fixture(scope="module")
def original(weights: Path) -> ReID:
    return ReID(weights, device="cpu")


def export_onnx(model: Any, path: Path, *, batch: int, dynamic: bool, dtype: Any = torch.float32) -> Path:
    pytest.importorskip("onnx")
    axes = {"crops": {0: "batch"}, "embeddings": {0: "batch"}} if dynamic else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, that it prefers newer formats
        torch.onnx.export(
            model.to(dtype),
            (torch.zeros(batch, 3, 256, 128, dtype=dtype),),
            str(path),
            input_names=["crops"],
            output_names=["embeddings"],
            dynamic_axes=axes,
            dynamo=False,
        )
    model.to(torch.float32)
    return path


@pytest.fixture(scope="module")
def onnx_file(original: ReID, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnxruntime")
    path = tmp_path_factory.mktemp("onnx") / "network.onnx"
    return export_onnx(original.model, path, batch=2, dynamic=True)


def assert_alike(embedder: Embedder, original: Embedder, boxes: NDArray[np.float64]) -> None:
    found, valid = embedder.embed(scene(), boxes, with_valid=True)
    wanted, wanted_valid = original.embed(scene(), boxes, with_valid=True)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(valid, wanted_valid)
    np.testing.assert_allclose(found, wanted, atol=2e-3)


@pytest.mark.parametrize("count", [1, 7, 64])
def test_onnx_takes_batches_of_any_size(onnx_file: Path, original: ReID, count: int) -> None:
    embedder = create_embedder(onnx_file, device="cpu")
    assert (embedder.dim, embedder.input_size) == (512, (256, 128))
    assert_alike(embedder, original, many(count))


def test_onnx_knows_empty_boxes_frames_in_lists_and_tensors(onnx_file: Path, original: ReID) -> None:
    embedder = ReID(onnx_file, device="cpu")
    embedder.warmup(20)
    assert_alike(embedder, original, BOXES)
    assert embedder.embed(scene(), []).shape == (0, 512)
    first, second = embedder.embed([scene(), scene()], [BOXES, BOXES[:1]])
    assert (first.shape, second.shape) == ((4, 512), (1, 512))
    tensor = embedder.embed(scene(), BOXES, as_tensor=True)
    assert torch.equal(tensor, torch.from_numpy(embedder.embed(scene(), BOXES)))
    assert type(embedder.model).__name__ == "InferenceSession"


def test_onnx_of_a_fixed_batch_is_fed_with_full_ones(original: ReID, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    path = export_onnx(original.model, tmp_path / "network.onnx", batch=4, dynamic=False)
    embedder = ReID(path, device="cpu")
    assert_alike(embedder, original, many(6))
    assert_alike(embedder, original, many(1))


def test_onnx_in_half_precision_gives_float32(original: ReID, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    model = torch.nn.Sequential(torch.nn.AvgPool2d(32), torch.nn.Flatten())
    path = export_onnx(model, tmp_path / "network.onnx", batch=1, dynamic=True, dtype=torch.float16)
    embeddings = ReID(path, device="cpu").embed(scene(), BOXES)
    assert (embeddings.shape, embeddings.dtype) == ((4, 96), np.float32)


def test_a_device_that_onnxruntime_does_not_offer_is_an_error(onnx_file: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    if "TensorrtExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has TensorRT")
    with pytest.raises(EmbedderError, match="device 'tensorrt': this onnxruntime offers"):
        ReID(onnx_file, device="tensorrt")
    with pytest.raises(ConfigError, match=r"device must be .*, not 'gpu'"):
        ReID(onnx_file, device="gpu")


def test_an_onnx_file_that_takes_no_crops_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    flat = export_onnx(torch.nn.Identity(), tmp_path / "flat.onnx", batch=1, dynamic=False)
    with pytest.raises(
        EmbedderError, match=r"expected embeddings \(batch, D\), the network gives \(1, 3, 256, 128\)"
    ):
        ReID(flat, device="cpu")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(EmbedderError, match=r"broken\.onnx: not a usable ONNX model"):
        ReID(tmp_path / "broken.onnx", device="cpu")


@pytest.fixture(scope="module")
def script_file(original: ReID, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "network.torchscript"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, that it prefers newer formats
        torch.jit.trace(original.model, torch.zeros(2, 3, 256, 128)).save(str(path))
    return path


def test_torchscript_gives_the_same_embeddings(script_file: Path, original: ReID, device: str) -> None:
    embedder = ReID(script_file, device=device)
    assert embedder.dim == 512
    assert_alike(embedder, original, BOXES)
    assert_alike(embedder, original, many(20))


def test_an_archive_named_like_weights_says_how_to_name_it(script_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "osnet_x0_25_traced.pt"
    shutil.copy(script_file, path)
    with pytest.raises(
        EmbedderError, match=r"a TorchScript archive; name it osnet_x0_25_traced\.torchscript"
    ):
        ReID(path, device="cpu")
    (tmp_path / "weights.torchscript").write_bytes(b"no archive")
    with pytest.raises(EmbedderError, match=r"weights\.torchscript: not a TorchScript archive"):
        ReID(tmp_path / "weights.torchscript", device="cpu")


def test_the_size_of_the_crops_is_the_architectures(tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, that it prefers newer formats
        for name in ("network.torchscript", "lmbn_n_market.torchscript"):
            torch.jit.trace(model, torch.zeros(2, 3, 32, 16)).save(str(tmp_path / name))
    assert ReID(tmp_path / "network.torchscript", device="cpu").input_size == (256, 128)
    assert ReID(tmp_path / "network.torchscript", device="cpu", arch="lmbn_n").input_size == (384, 128)
    assert ReID(tmp_path / "lmbn_n_market.torchscript", device="cpu").input_size == (384, 128)


def test_openvino_gives_the_same_embeddings(original: ReID, onnx_file: Path, tmp_path: Path) -> None:
    openvino = pytest.importorskip("openvino")
    openvino.save_model(
        openvino.convert_model(str(onnx_file)), str(tmp_path / "network.xml"), compress_to_fp16=False
    )
    embedder = ReID(tmp_path / "network.xml", device="cpu")
    assert (embedder.dim, embedder.input_size, embedder.device) == (512, (256, 128), "cpu")
    assert_alike(embedder, original, BOXES)
    assert_alike(embedder, original, many(20))
    with pytest.raises(
        ConfigError, match="an OpenVINO network runs on 'auto', 'cpu', 'gpu', 'npu', not 'cuda'"
    ):
        ReID(tmp_path / "network.xml", device="cuda")
    (tmp_path / "broken.xml").write_text("<net", encoding="utf-8")
    with pytest.raises(EmbedderError, match=r"broken\.xml: not a usable OpenVINO network"):
        ReID(tmp_path / "broken.xml", device="cpu")


def test_a_tensorrt_engine_needs_a_gpu_and_its_package(tmp_path: Path, device: str) -> None:
    (tmp_path / "network.engine").write_bytes(b"no engine")
    if device == "cpu":
        with pytest.raises(ConfigError, match="a TensorRT engine runs on a GPU, not on 'cpu'"):
            ReID(tmp_path / "network.engine", device=device)
    elif "tensorrt" not in sys.modules:
        with pytest.raises(MissingExtraError, match=r"boxtrail\[tensorrt\]"):
            ReID(tmp_path / "network.engine", device=device)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("a.onnx", "onnxruntime", "onnx"),
        ("a.xml", "openvino", "openvino"),
        ("osnet_x0_25.pt", "torch", "reid"),
    ],
)
def test_a_runtime_that_is_not_installed_names_its_extra(
    name: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(b"")

    def absent(wanted: str) -> types.ModuleType:
        raise ModuleNotFoundError(name=wanted.partition(".")[0])

    monkeypatch.setattr("boxtrail.errors.importlib.import_module", absent)
    with pytest.raises(
        MissingExtraError, match=rf"needs {module}; install it with: pip install 'boxtrail\[{extra}\]'"
    ):
        ReID(tmp_path / name)


def test_more_crops_than_a_runtime_has_memory_for_are_split(caplog: pytest.LogCaptureFixture) -> None:
    batches: list[int] = []

    def forward(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        batches.append(len(batch))
        if len(batch) > 3:
            raise EmbedderError("network.onnx: the network failed: Failed to allocate memory for a buffer")
        return batch.mean(axis=(2, 3))

    network = ArrayNetwork(forward, model=None, input_size=(32, 16), device="cpu")
    batches.clear()
    rows = network.features([scene()], [regions(scene(), many(7))])
    assert batches == [7, 3, 3, 1]
    assert "no memory for 7 crops on cpu; batches are 3 now" in caplog.text
    alone = [network.features([scene()], [regions(scene(), box[None])])[0] for box in many(7)]
    np.testing.assert_allclose(rows, alone, atol=1e-6)


def test_another_failure_of_a_runtime_is_not_taken_for_a_lack_of_memory() -> None:
    def forward(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(batch) > 1:
            raise EmbedderError("network.onnx: the network failed: shapes do not match")
        return batch.mean(axis=(2, 3))

    network = ArrayNetwork(forward, model=None, input_size=(32, 16), device="cpu")
    with pytest.raises(EmbedderError, match="shapes do not match"):
        network.features([scene()], [regions(scene(), many(7))])


def test_tensorrt_behind_onnxruntime_is_told_which_batches_will_come(
    onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boxtrail import onnx_runtime
    from boxtrail.reid import onnx_network

    asked: list[Any] = []
    open_session = onnx_runtime.open_session

    def opened(ort: Any, path: Path, *, device: str, **options: Any) -> Any:
        asked.append((device, options.pop("tensorrt", None)))
        return open_session(ort, path, device="cpu", **options)

    monkeypatch.setattr(onnx_network, "open_session", opened)
    ReID(onnx_file, device="tensorrt")
    assert [device for device, _ in asked] == ["cpu", "tensorrt"]
    shapes = {kind: asked[1][1][f"trt_profile_{kind}_shapes"] for kind in ("min", "opt", "max")}
    name = shapes["min"].partition(":")[0]
    assert shapes == {
        kind: f"{name}:{count}x3x256x128" for kind, count in (("min", 1), ("opt", 32), ("max", 256))
    }
    offering = types.SimpleNamespace(
        get_available_providers=lambda: [onnx_runtime.TENSORRT, onnx_runtime.CUDA, onnx_runtime.CPU]
    )
    first = onnx_runtime.providers(offering, "tensorrt:1", EmbedderError, asked[1][1])[0]
    assert first == (onnx_runtime.TENSORRT, {"device_id": 1, **asked[1][1]})
