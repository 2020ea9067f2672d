"""What runs on GPUs alone: with stand-ins for the card where there is none, and on a card where there is one."""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("cv2")

from boxtrail.errors import EmbedderError  # noqa: E402
from boxtrail.reid import ReID, cuda_graphs  # noqa: E402
from boxtrail.reid.cuda_graphs import GraphedForward  # noqa: E402
from boxtrail.reid.device_crops import DeviceCrops  # noqa: E402
from boxtrail.reid.regions import regions  # noqa: E402
from boxtrail.reid.torch_network import DEVICE_BATCH, TorchNetwork  # noqa: E402

FRAME = np.random.default_rng(0).integers(0, 256, (200, 240, 3), dtype=np.uint8)
SIZE = (32, 16)


def boxes(count: int) -> np.ndarray:
    rng = np.random.default_rng(count)
    corners = rng.uniform(0.0, 100.0, (count, 2))
    return np.column_stack([corners, corners + rng.uniform(5.0, 100.0, (count, 2))])


class Card:
    """A network and the parts of ``torch.cuda`` that record it; a replay computes in the memory of the recording.

    All graphs have one output memory, as those of one pool may have on a card.
    """

    def __init__(self, most: int = 10_000) -> None:
        self.most = most  # crops there is memory for
        self.recording: Any = None
        self.memory = torch.zeros(10_000, 3)
        self.modes: list[str] = []
        self.warmups = self.replays = 0

    def forward(self, batch: Any) -> Any:
        if len(batch) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        if self.recording is None:
            self.warmups += 1
            return batch.mean(dim=(2, 3))
        self.recording.batch = batch
        return self.memory[: len(batch)]

    def graph_class(self) -> Any:
        card = self

        class Graph:
            batch: Any = None

            def replay(self) -> None:
                card.replays += 1
                card.memory[: len(self.batch)] = self.batch.mean(dim=(2, 3))

            def pool(self) -> str:
                return "pool"

        return Graph

    @contextmanager
    def graph(self, graph: Any, *, pool: Any, capture_error_mode: str) -> Iterator[None]:
        self.modes.append(capture_error_mode)
        self.recording = graph
        try:
            yield
        finally:
            self.recording = None

    def stand_in(self) -> Any:
        stream = types.SimpleNamespace(wait_stream=lambda other: None)
        return types.SimpleNamespace(
            cuda=types.SimpleNamespace(
                current_stream=lambda device: stream, Stream=lambda device: stream, stream=nullcontext,
                CUDAGraph=self.graph_class(), graph=self.graph,
            )
        )  # fmt: skip


def recorded(card: Card, monkeypatch: pytest.MonkeyPatch) -> TorchNetwork:
    """A network that runs through graphs, and its crops through the path of a GPU."""
    monkeypatch.setattr(cuda_graphs, "torch", card.stand_in())
    network = TorchNetwork(
        card.forward, model=None, input_size=SIZE, device=torch.device("cpu"), dim=3, max_batch=DEVICE_BATCH
    )
    network._graphs = GraphedForward(card.forward, network._empty)
    monkeypatch.setattr(network, "_features_from_cpu", network._features_on_device)
    return network


def plain_features(rows: np.ndarray) -> np.ndarray:
    network = TorchNetwork(
        lambda batch: batch.mean(dim=(2, 3)), model=None, input_size=SIZE, device=torch.device("cpu")
    )
    return np.asarray(network._features_on_device([FRAME], [regions(FRAME, rows)]))


def test_each_size_is_recorded_once_and_padding_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card()
    network = recorded(card, monkeypatch)
    for count in (5, 8, 11, 40, 3, 11):
        found = regions(FRAME, boxes(count))
        np.testing.assert_allclose(
            network.features([FRAME], [found]), plain_features(boxes(count)), atol=1e-6
        )
    assert card.modes == ["thread_local"] * 3  # 8, 16 and 48 crops
    assert (card.warmups, card.replays) == (3 * cuda_graphs.WARMUP_RUNS, 6)


def test_results_outlive_the_memory_that_graphs_share(monkeypatch: pytest.MonkeyPatch) -> None:
    network = recorded(Card(), monkeypatch)
    first = network.features([FRAME], [regions(FRAME, boxes(5))])
    before = first.clone()
    network.features([FRAME], [regions(FRAME, boxes(7))])
    assert torch.equal(first, before)


def test_rows_come_in_the_order_of_the_boxes() -> None:
    """They are cut in another one: by frame, and by how much they shrink."""
    rows = boxes(40)
    order = DeviceCrops([FRAME], [regions(FRAME, rows)], SIZE, torch.device("cpu")).order
    assert not np.array_equal(order[order], np.arange(40))  # or the way there would be the way back
    alone = np.concatenate([plain_features(box[None]) for box in rows])
    np.testing.assert_allclose(plain_features(rows), alone, atol=1e-6)


def test_a_recording_without_memory_is_tried_with_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(most=16)
    network = recorded(card, monkeypatch)
    rows = network.features([FRAME], [regions(FRAME, boxes(40))])
    np.testing.assert_allclose(rows, plain_features(boxes(40)), atol=1e-6)
    assert network.max_batch == 10
    assert set(network._graphs._buffers) == {16}  # the buffers that were too large are given back


