"""Batches of crops: split where memory is short, padded where a network wants it, replayed as graphs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("cv2")

from boxtrail.errors import EmbedderError  # noqa: E402
from boxtrail.reid import ReID, torch_network  # noqa: E402
from boxtrail.reid.cuda_graphs import GraphedForward  # noqa: E402
from boxtrail.reid.regions import regions  # noqa: E402
from boxtrail.reid.side_by_side import equal_parts, side_by_side  # noqa: E402
from boxtrail.reid.torch_network import TorchNetwork  # noqa: E402

BOXES = np.array([[20, 20, 60, 110], [100, 30, 150, 150], [5, 5, 200, 190], [180, 60, 215, 140]], float)
FRAME = np.random.default_rng(0).integers(0, 256, (200, 240, 3), dtype=np.uint8)


def picky(limit: int) -> Callable[[Any], Any]:
    """A network with memory for so many crops."""

    def forward(batch: Any) -> Any:
        if len(batch) > limit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return batch.mean(dim=(2, 3))

    return forward


def network_of(forward: Callable[[Any], Any], device: str, **options: Any) -> TorchNetwork:
    return TorchNetwork(forward, model=None, input_size=(32, 16), device=torch.device(device), **options)


def test_more_crops_than_memory_holds_are_split(device: str, caplog: pytest.LogCaptureFixture) -> None:
    found = regions(FRAME, np.repeat(BOXES, 5, axis=0))
    network, roomy = network_of(picky(3), device), network_of(picky(99), device)
    with caplog.at_level(logging.WARNING):
        split = network.features([FRAME], [found])
    assert network.max_batch <= 3
    assert "no memory for" in caplog.text
    np.testing.assert_allclose(split.cpu(), roomy.features([FRAME], [found]).cpu(), atol=1e-6)


def test_no_memory_for_a_single_crop_is_an_error(device: str) -> None:
    network = network_of(picky(1), device)
    network._forward = picky(0)
    with pytest.raises(EmbedderError, match=r"no memory for a batch of 1 crop\(s\)"):
        network.features([FRAME], [regions(FRAME, BOXES)])


def test_another_error_of_the_network_is_not_taken_for_a_lack_of_memory(device: str) -> None:
    network = network_of(picky(9), device)

    def broken(batch: Any) -> Any:
        raise RuntimeError("shapes do not match")

    network._forward = broken
    with pytest.raises(RuntimeError, match="shapes do not match"):
        network.features([FRAME], [regions(FRAME, BOXES)])


def test_a_network_of_a_fixed_batch_is_fed_with_full_ones(device: str) -> None:
    seen: list[int] = []

    def forward(batch: Any) -> Any:
        seen.append(len(batch))
        return batch.mean(dim=(2, 3))

    network = network_of(forward, device, fixed_batch=3)
    found = regions(FRAME, BOXES)
    rows = network.features([FRAME], [found])
    assert seen == [3, 3, 3]
    np.testing.assert_allclose(
        rows.cpu(), network_of(forward, device).features([FRAME], [found]).cpu(), atol=1e-6
    )


def test_large_batches_on_a_cpu_are_cut_into_equal_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    network = network_of(lambda batch: seen.append(len(batch)) or batch.mean(dim=(2, 3)), "cpu")
    seen.clear()
    network.features([FRAME], [regions(FRAME, np.repeat(BOXES, 5, axis=0))])
    assert seen == [10, 10]
    assert torch_network.CPU_BATCH == 16


def test_graphs_and_plain_launches_agree(weights: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    graphed, plain = ReID(weights, device="cuda"), ReID(weights, device="cuda", cuda_graphs=False)
    for count in (1, 4, 11, 40, 4):
        boxes = np.resize(BOXES, (count, 4))
        np.testing.assert_allclose(graphed.embed(FRAME, boxes), plain.embed(FRAME, boxes), atol=2e-3)


def test_buffers_of_graphs_have_few_sizes() -> None:
    graphed = GraphedForward(lambda batch: batch, lambda count: torch.zeros(count, 1))
    assert [len(graphed.buffer(count)) for count in (1, 8, 9, 50, 64, 700, 1024, 3000)] == [
        8, 8, 16, 64, 64, 768, 1024, 3000,
    ]  # fmt: skip
    assert graphed.buffer(3) is graphed.buffer(8)
    assert graphed.sizes(40) == [8, 16, 24, 32, 48]


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("total", "most", "sizes"),
    [(1, 16, [1]), (2, 16, [1, 1]), (10, 16, [3, 3, 4]), (50, 16, [8, 8, 9, 8, 8, 9]), (6, 1, [1] * 6)],
)
def test_every_thread_gets_as_many_batches(
    total: int, most: int, sizes: list[int], three_threads: None
) -> None:
    parts = equal_parts(total, most)
    assert [stop - start for start, stop in parts] == sizes
    assert [start for start, _ in parts[1:]] == [stop for _, stop in parts[:-1]]


def test_batches_side_by_side_keep_their_order_and_the_settings_of_torch(three_threads: None) -> None:
    seen: list[tuple[int, bool]] = []

    def run(start: int, stop: int) -> int:
        seen.append((torch.get_num_threads(), torch.is_grad_enabled()))
        return start

    assert side_by_side(run, [(number, number + 1) for number in range(7)]) == list(range(7))
    assert seen == [(1, False)] * 7
    assert torch.get_num_threads() == 3
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == 3


def test_an_error_in_a_batch_beside_others_is_raised(three_threads: None) -> None:
    def run(start: int, stop: int) -> int:
        if start == 2:
            raise EmbedderError("this one")
        return start

    with pytest.raises(EmbedderError, match="this one"):
        side_by_side(run, [(number, number + 1) for number in range(5)])
    assert torch.get_num_threads() == 3


def test_threads_change_no_embedding(weights: Path, three_threads: None) -> None:
    embedder, boxes = ReID(weights, device="cpu"), np.resize(BOXES, (11, 4))
    by_three = embedder.embed(FRAME, boxes)
    torch.set_num_threads(1)
    np.testing.assert_allclose(by_three, embedder.embed(FRAME, boxes), atol=1e-5)
