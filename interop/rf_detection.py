"""``infer``, ``infer_async`` and ``infer_on_stream``."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from checks import equal, near, true
from PIL import Image

from scene import FRAMES, HEIGHT, WIDTH, truth

SEEN = (0, 1, 2)  # the server keeps scores from 0.4 on unless told: the faint box is left out
MODEL = "boxes/1"


def boxes_of(found: dict[str, Any]) -> dict[str, tuple[float, ...]]:
    """``x1, y1, x2, y2`` by class, of centres and sizes."""
    return {
        entry["class"]: (
            entry["x"] - entry["width"] / 2,
            entry["y"] - entry["height"] / 2,
            entry["x"] + entry["width"] / 2,
            entry["y"] + entry["height"] / 2,
        )
        for entry in found["predictions"]
    }


def same(found: Any, frame: int, what: str, pixels: float = 3.0) -> None:
    """Fail unless these are the boxes of that frame."""
    near(boxes_of(found), truth(frame, SEEN), pixels, what)


def check_path(context: Any) -> None:
    """infer a path: boxes, scores, classes, ids of detections, size"""
    found = context.client().infer(str(context.material.image), model_id=MODEL)
    same(found, 10, "path", 0.5)
    equal(found["image"], {"width": WIDTH, "height": HEIGHT}, "size")
    scores = {entry["class"]: (entry["confidence"], entry["class_id"]) for entry in found["predictions"]}
    equal(scores, {"red": (0.9, 0), "green": (0.8, 1), "blue": (0.85, 2)}, "scores and class numbers")
    equal(len({entry["detection_id"] for entry in found["predictions"]}), 3, "ids of detections")
    true(isinstance(found["time"], float) and found["inference_id"], "time and inference_id are told")
    true(not any("tracker_id" in entry for entry in found["predictions"]), "nothing is tracked")


def check_kinds(context: Any) -> None:
    """infer an array, a grey array, a picture of Pillow, and base64 text"""
    client, image = context.client(), cv2.imread(str(context.material.image))
    same(client.infer(image, model_id=MODEL), 10, "array")
    same(client.infer(Image.open(context.material.image), model_id=MODEL), 10, "picture")
    text = base64.b64encode(context.material.image.read_bytes()).decode()
    same(client.infer(text, model_id=MODEL), 10, "text", 0.5)
    true("predictions" in client.infer(image[..., 0], model_id=MODEL), "a grey array is taken")


def check_empty(context: Any) -> None:
    """infer an image with nothing in it"""
    equal(
        context.client().infer(str(context.material.empty), model_id=MODEL)["predictions"], [], "predictions"
    )


def check_list(context: Any) -> None:
    """infer a list, one image a request, in order"""
    found = context.client().infer(context.frames[:5], model_id=MODEL)
    for index, one in enumerate(found):
        same(one, index, f"image {index}")
    equal(len(found), 5, "answers")


def check_batch(context: Any) -> None:
    """infer a list in batches of 4, of which the last is short"""
    found = context.client(max_batch_size=4).infer(context.frames[:9], model_id=MODEL)
    equal(len(found), 9, "answers")
    for index, one in enumerate(found):
        same(one, index, f"image {index}")


def check_concurrency(context: Any) -> None:
    """infer a list with four requests at once"""
    found = context.client(max_batch_size=2, max_concurrent_requests=4).infer(
        context.frames[:16], model_id=MODEL
    )
    for index, one in enumerate(found):
        same(one, index, f"image {index}")


def check_options(context: Any) -> None:
    """confidence, class_filter, max_detections, iou_threshold, class_agnostic_nms"""
    image = str(context.material.image)

    def names(**configuration: Any) -> list[str]:
        found = context.client(**configuration).infer(image, model_id=MODEL)
        return sorted(entry["class"] for entry in found["predictions"])

    equal(names(confidence_threshold=0.1), ["blue", "faint", "green", "red"], "confidence 0.1")
    equal(names(confidence_threshold=0.87), ["red"], "confidence 0.87")
    equal(names(confidence_threshold="best"), ["blue", "green", "red"], "confidence 'best'")
    equal(names(class_filter=["green"]), ["green"], "class_filter")
    equal(names(max_detections=2), ["blue", "red"], "max_detections")
    equal(
        len(names(iou_threshold=0.9, class_agnostic_nms=True, max_candidates=50, fix_batch_size=False)),
        3,
        "nms",
    )


def check_downsizing(context: Any) -> None:
    """an image larger than the client's limit: made smaller there, boxes scaled back"""
    large = cv2.resize(context.frames[10], None, fx=5, fy=5, interpolation=cv2.INTER_NEAREST)
    for disabled, pixels in ((False, 12.0), (True, 15.0)):
        found = context.client(client_downsizing_disabled=disabled).infer(large, model_id=MODEL)
        equal(found["image"], {"width": 5 * WIDTH, "height": 5 * HEIGHT}, "size")
        expected = {name: [5 * side for side in box] for name, box in truth(10, SEEN).items()}
        near(boxes_of(found), expected, pixels, f"boxes with client_downsizing_disabled={disabled}")


