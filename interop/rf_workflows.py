"""``run_workflow`` with every tracker block."""

from __future__ import annotations

import base64
import datetime
from typing import Any

import numpy as np
from checks import equal, fails, near, true
from inference_sdk.http.errors import HTTPCallErrorError, InvalidParameterError
from rf_detection import SEEN, boxes_of

from scene import HEIGHT, WIDTH, truth

BLOCKS = {  # type: (fields, outputs)
    "byte_tracker@v1": ({}, 1),
    "byte_tracker@v2": ({}, 1),
    "byte_tracker@v3": ({}, 3),
    "trackers_bytetrack@v1": ({}, 3),
    "trackers_sort@v1": ({"minimum_consecutive_frames": 1}, 3),
    "trackers_ocsort@v1": ({"delta_t": 2}, 3),
    "trackers_botsort@v1": ({"enable_cmc": True, "cmc_method": "orb"}, 3),
}
FIRST, LAST = 8, 22  # frames in which all three boxes are there


def specification(block: str, **fields: Any) -> dict[str, Any]:
    """Detector, tracker, and all they put out."""
    known, outputs = BLOCKS[block]
    source = (
        {"metadata": "$inputs.video_metadata"} if block == "byte_tracker@v1" else {"image": "$inputs.image"}
    )
    tracked = [{"type": "JsonField", "name": "tracked", "selector": "$steps.tracker.tracked_detections"}]
    if outputs == 3:
        tracked += [
            {"type": "JsonField", "name": "new", "selector": "$steps.tracker.new_instances"},
            {"type": "JsonField", "name": "seen", "selector": "$steps.tracker.already_seen_instances"},
        ]
    return {
        "version": "1.0",
        "inputs": [
            {"type": "WorkflowImage", "name": "image"},
            {"type": "WorkflowVideoMetadata", "name": "video_metadata"},
            {"type": "WorkflowParameter", "name": "confidence", "default_value": 0.4},
        ],
        "steps": [
            {
                "type": "roboflow_core/roboflow_object_detection_model@v2", "name": "detector",
                "images": "$inputs.image", "model_id": "boxes/1", "confidence": "$inputs.confidence",
            },
            {
                "type": f"roboflow_core/{block}", "name": "tracker", **source,
                "detections": "$steps.detector.predictions", **known, **fields,
            },
        ],
        "outputs": [
            {"type": "JsonField", "name": "found", "selector": "$steps.detector.predictions"},
            *tracked,
        ],
    }  # fmt: skip


def metadata(stream: str, frame: int) -> dict[str, Any]:
    """What Roboflow's own server knows of a frame."""
    moment = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=frame / 15)
    return {
        "video_identifier": stream,
        "frame_number": frame,
        "frame_timestamp": moment.isoformat(),
        "fps": 15,
        "comes_from_video_file": True,
    }


def _ids(detections: dict[str, Any]) -> list[int]:
    return [entry["tracker_id"] for entry in detections["predictions"]]


def _run(context: Any, block: str, stream: str, frames: range) -> list[dict[str, Any]]:
    client, said = context.client(), specification(block)
    found = []
    for index in frames:
        answer = client.run_workflow(
            specification=said,
            images={"image": context.frames[index]},
            parameters={"video_metadata": metadata(stream, index)},
        )
        equal(len(answer), 1, "answers")
        found += answer
    return found


def check_blocks(context: Any) -> None:
    """run_workflow, frame by frame, with each of the seven tracker blocks: one id a box over the whole stream"""
    for block, (_, outputs) in BLOCKS.items():
        found = _run(context, block, f"stream of {block}", range(FIRST, LAST))
        ids: dict[str, set[int]] = {}
        for answer in found:
            for entry in answer["tracked"]["predictions"]:
                ids.setdefault(entry["class"], set()).add(entry["tracker_id"])
        equal(sorted(ids), ["blue", "green", "red"], f"{block}: classes")
        equal([len(of_class) for of_class in ids.values()], [1, 1, 1], f"{block}: ids of a class: {ids}")
        true(min(number for of_class in ids.values() for number in of_class) >= 1, f"{block}: ids begin at 1")
        near(boxes_of(found[-1]["tracked"]), truth(LAST - 1, SEEN), 4.0, f"{block}: last boxes")
        if outputs == 3:
            _check_new_and_seen(found, block)


