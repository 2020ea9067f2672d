"""What Roboflow's client sends: images, and workflows of a detector and a tracker."""

from __future__ import annotations

import base64
import copy
from typing import Any

import cv2
import numpy as np
from starlette.testclient import TestClient

OUT = [
    {"type": "JsonField", "name": name, "selector": f"$steps.trk.{name}"}
    for name in ("tracked_detections", "new_instances", "already_seen_instances")
]


def image(offset: int = 30, kind: str = ".png") -> dict[str, Any]:
    pixels = np.full((64, 96, 3), 40, np.uint8)
    pixels[20:44, offset : offset + 16] = (60, 200, 240)
    return {"type": "base64", "value": base64.b64encode(cv2.imencode(kind, pixels)[1]).decode()}


def infer(client: TestClient, **asked: Any) -> Any:
    return client.post("/infer/object_detection", json={"model_id": "a/1", "image": image(), **asked})


def workflow(kind: str = "roboflow_core/trackers_bytetrack@v1", **fields: Any) -> dict[str, Any]:
    is_old = kind.endswith(("byte_tracker@v1", "byte_tracker@v2"))
    about = (
        {"metadata": "$inputs.video_metadata"}
        if kind.endswith("byte_tracker@v1")
        else {"image": "$inputs.image"}
    )
    return {
        "version": "1.0",
        "inputs": [
            {"type": "WorkflowImage", "name": "image"},
            {"type": "WorkflowParameter", "name": "conf", "default_value": 0.4},
            {"type": "WorkflowVideoMetadata", "name": "video_metadata"},
        ],
        "steps": [
            {
                "type": "roboflow_core/roboflow_object_detection_model@v2",
                "name": "det",
                "images": "$inputs.image",
                "model_id": "a/1",
                "confidence": "$inputs.conf",
            },
            {"type": kind, "name": "trk", **about, "detections": "$steps.det.predictions", **fields},
        ],
        "outputs": copy.deepcopy(OUT[:1] if is_old else OUT),
    }


def run(client: TestClient, specification: Any, stream: Any = None, offset: int = 30, **more: Any) -> Any:
    inputs: dict[str, Any] = {"image": image(offset), **more}
    if stream is not None:
        inputs["video_metadata"] = {"video_identifier": stream, "fps": 30}
    return client.post("/workflows/run", json={"specification": specification, "inputs": inputs})


def ids(answer: Any, name: str = "tracked_detections") -> list[int]:
    assert answer.status_code == 200, answer.text
    return [entry["tracker_id"] for entry in answer.json()["outputs"][0][name]["predictions"]]