def test_warming_up_records_every_size_up_to_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card()
    network = recorded(card, monkeypatch)
    network.warmup(30)
    assert sorted(network._graphs._recorded) == [8, 16, 24, 32]
    network.features([FRAME], [regions(FRAME, boxes(30))])
    assert len(card.modes) == 4


def test_nothing_waits_for_the_gpu(weights: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    embedder = ReID(weights, device="cuda")
    rows = np.vstack([boxes(20), [0.0, 0.0, 0.0, 0.0]])
    wanted = embedder.embed([FRAME, FRAME], [rows, rows[:3]], as_tensor=True)
    torch.cuda.set_sync_debug_mode("error")
    try:
        found = embedder.embed([FRAME, FRAME], [rows, rows[:3]], as_tensor=True, with_valid=True)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for (embeddings, _), expected in zip(found, wanted, strict=True):
        assert torch.equal(embeddings, expected)


def test_calls_from_several_streams_do_not_mix_their_crops(weights: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    embedder = ReID(weights, device="cuda")
    wanted = [embedder.embed(FRAME, boxes(count)) for count in range(20, 28)]
    streams = [torch.cuda.Stream() for _ in wanted]
    found = []
    for stream, count in zip(streams, range(20, 28), strict=True):
        with torch.cuda.stream(stream):
            found.append(embedder.embed(FRAME, boxes(count), as_tensor=True))
    torch.cuda.synchronize()
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours.cpu(), theirs, atol=1e-5)


class Engine:
    """An engine of TensorRT that takes the means of crops, through addresses as the real one does."""

    num_io_tensors = 2

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.ran = shape, []  # batches

    def get_tensor_name(self, index: int) -> str:
        return ("crops", "embeddings")[index]

    def get_tensor_mode(self, name: str) -> str:
        return "input" if name == "crops" else "output"

    def get_tensor_dtype(self, name: str) -> str:
        return "float32"

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.shape if name == "crops" else (self.shape[0], 3)

    def get_tensor_profile_shape(self, name: str, profile: int) -> list[tuple[int, ...]]:
        return [(count, 3, *SIZE) for count in (1, 4, 6)]

    def create_execution_context(self) -> Context:
        return Context(self)


class Context:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._shape, self._places = engine, (0,), {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> None:
        self._shape = shape

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return (self._shape[0], 3)

    def set_tensor_address(self, name: str, place: int) -> None:
        self._places[name] = place

    def execute_async_v3(self, stream: int) -> bool:
        crops, embeddings = (
            np.ctypeslib.as_array(ctypes.cast(self._places[name], ctypes.POINTER(ctypes.c_float)), shape)
            for name, shape in (("crops", self._shape), ("embeddings", (self._shape[0], 3)))
        )
        self._engine.ran.append(self._shape[0])
        embeddings[:] = crops.mean(axis=(2, 3))
        return True


@pytest.fixture
def tensorrt(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of that name whose runtime finds ``module.engine`` in any file, and ``torch.cuda`` without a card."""
    module: Any = types.ModuleType("tensorrt")
    module.engine = Engine((-1, 3, *SIZE))
    module.__version__ = "10.0"
    module.float32, module.float16, module.bfloat16 = "float32", "float16", "bfloat16"
    module.Logger = type("Logger", (), {"ERROR": 2, "__init__": lambda self, level: None})
    module.TensorIOMode = types.SimpleNamespace(INPUT="input")
    module.Runtime = lambda logger: types.SimpleNamespace(
        deserialize_cuda_engine=lambda content: module.engine
    )
    stream = types.SimpleNamespace(wait_stream=lambda other: None, cuda_stream=0)
    monkeypatch.setitem(sys.modules, "tensorrt", module)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    return module


@pytest.mark.parametrize(("batch", "ran"), [(-1, [3, 4]), (4, [4, 4])])
def test_an_engine_gets_as_many_crops_as_its_profile_takes(
    tensorrt: Any, tmp_path: Path, batch: int, ran: list[int]
) -> None:
    from boxtrail.reid.tensorrt_engine import TensorRtEngine

    tensorrt.engine = Engine((batch, 3, *SIZE))
    (tmp_path / "network.engine").write_bytes(b"engine")
    engine = TensorRtEngine(tmp_path / "network.engine", torch.device("cpu"))
    network = TorchNetwork(
        engine, model=engine, input_size=engine.input_size, device=torch.device("cpu"), dtype=engine.dtype,
        max_batch=engine.max_batch, fixed_batch=engine.fixed_batch,
    )  # fmt: skip
    tensorrt.engine.ran.clear()
    found = regions(FRAME, boxes(7))
    np.testing.assert_allclose(
        network._features_on_device([FRAME], [found]), plain_features(boxes(7)), atol=1e-5
    )
    assert tensorrt.engine.ran == ran


@pytest.mark.parametrize("engine", [None, Engine((-1, 3, -1, -1)), Engine((-1, 4, *SIZE)), Engine((-1, 512))])
def test_what_is_no_engine_of_crops_is_refused(tensorrt: Any, tmp_path: Path, engine: Any) -> None:
    from boxtrail.reid.tensorrt_engine import TensorRtEngine

    tensorrt.engine = engine
    (tmp_path / "network.engine").write_bytes(b"engine")
    message = "not an engine of TensorRT 10.0" if engine is None else r"expected crops \(batch, 3, H, W\)"
    with pytest.raises(EmbedderError, match=message):
        TensorRtEngine(tmp_path / "network.engine", torch.device("cpu"))
