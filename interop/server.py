"""The server the clients talk to: what ``boxtrail serve`` runs, with the detector of the drawn scene.

Runs in boxtrail's environment: ``python server.py PORT VIDEO_ROOT WORKFLOWS [TOKEN]``. It answers as well below
``/models/boxes``, as behind a proxy that takes a prefix off.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from boxtrail.serve.app import create_app
from boxtrail.serve.served_model import ServedModel
from scene import ColourDetector

PREFIX = "/models/boxes"


def main(port: str, video_root: str, workflows: str, token: str | None = None) -> None:
    """Serve until somebody stops it."""
    model = ServedModel(
        ColourDetector(), "bytetrack", video_roots=[Path(video_root)], workflows=Path(workflows)
    )
    app = create_app(model, token=token)

    async def behind_proxy(
        scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] != "lifespan" and scope["path"].startswith(PREFIX):
            path = scope["path"].removeprefix(PREFIX)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await app(scope, receive, send)

    uvicorn.run(behind_proxy, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
