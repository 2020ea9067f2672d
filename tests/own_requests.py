"""What a client of boxtrail's own protocol sends."""

from __future__ import annotations

import json
from typing import Any

import msgpack
import numpy as np
from starlette.testclient import TestClient

RAW, MSGPACK = "application/octet-stream", "application/msgpack"


def open_session(client: TestClient, **new: Any) -> str:
    answer = client.post("/v1/sessions", json=new)
    assert answer.status_code == 201, answer.text
    return f"/v1/sessions/{answer.json()['id']}"


def send(client: TestClient, session: str, rows: Any, form: str = "json", **more: Any) -> np.ndarray:
    """One frame in one of the forms; the rows of its tracks."""
    rows = np.asarray(rows, dtype=float)
    if form == "raw":
        place = {"columns": rows.shape[1], **more}
        content, kind = rows.astype("<f4").tobytes(), RAW
    else:
        place, said = {}, {"detections": rows.tolist(), **more}
        content, kind = (json.dumps(said).encode(), "application/json") if form == "json" else (
            msgpack.packb(said), MSGPACK,
        )  # fmt: skip
    answer = client.post(f"{session}/frames", content=content, params=place, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == kind
    if form == "raw":
        return np.frombuffer(answer.content, "<f4").reshape(-1, rows.shape[1] + 2).astype(float)
    found = answer.json() if form == "json" else msgpack.unpackb(answer.content)
    return np.array(found["tracks"], dtype=float).reshape(-1, rows.shape[1] + 2)
