"""Servers for tests: in this process behind TestClient, or on a socket of 127.0.0.1."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from served_sockets import Running, running
from square_video import square_detector, square_video
from supervisely_requests import File

Serve = Callable[..., "contextlib.AbstractContextManager[Running]"]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for temporary files, to see what is left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return square_video(tmp_path_factory.mktemp("video") / "square.mp4")


@pytest.fixture(scope="session")
def model() -> ServedModel:
    """Finds the bright square."""
    return ServedModel(square_detector)


@pytest.fixture
def client(model: ServedModel) -> Iterator[TestClient]:
    """A server with the ordinary limits."""
    with TestClient(create_app(model)) as client:
        yield client


@pytest.fixture
def serve(model: ServedModel) -> Serve:
    """``with serve(...) as server``: one on a socket."""

    def start(
        *,
        limits: Limits | None = None,
        http: Any = None,
        ws: Any = None,
        send_buffer: int | None = None,
        **given: Any,
    ) -> Any:
        limits = limits or Limits()
        app = create_app(given.pop("model", model), limits, **given)
        return running(app, limits, http, ws, send_buffer)

    return start


@pytest.fixture
def server(serve: Serve) -> Iterator[Running]:
    """One on a socket, with the ordinary limits."""
    with serve() as server:
        yield server


@pytest.fixture
def file(video: Path) -> File:
    return "walk.mp4", video.read_bytes()
