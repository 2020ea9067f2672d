"""Embedding boxes of frames with a network of torch, on every device there is."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
cv2 = pytest.importorskip("cv2")

from boxtrail.errors import ConfigError, EmbedderError, InvalidInputError  # noqa: E402
from boxtrail.reid import (  # noqa: E402
    Embedder,
    ReID,
    create_embedder,
)
from boxtrail.reid.crops import DEVIATION, MEAN, cut_crops, normalised  # noqa: E402
from boxtrail.reid.models import build_model  # noqa: E402
from boxtrail.reid.regions import regions  # noqa: E402
from boxtrail.reid.torch_network import TorchNetwork  # noqa: E402
from reid.oracle import made_weights  # noqa: E402

NEAR = {"cpu": 1e-5, "cuda": 2e-3}  # a GPU multiplies with the ten bits of TF32, by default
BOXES = np.array([[20, 20, 60, 110], [100, 30, 150, 150], [5, 5, 200, 190], [180, 60, 215, 140]], float)


def scene(seed: int = 0, height: int = 200, width: int = 240) -> NDArray[np.uint8]:
    """A blurred random picture: something to see at every scale."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 10, width // 10, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.einsum("nd,nd->n", one.astype(np.float64), other.astype(np.float64))


@pytest.fixture(scope="module")
def on_cpu(weights: Path) -> ReID:
    return ReID(weights, device="cpu")


@pytest.fixture
def embedder(weights: Path, device: str) -> ReID:
    return ReID(weights, device=device)


@pytest.fixture(scope="module")
def public() -> ReID:
    """Parameters as smooth as those the public architectures were recorded with."""
    model = build_model("osnet_x0_25")
    model.load_state_dict(made_weights("osnet_x0_25"))
    return ReID(model.eval(), device="cpu")


def by_hand(frame: NDArray[np.uint8], boxes: NDArray[np.float64], model: Any) -> NDArray[np.float32]:
    """The straightforward way: each crop resized by OpenCV, stacked, through the network as it is."""
    crops = []
    for x1, y1, x2, y2 in boxes.astype(int):
        crop = cv2.resize(frame[y1:y2, x1:x2], (128, 256), interpolation=cv2.INTER_LINEAR)
        crops.append((crop[..., ::-1] / 255.0 - MEAN) / DEVIATION)
    batch = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32))
    with torch.no_grad():
        embeddings = model.cpu()(batch).numpy()
    return np.asarray(embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True))


