"""Weights and devices for the tests of appearance."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """The threads of several test processes on few cores would wait for one another at every layer."""
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> str:
    """Every device there is."""
    torch = pytest.importorskip("torch")
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU here")
    return str(request.param)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made weights of the smallest network, named as a public checkpoint is."""
    torch = pytest.importorskip("torch")
    from reid.oracle import made_weights

    path = tmp_path_factory.mktemp("weights") / "osnet_x0_25_made.pt"
    torch.save(made_weights("osnet_x0_25"), path)
    return path
