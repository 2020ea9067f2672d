"""Servers for tests: in this process behind TestClient, or on a socket of 127.0.0.1."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from boxtrail.serve.app import Application, create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.running import bind, make_server
from boxtrail.serve.served_model import ServedModel
from square_video import square_detector, square_video

Serve = Callable[..., "contextlib.AbstractContextManager[Running]"]


@dataclass
class Running:
    """A server on a socket."""

    url: str
    app: Application
    server: uvicorn.Server

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextlib.contextmanager
def running(app: Application, limits: Limits, http: Any = None) -> Iterator[Running]:
    """A server in a thread, until the end of the block."""
    server = make_server(app, limits)
    if http is not None:
        server.config.http = http
    started = threading.Event()
    server_startup = server.startup

    async def startup(*arguments: Any, **given: Any) -> None:
        await server_startup(*arguments, **given)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    listening = bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", app, server)
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
        assert not thread.is_alive()


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

    def start(*, limits: Limits | None = None, http: Any = None, **given: Any) -> Any:
        limits = limits or Limits()
        return running(create_app(given.pop("model", model), limits, **given), limits, http)

    return start
