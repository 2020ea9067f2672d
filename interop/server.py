"""The server the clients talk to: what ``boxtrail serve`` runs, with the detector of the drawn scene.

Runs in boxtrail's environment: ``python server.py PORT VIDEO_ROOT WORKFLOWS [TOKEN]``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from boxtrail.serve.app import create_app
from boxtrail.serve.served_model import ServedModel
from scene import ColourDetector

PREFIX = "/models/boxes"
FAIL = re.compile(r"/fail/(\d+)/(\d+)")
NEVER = ("/healthz", "/info", "/model/registry")


class Proxy:
    """Stands before the server as proxies do: takes a path off its front, and answers with an error when told to.

    ``POST /fail/COUNT/STATUS`` makes the next requests fail, those for the registry aside.
    """

    def __init__(self, app: Any) -> None:
        self._app, self._failures, self._status = app, 0, 503

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(PREFIX)
        if match := FAIL.fullmatch(path):
            self._failures, self._status = int(match[1]), int(match[2])
            await _answer(send, 200, b'{"message": "as you wish"}')
        elif self._failures and path not in NEVER:
            self._failures -= 1
            await _answer(send, self._status, b'{"message": "told to fail"}')
        else:
            await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)


async def _answer(send: Callable[[Any], Awaitable[None]], status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main(port: str, video_root: str, workflows: str, token: str | None = None) -> None:
    """Serve until somebody stops it."""
    model = ServedModel(
        ColourDetector(), "bytetrack", video_roots=[Path(video_root)], workflows=Path(workflows)
    )
    app = create_app(model, token=token)
    uvicorn.run(Proxy(app), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
