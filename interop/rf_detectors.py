"""boxtrail as a client: ``detector="inference:URL"``, with the real ``inference_sdk`` in between."""

from __future__ import annotations

from typing import Any

import numpy as np
from checks import equal, fails, near, true
from rf_detection import expected_ids
from running import free_port, use_boxtrail

from scene import NAMES, truth

use_boxtrail()

from boxtrail import Boxtrail  # noqa: E402
from boxtrail.detectors import create_detector  # noqa: E402
from boxtrail.errors import DetectorError  # noqa: E402


def _address(context: Any, options: str = "") -> str:
    return f"inference:{context.url}/boxes/1{options}"


def check_detector(context: Any) -> None:
    """detector="inference:URL": a batch in order, v1 and v0, with the weak box that later stages want"""
    for options in ("", "?api=v0"):
        detector = create_detector(_address(context, options))
        for index, rows in enumerate(detector(context.frames[:10])):
            boxes = {detector.names[int(row[5])]: tuple(row[:4]) for row in rows}
            near(boxes, truth(index), 3.0, f"image {index}")
        equal(dict(detector.names), NAMES, "names")
        true(np.isclose(rows[:, 4].min(), 0.2), f"the weak box is there: {rows[:, 4]}")


def check_tracked(context: Any) -> None:
    """tracking with it gives the ids of a run without a server"""
    results = Boxtrail(detector=_address(context), tracker="bytetrack").track(str(context.material.video))
    pairs = [zip(frame.tracks.cls.tolist(), frame.tracks.id.tolist(), strict=True) for frame in results]
    ids = [sorted((NAMES[label], number) for label, number in frame) for frame in pairs]
    equal(ids, expected_ids(context), "ids")


def check_folder(context: Any) -> None:
    """a folder comes in the order of its names"""
    results = Boxtrail(detector=_address(context), tracker="sort").track(str(context.material.frames))
    lefts = [float(box[0]) for frame in results for box in frame.tracks.xyxy[frame.tracks.cls == 0]]
    true(lefts == sorted(lefts) and len(lefts) >= 2, f"the red box moves to the right: {lefts}")


def check_errors(context: Any) -> None:
    """nobody at the address, a wrong key, a server that fails: one line that names the address"""
    image = context.frames[0]
    said = fails(
        DetectorError,
        "",
        lambda: create_detector(f"inference:http://127.0.0.1:{free_port()}/boxes/1")([image]),
    )
    true("127.0.0.1" in said, said)
    secured = f"inference:{context.secured}/boxes/1"
    fails(DetectorError, "401", lambda: create_detector(secured)([image]))
    equal(len(create_detector(f"{secured}?api_key={context.token}")([image])), 1, "answers with the key")
    white = np.full((40, 40, 3), 255, np.uint8)
    fails(DetectorError, "500", lambda: create_detector(_address(context))([white]))
