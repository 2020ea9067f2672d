"""Weights and devices for the tests of appearance."""

from __future__ import annotations

from pathlib import Path

import pytest


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
