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
    """Weights of the smallest network that tell boxes apart, named as a public checkpoint is.

    Untrained, but its batch norms know what blurred noise looks like; with those it begins with, all crops look alike.
    """
    torch = pytest.importorskip("torch")
    from boxtrail.reid.models import build_model

    torch.manual_seed(0)
    model = build_model("osnet_x0_25").train()
    for layer in model.modules():
        if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            layer.momentum = None  # all pictures count alike
    for _ in range(2):
        coarse = torch.randn(16, 3, 16, 8) + torch.randn(16, 3, 1, 1)
        with torch.no_grad():
            model(torch.nn.functional.interpolate(coarse, (256, 128), mode="bilinear"))
    path = tmp_path_factory.mktemp("weights") / "osnet_x0_25_noise.pt"
    torch.save(model.state_dict(), path)
    return path