def test_embeddings_are_what_the_network_gives_for_the_crops(embedder: ReID) -> None:
    embeddings = embedder.embed(scene(), BOXES)
    assert (embeddings.shape, embeddings.dtype) == ((4, 512), np.float32)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1.0, atol=1e-5)
    wanted = by_hand(scene(), BOXES, embedder.model)
    assert cosines(embeddings, wanted).min() > 0.9  # this untrained network sees every rounded pixel
    assert (embeddings @ wanted.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_embeddings_are_near_those_of_the_straightforward_way(public: ReID) -> None:
    assert cosines(public.embed(scene(), BOXES), by_hand(scene(), BOXES, public.model)).min() > 0.999


@pytest.mark.parametrize("kind", ["public", "on_cpu"])
def test_crops_cut_on_the_device_give_the_embeddings_of_crops_cut_by_opencv(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """Without a GPU as well: sampling runs on the CPU too."""
    network = request.getfixturevalue(kind)._network
    assert isinstance(network, TorchNetwork)
    frames = [scene(), scene(1, 300, 200)]
    turned = np.array([[100.0, 120.0, 60.0, 120.0, 0.5], [60.0, 200.0, 80.0, 90.0, -1.0]])
    found = [regions(frames[0], BOXES), regions(frames[1], turned)]
    with torch.no_grad():
        by_opencv = network._features_from_cpu(frames, found).numpy()
        sampled = network._features_on_device(frames, found).numpy()
    if kind == "public":
        assert np.abs(by_opencv - sampled).max() < 1e-2
        assert cosines(by_opencv, sampled).min() > 0.999
    else:
        assert (by_opencv @ sampled.T).argmax(axis=1).tolist() == list(range(6))


def test_boxes_without_area_or_outside_give_zeros_and_a_flag(embedder: ReID, device: str) -> None:
    boxes = np.vstack([[30, 30, 30, 90], BOXES[:1], [-80, -80, -10, -10], BOXES[1:2], [900, 900, 990, 990]])
    embeddings, valid = embedder.embed(scene(), boxes, with_valid=True)
    assert valid.tolist() == [False, True, False, True, False]
    assert (embeddings[~valid] == 0).all()
    np.testing.assert_allclose(embeddings[valid], embedder.embed(scene(), BOXES[:2]), atol=NEAR[device])
    embeddings, valid = embedder.embed(scene(), boxes[[0, 2]], with_valid=True)
    assert (embeddings.shape, valid.tolist(), embeddings.any()) == ((2, 512), [False, False], False)


def test_nothing_to_embed_is_an_ordinary_frame(embedder: ReID) -> None:
    for nothing in (None, [], np.empty((0, 6)), np.empty((0, 7))):
        embeddings, valid = embedder.embed(scene(), nothing, with_valid=True)
        assert (embeddings.shape, embeddings.dtype, valid.shape) == ((0, 512), np.float32, (0,))
    assert embedder.embed([], []) == []
    first, second = embedder.embed([scene(), scene()], [[], BOXES])
    assert (first.shape, second.shape) == ((0, 512), (4, 512))
    assert embedder.embed(scene(), [], as_tensor=True).shape == (0, 512)


def test_frames_of_any_sizes_go_through_the_network_at_once(
    embedder: ReID, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, boxes = [scene(0), scene(1, 300, 180), scene(2)], [BOXES[:2], BOXES[:1], BOXES]
    alone = [embedder.embed(frame, rows) for frame, rows in zip(frames, boxes, strict=True)]
    batches: list[int] = []
    network: Any = embedder._network
    run = network._embedded
    monkeypatch.setattr(network, "_embedded", lambda batch, count: batches.append(count) or run(batch, count))
    together = embedder.embed(frames, boxes)
    assert batches == [7]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=NEAR[device])
    stacked = embedder.embed(np.stack([frames[0], frames[2]]), [boxes[0], boxes[2]])
    np.testing.assert_allclose(stacked[1], alone[2], atol=NEAR[device])


def test_an_embedding_does_not_depend_on_its_batch(embedder: ReID, device: str) -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 100, (37, 2))
    boxes = np.column_stack([corners, corners + rng.uniform(5, 100, (37, 2))])
    together = embedder.embed(scene(), boxes)
    alone = np.concatenate([embedder.embed(scene(), box[None]) for box in boxes])
    np.testing.assert_allclose(together, alone, atol=NEAR[device])
    np.testing.assert_array_equal(embedder.embed(scene(), boxes), together)  # the same again


def test_tensors_stay_where_the_network_runs(embedder: ReID, device: str) -> None:
    boxes = np.vstack([BOXES, [0, 0, 0, 0]])
    embeddings, valid = embedder.embed(scene(), boxes, as_tensor=True, with_valid=True)
    assert isinstance(embeddings, torch.Tensor)
    assert (embeddings.device.type, valid.device.type, embeddings.dtype) == (device, device, torch.float32)
    assert valid.tolist() == [True] * 4 + [False]
    np.testing.assert_allclose(embeddings.cpu().numpy(), embedder.embed(scene(), boxes), atol=1e-5)
    assert embedder.device.startswith(device)


@pytest.mark.parametrize("half", ["bf16", True])
def test_half_precision_comes_near(weights: Path, device: str, half: bool | str, on_cpu: ReID) -> None:
    embeddings = ReID(weights, device=device, half=half).embed(scene(), BOXES)
    assert embeddings.dtype == np.float32
    assert cosines(embeddings, on_cpu.embed(scene(), BOXES)).min() > 0.95


def test_half_precision_on_a_cpu_says_that_it_is_not_taken(
    weights: Path, on_cpu: ReID, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        embeddings = ReID(weights, device="cpu", half=True).embed(scene(), BOXES)
    assert "computing in float32" in caplog.text
    np.testing.assert_array_equal(embeddings, on_cpu.embed(scene(), BOXES))


def test_a_frame_that_may_not_be_written_is_embedded(embedder: ReID, on_cpu: ReID) -> None:
    frame = scene()
    frame.flags.writeable = False
    assert cosines(embedder.embed(frame, BOXES), embedder.embed(scene(), BOXES)).min() > 0.9999
    network: Any = on_cpu._network
    network._features_on_device([frame], [regions(frame, BOXES)])


def test_warming_up_changes_nothing(embedder: ReID) -> None:
    before = embedder.embed(scene(), BOXES)
    embedder.warmup(20)
    np.testing.assert_array_equal(embedder.embed(scene(), BOXES), before)
    with pytest.raises(ConfigError, match="num_boxes must be at least 1, not 0"):
        embedder.warmup(0)


def test_the_model_is_the_bare_network_with_the_weights(on_cpu: ReID, weights: Path) -> None:
    crops = normalised(cut_crops([scene()], [regions(scene(), BOXES)], on_cpu.input_size)).transpose(
        0, 3, 1, 2
    )
    assert not on_cpu.model.training
    with torch.no_grad():
        raw = on_cpu.model(torch.from_numpy(np.ascontiguousarray(crops))).numpy()
    np.testing.assert_allclose(
        on_cpu.embed(scene(), BOXES), raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5
    )
    state = torch.load(weights, weights_only=True)
    assert torch.equal(on_cpu.model.state_dict()["conv1.conv.weight"], state["conv1.conv.weight"])


def test_a_module_can_be_given_in_place_of_a_file(on_cpu: ReID) -> None:
    same = ReID(on_cpu.model, device="cpu")
    np.testing.assert_array_equal(same.embed(scene(), BOXES), on_cpu.embed(scene(), BOXES))
    in_training = build_model("lmbn_n", 3).train()
    assert ReID(in_training, device="cpu").input_size == (384, 128)
    assert in_training.training  # it is not ours
    with pytest.raises(ConfigError, match=r"a path or a torch\.nn\.Module, not a int"):
        ReID(3)


def test_the_factory_makes_embedders_of_paths_and_passes_objects_through(weights: Path, on_cpu: ReID) -> None:
    made = create_embedder(str(weights), device="cpu")
    assert isinstance(made, Embedder)
    assert isinstance(made, ReID)
    assert create_embedder(on_cpu) is on_cpu
    with pytest.raises(ConfigError, match="an embedder is a name"):
        create_embedder(3)  # type: ignore[arg-type]
    with pytest.raises(EmbedderError, match="'histogram', which needs no weights"):
        create_embedder("histogran")


def test_a_file_of_another_kind_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "osnet_x0_25.tflite").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"unknown kind of file; weights end in \.pt, .*\.onnx"):
        ReID(tmp_path / "osnet_x0_25.tflite")


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cuda:99", "mps"])
def test_a_device_that_is_not_there_is_an_error(weights: Path, device: str) -> None:
    with pytest.raises(ConfigError, match=f"device.*{device}"):
        ReID(weights, device=device)


def test_a_device_may_be_given_as_torch_does(weights: Path) -> None:
    assert ReID(weights, device=torch.device("cpu")).device == "cpu"


def test_half_is_one_of_few_words(weights: Path) -> None:
    with pytest.raises(ConfigError, match="half must be True, False, 'fp16' or 'bf16', not 'fp8'"):
        ReID(weights, device="cpu", half="fp8")


def test_bad_input_is_an_error_that_names_it(on_cpu: ReID) -> None:
    with pytest.raises(InvalidInputError, match="row 1 is not finite"):
        on_cpu.embed(scene(), [[0, 0, 9, 9], [0, 0, np.inf, 9]])
    with pytest.raises(InvalidInputError, match="frame must be"):
        on_cpu.embed(scene() / 255.0, BOXES)