def _check_new_and_seen(found: list[dict[str, Any]], block: str) -> None:
    new = [number for answer in found for number in _ids(answer["new"])]
    equal(len(new), len(set(new)), f"{block}: every id is new once")
    for answer in found:
        parts = sorted(_ids(answer["new"]) + _ids(answer["seen"]))
        equal(parts, sorted(_ids(answer["tracked"])), f"{block}: new and seen make up the tracked")


def check_detector_blocks(context: Any) -> None:
    """every version and name of the detector block"""
    client = context.client()
    for kind in (
        "roboflow_core/roboflow_object_detection_model@v1",
        "roboflow_core/roboflow_object_detection_model@v2",
        "roboflow_core/roboflow_object_detection_model@v3",
        "RoboflowObjectDetectionModel",
        "ObjectDetectionModel",
    ):
        said = specification("trackers_sort@v1")
        said["steps"][0] |= {"type": kind}
        found = client.run_workflow(specification=said, images={"image": str(context.material.image)})
        near(boxes_of(found[0]["found"]), truth(10, SEEN), 0.5, kind)


def check_parameters(context: Any) -> None:
    """parameters of the workflow, and the faint box that a low confidence lets through"""
    found = context.client().run_workflow(
        specification=specification("trackers_sort@v1"),
        images={"image": str(context.material.image)},
        parameters={"confidence": 0.1},
    )
    equal(sorted(boxes_of(found[0]["found"])), ["blue", "faint", "green", "red"], "classes")


def check_shape(context: Any) -> None:
    """the shape of detections, and sizes that are null where there is nothing"""
    client, said = context.client(), specification("trackers_sort@v1")
    (found,) = client.run_workflow(specification=said, images={"image": str(context.material.image)})
    equal(found["tracked"]["image"], {"width": WIDTH, "height": HEIGHT}, "size")
    entry = found["tracked"]["predictions"][0]
    names = {
        "x",
        "y",
        "width",
        "height",
        "confidence",
        "class",
        "class_id",
        "detection_id",
        "tracker_id",
        "parent_id",
    }
    true(names <= set(entry), f"all fields are there: {sorted(entry)}")
    (empty,) = client.run_workflow(specification=said, images={"image": str(context.material.empty)})
    equal(empty["tracked"], {"image": {"width": None, "height": None}, "predictions": []}, "nothing")


def check_identifier(context: Any) -> None:
    """state is kept by video_identifier, as parameter or beside the image; without one a request stands alone"""
    client, said = context.client(), specification("trackers_sort@v1")
    fresh = []
    for index in range(FIRST, FIRST + 3):
        named = {"video_identifier": "by parameter"}
        (found,) = client.run_workflow(
            specification=said, images={"image": context.frames[index]}, parameters=named
        )
        fresh.append((len(_ids(found["new"])), len(_ids(found["seen"]))))
    equal(fresh, [(3, 0), (0, 3), (0, 3)], "new and seen with a parameter")
    fresh = []
    text = base64.b64encode(context.material.image.read_bytes()).decode()
    for index in range(2):
        image = {"type": "base64", "value": text, "video_metadata": metadata("beside", index)}
        (found,) = client.run_workflow(specification=said, parameters={"image": image})
        fresh.append((len(_ids(found["new"])), len(_ids(found["seen"]))))
    equal(fresh, [(3, 0), (0, 3)], "new and seen with metadata beside the image")
    alone = [
        len(_ids(client.run_workflow(specification=said, images={"image": context.frames[9]})[0]["new"]))
        for _ in range(2)
    ]
    equal(alone, [3, 3], "new without an identifier")


