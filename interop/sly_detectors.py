"""boxtrail as a client: ``detector="supervisely:URL"``, and what it makes of the SDK's own objects."""

from __future__ import annotations

from typing import Any

import numpy as np
import supervisely as sly
from checks import equal, fails, near, true
from running import free_port, use_boxtrail

from scene import NAMES, read_frames, truth

use_boxtrail()

from boxtrail.detectors import create_detector  # noqa: E402
from boxtrail.errors import ConfigError, DetectorError, SourceError  # noqa: E402
from boxtrail.predict import ModelAPI  # noqa: E402
from boxtrail.supervisely import to_boxmot, tracks_of, video_annotation  # noqa: E402


def check_detector(context: Any) -> None:
    """detector="supervisely:URL": a batch in order, boxes to the part of a pixel, equal to a run without a server"""
    detector = create_detector(f"supervisely:{context.url}")
    equal(dict(detector.names), NAMES, "names")
    frames = read_frames(context.material.video)
    for index, rows in enumerate(detector(frames[:10])):
        near({NAMES[int(row[5])]: tuple(row[:4]) for row in rows}, truth(index), 3.0, f"image {index}")
    (rows,) = detector([sly.image.read(str(context.material.image))[..., ::-1]])
    equal(rows[:, :4].tolist(), context.expected["image"][0][2], "boxes")


def check_detector_errors(context: Any) -> None:
    """nobody at the address, a wrong token, a server that fails: one line"""
    fails(SourceError, "cannot reach", lambda: create_detector(f"supervisely:http://127.0.0.1:{free_port()}"))
    fails(ConfigError, "token is missing", lambda: create_detector(f"supervisely:{context.secured}"))
    create_detector(f"supervisely:{context.secured}?token={context.token}")
    white = np.full((40, 40, 3), 255, np.uint8)
    fails(DetectorError, "the frame is white", lambda: create_detector(f"supervisely:{context.url}")([white]))


def check_remote_model(context: Any) -> None:
    """boxtrail's own ModelAPI(url=) gives what the SDK's gives, arrays and lists included"""
    model = ModelAPI(url=context.url)
    found = model.predict(str(context.material.video), **context.arguments("tracked"))
    rows = [[one.frame_index, one.track_ids.tolist(), one.boxes.tolist(), one.classes] for one in found]
    equal(rows, context.expected["tracked"], "frames, ids, boxes, classes")
    image = sly.image.read(str(context.material.image))
    equal(len(model.predict([image, str(context.material.image), image])), 3, "predictions of a mixed list")
    true(
        isinstance(found[0].annotation, sly.Annotation),
        "annotation is the SDK's object where the SDK is there",
    )


def check_to_boxmot(context: Any) -> None:
    """to_boxmot of a prediction of the SDK: corners in the order of trackers, to the part of a pixel"""
    (prediction,) = context.model().predict(str(context.material.image))
    rows = to_boxmot(prediction)
    equal(rows[:, :4].tolist(), context.expected["image"][0][2], "boxes")
    equal(rows[:, 4:].tolist(), [[0.9, 0], [0.8, 1], [0.85, 2], [0.2, 3]], "scores and classes")


def check_video_annotation(context: Any) -> None:
    """video_annotation of tracks loads into the SDK, and comes back as tracks"""
    from boxtrail import create_tracker

    tracker, detector = create_tracker("bytetrack"), create_detector(f"supervisely:{context.url}")
    tracks = [tracker.update(rows) for rows in detector(read_frames(context.material.video))]
    made = video_annotation(tracks, frame_size=(320, 240), class_names=NAMES)
    loaded = sly.VideoAnnotation.from_json(made, context.model().get_model_meta())
    equal(len(loaded.figures), sum(len(frame) for frame in tracks), "figures")
    again = tracks_of(loaded.to_json(), class_names=NAMES)
    equal([frame.id.tolist() for frame in again], [frame.id.tolist() for frame in tracks], "ids")
    equal([frame.cls.tolist() for frame in again], [frame.cls.tolist() for frame in tracks], "classes")
