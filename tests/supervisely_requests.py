"""What Supervisely's SDK sends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from starlette.testclient import TestClient

File = tuple[str, bytes]


def png(offset: int) -> bytes:
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, offset : offset + 16] = (60, 200, 240)
    return bytes(cv2.imencode(".png", image)[1].tobytes())


def ask(client: TestClient, what: str, job: str | None = None) -> Any:
    state = {} if job is None else {"inference_request_uuid": job}
    return client.post(f"/{what}", json={"state": state, "context": {}})


def start(client: TestClient, what: str, files: Sequence[File], state: Any = None) -> Any:
    parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
    data = {} if state is None else {"state": state if isinstance(state, str) else json.dumps(state)}
    return client.post(f"/inference_{what}_async", files=parts, data=data)


def begin(client: TestClient, what: str, files: Sequence[File], state: Any = None) -> str:
    answer = start(client, what, files, state)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["inference_request_uuid"])


def results(client: TestClient, job: str) -> list[dict[str, Any]]:
    """As the client takes them: until it is finished and nothing is left."""
    found: list[dict[str, Any]] = []
    while True:
        said = ask(client, "pop_inference_results", job).json()
        if said["exception"] is not None:
            raise RuntimeError(f"{said['exception']['type']}: {said['exception']['message']}")
        found += said["pending_results"]
        if said["finished"] and not said["pending_results"]:
            return found


def ids(found: Sequence[dict[str, Any]]) -> list[list[int]]:
    return [result["annotation"]["customBigData"] for result in found]