def check_visualisation(context: Any) -> None:
    """visualize_predictions as base64, numpy and Pillow"""
    image = str(context.material.image)
    for form, kind in (("base64", str), ("numpy", np.ndarray), ("pillow", Image.Image)):
        from inference_sdk import VisualisationResponseFormat

        client = context.client(
            visualize_predictions=True, visualize_labels=True, stroke_width=2,
            output_visualisation_format=VisualisationResponseFormat(form),
        )  # fmt: skip
        found = client.infer(image, model_id=MODEL)
        true(isinstance(found["visualization"], kind), f"{form} gives a {kind.__name__}")
        same(found, 10, form, 0.5)
    drawn = np.asarray(found["visualization"])
    equal(drawn.shape, (HEIGHT, WIDTH, 3), "shape")


def check_v0(context: Any) -> None:
    """v0: path, array and list, confidence and overlap in per cent"""
    client = context.client(key="any", confidence_threshold=10, iou_threshold=50)
    client.select_api_v0()
    found = client.infer(str(context.material.image), model_id=MODEL)
    near(boxes_of(found), truth(10), 0.5, "path")
    near(boxes_of(client.infer(context.frames[3], model_id=MODEL)), truth(3), 3.0, "array")
    equal(len(client.infer(context.frames[:3], model_id=MODEL)), 3, "answers to a list")


def check_v0_formats(context: Any) -> None:
    """v0: format image, and image_and_json"""
    for form, keys in (("image", {"visualization"}), ("image_and_json", {"visualization", "predictions"})):
        client = context.client(key="any", format=form)
        client.select_api_v0()
        found = client.infer(str(context.material.image), model_id=MODEL)
        true(keys <= set(found), f"{form} has {keys}, got {set(found)}")
        true(len(found["visualization"]) > 500, "there is a picture")


def check_async(context: Any) -> None:
    """infer_async, v1 and v0, one image and a list"""
    client = context.client(key="any", max_concurrent_requests=3)

    async def ask() -> list[Any]:
        one = await client.infer_async(str(context.material.image), model_id=MODEL)
        several = await client.infer_async(context.frames[:4], model_id=MODEL)
        client.select_api_v0()
        return [one, several, await client.infer_async(context.frames[5], model_id=MODEL)]

    one, several, older = asyncio.run(ask())
    same(one, 10, "one", 0.5)
    for index, found in enumerate(several):
        same(found, index, f"image {index}")
    same(older, 5, "v0")


def check_stream(context: Any) -> None:
    """infer_on_stream of a video: every frame, with its index"""
    indices = []
    for index, frame, found in context.client().infer_on_stream(str(context.material.video), model_id=MODEL):
        indices.append(index)
        same(found, index, f"frame {index}", 4.0)
        equal(frame.shape, (HEIGHT, WIDTH, 3), "shape")
    equal(indices, list(range(FRAMES)), "frames")


def check_directory(context: Any) -> None:
    """infer_on_stream of a folder: every image once, in the client's own order"""
    from pathlib import Path

    seen = []
    for path, _, found in context.client().infer_on_stream(str(context.material.frames), model_id=MODEL):
        index = int(Path(str(path)).stem)
        seen.append(index)
        same(found, index, f"image {index}")
    true(set(range(4)) <= set(seen) and len(set(seen)) == len(seen), f"every image comes once: {seen}")


def check_tracked_stream(context: Any) -> None:
    """infer_on_stream with source="tracking": ids stable over the video, equal to a run without a server"""
    for name, mode in (("cam-1", "v1"), ("cam-2", "v0")):
        client = context.client(key="any", source="tracking", source_info=name)
        if mode == "v0":
            client.select_api_v0()
        stream = client.infer_on_stream(str(context.material.video), model_id=MODEL)
        found = [_named_ids(one["predictions"]) for _, _, one in stream]
        equal(found, expected_ids(context), f"ids in {mode}")


def check_tracked_name(context: Any) -> None:
    """infer with model_id model@stream: two streams by turns keep their own ids"""
    client = context.client()
    for index in range(8, 14):
        for name, frame in (("a", index), ("b", 20 - index)):
            found = client.infer(context.frames[frame], model_id=f"boxes/1@{name}")
            ids = [entry["tracker_id"] for entry in found["predictions"]]
            true(len(ids) == len(set(ids)) and set(ids) <= {1, 2, 3}, f"ids of {name} are its own: {ids}")


def check_tracked_batch(context: Any) -> None:
    """infer a list with source="tracking": frames of one stream in their order"""
    client = context.client(max_batch_size=8, source="tracking", source_info="batched")
    found = client.infer(context.frames, model_id=MODEL)
    equal([_named_ids(one["predictions"]) for one in found], expected_ids(context), "ids")


def expected_ids(context: Any) -> list[list[tuple[str, int]]]:
    """Class and id of every track of every frame, as a run without a server has them."""
    return [sorted(zip(names, ids, strict=True)) for _, ids, _, names in context.expected]


def _named_ids(predictions: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    return sorted((entry["class"], entry["tracker_id"]) for entry in predictions)