def check_keys_apart(context: Any) -> None:
    """two keys with one identifier never see each other's tracks"""
    said, named = specification("trackers_sort@v1"), {"video_identifier": "shared"}
    for key in ("one", "two"):
        (found,) = context.client(key=key).run_workflow(
            specification=said, images={"image": context.frames[9]}, parameters=named
        )
        equal(sorted(_ids(found["new"])), [1, 2, 3], f"ids that are new to {key}")


def check_batch(context: Any) -> None:
    """a list of images: an answer each"""
    found = context.client().run_workflow(
        specification=specification("trackers_sort@v1"), images={"image": context.frames[:3]}
    )
    equal(len(found), 3, "answers")
    for index, answer in enumerate(found):
        near(boxes_of(answer["found"]), truth(index, SEEN), 3.0, f"image {index}")


def check_outputs(context: Any) -> None:
    """outputs with $steps.x.* and $inputs.x, an image among them, and excluded_fields"""
    said = specification("trackers_sort@v1")
    said["outputs"] += [
        {"type": "JsonField", "name": "all", "selector": "$steps.tracker.*"},
        {"type": "JsonField", "name": "picture", "selector": "$inputs.image"},
        {"type": "JsonField", "name": "confidence", "selector": "$inputs.confidence"},
    ]
    from inference_sdk import VisualisationResponseFormat

    client = context.client(output_visualisation_format=VisualisationResponseFormat("numpy"))
    (found,) = client.run_workflow(
        specification=said, images={"image": str(context.material.image)}, excluded_fields=["found"]
    )
    equal(sorted(found), ["all", "confidence", "new", "picture", "seen", "tracked"], "outputs")
    equal(
        sorted(found["all"]), ["already_seen_instances", "new_instances", "tracked_detections"], "of the step"
    )
    true(isinstance(found["picture"], np.ndarray), "the picture is decoded")


def check_named(context: Any) -> None:
    """a workflow with a name, kept by the server; the older call too; one that is not there"""
    client, image = context.client(), {"image": context.frames[9]}
    (found,) = client.run_workflow(workspace_name="acme", workflow_id="track-boxes", images=image)
    equal(len(found["found"]["predictions"]), 3, "detections")
    (older,) = client.infer_from_workflow(workspace_name="acme", workflow_name="track-boxes", images=image)
    equal(len(older["found"]["predictions"]), 3, "detections of the older call")
    (inline,) = client.infer_from_workflow(specification=specification("trackers_sort@v1"), images=image)
    equal(len(inline["found"]["predictions"]), 3, "detections of the older call with a specification")
    for name in ("nope", "..%2f..%2fsecret"):
        fails(
            HTTPCallErrorError,
            "40",
            lambda n=name: client.run_workflow(workspace_name="acme", workflow_id=n, images=image),
        )


def check_wrong(context: Any) -> None:
    """what is wrong with a specification or its inputs reaches the caller"""
    client, image = context.client(), {"image": context.frames[0]}
    unknown = specification("trackers_sort@v1")
    unknown["steps"][1]["type"] = "roboflow_core/nope@v1"
    fails(
        HTTPCallErrorError,
        "roboflow_core/nope@v1",
        lambda: client.run_workflow(specification=unknown, images=image),
    )
    nowhere = specification("trackers_sort@v1")
    nowhere["outputs"][0]["selector"] = "$steps.nope.predictions"
    fails(HTTPCallErrorError, "nope", lambda: client.run_workflow(specification=nowhere, images=image))
    said = specification("trackers_sort@v1")
    fails(HTTPCallErrorError, "image", lambda: client.run_workflow(specification=said))
    fails(
        HTTPCallErrorError,
        "bogus",
        lambda: client.run_workflow(specification=said, images=image, parameters={"bogus": 1}),
    )
    fails(InvalidParameterError, "", lambda: client.run_workflow(images=image))
