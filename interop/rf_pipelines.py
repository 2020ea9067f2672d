"""Inference pipelines over videos that the server opens."""

from __future__ import annotations

import time
from typing import Any

from checks import Skipped, equal, fails, near, true
from inference_sdk.http.errors import HTTPCallErrorError
from rf_detection import SEEN, boxes_of
from rf_workflows import specification

from scene import FRAMES, truth

BLOCK = "trackers_bytetrack@v1"
PATIENCE = 30.0  # seconds


def _start(context: Any, client: Any, video: Any = None, **options: Any) -> str:
    options.setdefault("workflow_specification", specification(BLOCK))
    answer = client.start_inference_pipeline_with_workflow(
        video_reference=video or str(context.material.video), **options
    )
    equal(answer["status"], "success", "status")
    return str(answer["context"]["pipeline_id"])


def _state(client: Any, id: str) -> str:
    return str(client.get_inference_pipeline_status(id)["report"]["sources_metadata"][0]["state"])


def _consume(client: Any, id: str, count: int, **options: Any) -> list[dict[str, Any]]:
    """So many results, or those there were when the pipeline had ended."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        ended = _state(client, id) in ("ENDED", "ERROR")
        answer = client.consume_inference_pipeline_result(id, **options)
        if answer["outputs"]:
            found.append(answer)
        elif ended:
            break
        else:
            time.sleep(0.02)
    return found


def check_whole_video(context: Any) -> None:
    """start, list, status, consume: every frame with WAIT, ids stable, then ENDED; terminate, then 404"""
    client = context.client()
    id = _start(context, client, source_buffer_filling_strategy="WAIT", results_buffer_size=FRAMES)
    true(id in client.list_inference_pipelines()["pipelines"], "the pipeline is listed")
    found = _consume(client, id, FRAMES + 1)
    equal([one["frames_metadata"][0]["frame_id"] for one in found], list(range(1, FRAMES + 1)), "frames")
    ids: dict[str, set[int]] = {}
    for one in found:
        for entry in one["outputs"][0]["tracked"]["predictions"]:
            ids.setdefault(entry["class"], set()).add(entry["tracker_id"])
    equal(
        {name: len(numbers) for name, numbers in ids.items()},
        {"red": 1, "green": 1, "blue": 1},
        "ids of a class",
    )
    near(boxes_of(found[10]["outputs"][0]["found"]), truth(10, SEEN), 3.0, "boxes of frame 10")
    report = client.get_inference_pipeline_status(id)["report"]
    equal(report["sources_metadata"][0]["state"], "ENDED", "state")
    equal(report["sources_metadata"][0]["source_properties"]["total_frames"], FRAMES, "total_frames")
    equal(client.terminate_inference_pipeline(id)["status"], "success", "status")
    fails(HTTPCallErrorError, "404", lambda: client.get_inference_pipeline_status(id))
    fails(HTTPCallErrorError, "404", lambda: client.consume_inference_pipeline_result(id))


def check_small_buffer(context: Any) -> None:
    """a result buffer of 4: the oldest are lost, and counted"""
    client = context.client()
    id = _start(context, client, source_buffer_filling_strategy="WAIT", results_buffer_size=4)
    deadline = time.monotonic() + PATIENCE
    while _state(client, id) != "ENDED" and time.monotonic() < deadline:
        time.sleep(0.05)
    report = client.get_inference_pipeline_status(id)["report"]
    equal(report["results_dropped"], FRAMES - 4, "results lost")
    found = _consume(client, id, 10)
    equal(
        [one["frames_metadata"][0]["frame_id"] for one in found],
        list(range(FRAMES - 3, FRAMES + 1)),
        "frames left",
    )
    client.terminate_inference_pipeline(id)


def check_pause(context: Any) -> None:
    """pause and resume; pausing twice is refused"""
    client = context.client()
    id = _start(context, client, max_fps=5)
    equal(client.pause_inference_pipeline(id)["status"], "success", "pause")
    equal(_state(client, id), "MUTED", "state")
    fails(HTTPCallErrorError, "500", lambda: client.pause_inference_pipeline(id))
    equal(client.resume_inference_pipeline(id)["status"], "success", "resume")
    client.terminate_inference_pipeline(id)


def check_two_sources(context: Any) -> None:
    """two videos in one pipeline: an output each, ids of their own"""
    client = context.client()
    video = str(context.material.video)
    id = _start(
        context, client, [video, video], source_buffer_filling_strategy="WAIT", results_buffer_size=FRAMES
    )
    found = _consume(client, id, FRAMES)
    equal(len(found), FRAMES, "results")
    for one in found:
        equal([entry["source_id"] for entry in one["frames_metadata"]], [0, 1], "sources")
        first, second = (
            [e["tracker_id"] for e in output["tracked"]["predictions"]] for output in one["outputs"]
        )
        equal(first, second, "ids of the same video twice")
    client.terminate_inference_pipeline(id)


def check_named(context: Any) -> None:
    """a workflow with a name, with parameters, and excluded_fields"""
    client = context.client()
    id = _start(
        context, client, workflow_specification=None, workspace_name="acme", workflow_id="track-boxes",
        workflows_parameters={"confidence": 0.1}, source_buffer_filling_strategy="WAIT",
    )  # fmt: skip
    found = _consume(client, id, 3, excluded_fields=["tracked"])
    for one in found:
        equal(sorted(one["outputs"][0]), ["found", "new", "seen"], "outputs")
        true("faint" in boxes_of(one["outputs"][0]["found"]), "the parameter is heeded")
    client.terminate_inference_pipeline(id)


def check_refused(context: Any) -> None:
    """videos outside the server's folders, missing ones, cameras and addresses: 400 with the reason"""
    client = context.client()
    missing = str(context.material.folder / "missing.mp4")
    for video in (
        "/etc/passwd",
        missing,
        0,
        "rtsp://127.0.0.1/stream",
        [str(context.material.video), "/etc/passwd"],
    ):
        fails(HTTPCallErrorError, "400", lambda video=video: client.start_inference_pipeline_with_workflow(
            video_reference=video, workflow_specification=specification(BLOCK)
        ))  # fmt: skip
    broken = specification(BLOCK)
    broken["steps"][1]["type"] = "nope"
    fails(HTTPCallErrorError, "nope", lambda: _start(context, client, workflow_specification=broken))
    equal(client.list_inference_pipelines()["pipelines"], [], "pipelines")


def check_unknown(context: Any) -> None:
    """calls about a pipeline that is not there: 404, and 400 or 404 for terminate"""
    client = context.client()
    for call in (
        client.get_inference_pipeline_status, client.pause_inference_pipeline, client.resume_inference_pipeline,
        client.consume_inference_pipeline_result, client.terminate_inference_pipeline,
    ):  # fmt: skip
        fails(HTTPCallErrorError, "40", lambda call=call: call("nope"))


def check_webrtc(context: Any) -> None:
    """webrtc.stream"""
    raise Skipped("an optional extra of the protocol that this server does not have")
