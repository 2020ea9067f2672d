"""``infer``: detections of images, and ids where the client names the stream they belong to."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.nms import suppress
from boxtrail.errors import require
from boxtrail.predict.annotation import image_annotation
from boxtrail.predict.prediction import Prediction
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.inference.streams import Streams
from boxtrail.serve.inference.wire import images_of, predictions_of, texts

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

FloatArray = NDArray[np.float64]
CONFIDENCE, IOU, MOST = 0.4, 0.3, 300  # the defaults of Roboflow's server
LEAST_CONFIDENCE = 0.01
TRACKING = "tracking"  # ``source`` with which a plain infer names a stream in ``source_info``


def infer(
    service: Service, streams: Streams, asked: Mapping[str, Any]
) -> dict[str, Any] | list[dict[str, Any]]:
    """The answer to one request; images in a list are frames of one stream, in this order.

    Raises:
        RefusedError: for an image that is none, or options of the wrong type.
    """
    images = asked.get("image")
    values = images if isinstance(images, list) else [images]
    decoded = images_of(values, service.limits.max_pixels)
    stream = stream_of(asked)
    answers = [_one(service, streams, image, asked, stream) for image in decoded]
    return answers[0] if len(answers) == 1 else answers


def stream_of(asked: Mapping[str, Any]) -> str | None:
    """The stream a plain request belongs to: ``source_info`` beside ``source="tracking"``, or ``model@stream``."""
    if asked.get("source") == TRACKING and asked.get("source_info"):
        return str(asked["source_info"])
    _, at, name = str(asked.get("model_id") or "").partition("@")
    return name if at and name else None


def keep(rows: FloatArray, asked: Mapping[str, Any], names: Mapping[int, str]) -> FloatArray:
    """Detections by the options of a request: score, overlap, number, classes.

    Raises:
        RefusedError: 400 for an option of the wrong type.
    """
    confidence = asked.get("confidence")
    least = CONFIDENCE if confidence in (None, "best", "default") else _share("confidence", confidence)
    rows = rows[rows[:, -2] >= max(least, LEAST_CONFIDENCE)]
    if wanted := texts("class_filter", asked.get("class_filter")):
        rows = rows[[names.get(int(label)) in wanted for label in rows[:, -1]]]
    labels = None if asked.get("class_agnostic_nms") in (True, "true", "True") else rows[:, -1]
    best = suppress(
        rows[:, :-2], rows[:, -2], labels, max_iou=_share("iou_threshold", asked.get("iou_threshold", IOU))
    )
    return rows[best[: _count(asked.get("max_detections", MOST))]]


def _one(
    service: Service, streams: Streams, image: NDArray[np.uint8], asked: Mapping[str, Any], stream: str | None
) -> dict[str, Any]:
    began = time.perf_counter()
    names, ids = service.model.names, None
    if stream is None:
        rows = keep(np.asarray(service.model.detectors.take()([image])[0], dtype=np.float64), asked, names)
    else:
        rows, ids = streams.track_image(
            str(asked.get("api_key") or ""), stream, image, lambda found: keep(found, asked, names)
        )
    answer: dict[str, Any] = {
        "inference_id": str(uuid.uuid4()),
        "image": {"width": int(image.shape[1]), "height": int(image.shape[0])},
        "predictions": predictions_of(rows, names, ids),
    }
    if asked.get("visualize_predictions") in (True, "true", "True"):
        jpeg = picture(
            image, rows, names, ids, labels=asked.get("visualization_labels") in (True, "true", "True")
        )
        answer["visualization"] = base64.b64encode(jpeg).decode()
    return {**answer, "time": time.perf_counter() - began}


def picture(
    image: NDArray[np.uint8], rows: FloatArray, names: Mapping[int, str], ids: Any, *, labels: bool
) -> bytes:
    """The image with its boxes, as JPEG."""
    cv2 = require("cv2", "serve", "drawing")
    classes = [names.get(int(label), f"class {int(label)}") for label in rows[:, -1]]
    annotation, kept = image_annotation(image.shape[:2], rows[:, :-2], rows[:, -2], classes)
    prediction = Prediction(
        boxes=rows[kept, :4],
        scores=rows[kept, -2],
        classes=[classes[row] for row in kept],
        class_idxs=rows[kept, -1].astype(np.int64),
        track_ids=None if ids is None else np.asarray(ids, dtype=np.int64)[kept],
        annotation_json=annotation,
        source=np.ascontiguousarray(image[..., ::-1]),
        oriented=rows[kept, :5] if rows.shape[1] == 7 else None,
    )
    drawn = prediction.visualize(draw_tags=labels, fill_rectangles=False)
    return bytes(cv2.imencode(".jpg", drawn[..., ::-1])[1].tobytes())


def _share(name: str, value: Any) -> float:
    """A share in [0, 1]; from 1 on it is taken for per cent."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise RefusedError(400, f"{name} must be a number, not {value!r}") from error
    if not 0.0 <= number <= 100.0:
        raise RefusedError(400, f"{name} must lie in [0, 1], not {value!r}")
    return number if number <= 1.0 else number / 100.0


def _count(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise RefusedError(400, f"max_detections must be a whole number, not {value!r}") from error


__all__ = ["infer", "keep", "picture", "stream_of"]
