"""One process that times one library's `update()`; runs in that library's own environment.

    python worker.py LIBRARY      # boxtrail, boxmot, trackforge, trackers or ultralytics

Orders come as lines of JSON on stdin, `{"tracker", "stream", "warmup", "budget"}` and whatever else the
library's opener takes; each is answered by one line of JSON. `stream` names an npz file: `rows` (sum N, 6),
`counts` (frames,) and perhaps `embeddings` (sum N, D) float32. Only the call is timed, with the library's own
conversion from an (N, 6) array to what it takes, because a user pays that too. Needs numpy and the library.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Step = Callable[[Any, Any], Any]  # (N, 6) float64 and (N, D) float32 or None in, the library's tracks out


class NotOfferedError(Exception):
    """The library has no such tracker."""


def open_boxtrail(tracker: str, backend: str = "cpp", core: bool = False) -> Step:
    """Ours with its defaults; `core` is the engine below the Python API, where the tracker shows it."""
    from boxtrail.trackers import create_tracker

    instance = create_tracker(tracker, backend=backend)
    if not core:
        return lambda detections, embeddings: instance.update(detections, embs=embeddings)
    below = getattr(instance, "_impl", None)
    if below is None:
        raise NotOfferedError("the tracker shows no engine")
    # A time step of one frame, no warp.
    return lambda detections, embeddings: below.update(detections, 1.0, None, embeddings)


def open_trackforge(tracker: str) -> Step:
    import trackforge

    # The paper's thresholds, ours too; OC-SORT and SORT there take no score threshold.
    options = {"bytetrack": {"track_thresh": 0.6, "det_thresh": 0.7, "match_thresh": 0.9}}
    name = tracker.upper()
    if not hasattr(trackforge, name):
        raise NotOfferedError(f"trackforge has no {tracker}")
    instance = getattr(trackforge, name)(**options.get(tracker, {}))
    with_appearance = tracker in ("botsort", "deepocsort", "deepsort", "tracktrack")

    def step(detections: Any, embeddings: Any) -> Any:
        rows = detections.tolist()
        boxes = [([x1, y1, x2 - x1, y2 - y1], score, int(label)) for x1, y1, x2, y2, score, label in rows]
        if not with_appearance:
            return instance.update(boxes)
        return instance.update(boxes, [] if embeddings is None else embeddings.tolist())

    return step


def open_trackers(tracker: str) -> Step:
    import supervision

    import trackers

    names = {
        "bytetrack": "ByteTrackTracker",
        "ocsort": "OCSORTTracker",
        "sort": "SORTTracker",
        "botsort": "BoTSORTTracker",
        "cbiou": "CBIoUTracker",
    }
    if not hasattr(trackers, names.get(tracker, "")):
        raise NotOfferedError(f"trackers has no {tracker}")
    options = {"enable_cmc": False} if tracker == "botsort" else {}
    instance = getattr(trackers, names[tracker])(**options)

    def step(detections: Any, embeddings: Any) -> Any:
        return instance.update(
            supervision.Detections(
                xyxy=detections[:, :4],
                confidence=detections[:, 4],
                class_id=detections[:, 5].astype(int),
            )
        )

    return step


def open_boxmot(tracker: str) -> Step:
    """Its Python trackers; the compiled ones would have to be built against OpenCV and Eigen first."""
    import boxmot.structures as structures
    import torch
    from boxmot.trackers.factory import create_tracker
    from boxmot.trackers.specs import TrackerSpec

    still = {
        "botsort": (("use_cmc", False),),
        "boosttrack": (("use_cmc", False),),
        "occluboost": (("use_cmc", False),),
        "deepocsort": (("cmc_off", True),),
    }
    try:
        instance = create_tracker(TrackerSpec(name=tracker, options=still.get(tracker, ())))
    except (KeyError, ValueError) as error:
        raise NotOfferedError(f"boxmot has no {tracker}") from error
    # Two trackers always estimate camera motion; in a frame this small that costs nothing.
    frame = np.zeros((36, 64, 3), np.uint8)

    def step(detections: Any, embeddings: Any) -> Any:
        return instance.update(
            structures.Detections(
                geometry=structures.Boxes(torch.from_numpy(detections[:, :4].astype(np.float32))),
                scores=torch.from_numpy(detections[:, 4].astype(np.float32)),
                class_ids=torch.from_numpy(detections[:, 5].astype(np.int64)),
                sample_id="0",
                embeddings=None if embeddings is None else torch.from_numpy(embeddings),
            ),
            frame,
        )

    return step


def open_ultralytics(tracker: str) -> Step:
    from ultralytics import trackers
    from ultralytics.engine.results import Boxes
    from ultralytics.utils import YAML, IterableSimpleNamespace
    from ultralytics.utils.checks import check_yaml

    names = {"bytetrack": "BYTETracker", "ocsort": "OCSORT"}
    if tracker not in names:
        raise NotOfferedError(f"ultralytics has no {tracker} that takes arrays alone")
    options = YAML.load(check_yaml(f"{tracker}.yaml"))
    # The paper's thresholds, ours too, so that both keep the same boxes.
    options |= {"track_high_thresh": 0.6, "track_low_thresh": 0.1}
    options |= (
        {"new_track_thresh": 0.7, "match_thresh": 0.9}
        if tracker == "bytetrack"
        else {"new_track_thresh": 0.6}
    )
    instance = getattr(trackers, names[tracker])(IterableSimpleNamespace(**options))

    def step(detections: Any, embeddings: Any) -> Any:
        return instance.update(Boxes(detections.astype(np.float32), (1080, 1920)))

    return step


OPENERS: dict[str, Callable[..., Step]] = {
    "boxmot": open_boxmot,
    "boxtrail": open_boxtrail,
    "trackforge": open_trackforge,
    "trackers": open_trackers,
    "ultralytics": open_ultralytics,
}


def time_stream(step: Step, frames: list[tuple[Any, Any]], warmup: int, budget: float) -> dict[str, Any]:
    """Microseconds of each `step` after `warmup` frames and the mean rows out; ends after `budget` s.

    CPU time of the process, all threads: on a busy machine the wall clock would charge a long call with the time
    it had to wait for a core, and a short one not.
    """
    clock = time.process_time_ns
    reading = sorted(-clock() + clock() for _ in range(2001))[1000]
    started = time.perf_counter()
    spent: list[int] = []
    num_rows = 0
    for index, (detections, embeddings) in enumerate(frames):
        before = clock()
        tracks = step(detections, embeddings)
        after = clock()
        if index >= warmup:
            spent.append(max(after - before - reading, 0))
            num_rows += len(tracks)
        if time.perf_counter() - started > budget:
            break
    return {"us": [ns / 1000 for ns in spent], "rows": num_rows / max(len(spent), 1)}


def answer(library: str, order: dict[str, Any]) -> dict[str, Any]:
    with np.load(order.pop("stream")) as stream:
        cuts = np.cumsum(stream["counts"])[:-1]
        frames = [np.ascontiguousarray(rows) for rows in np.split(stream["rows"], cuts)]
        looks: list[Any] = [None] * len(frames)
        if "embeddings" in stream:
            looks = [np.ascontiguousarray(rows) for rows in np.split(stream["embeddings"], cuts)]
    warmup, budget = order.pop("warmup"), order.pop("budget")
    try:
        step = OPENERS[library](**order)
    except NotOfferedError as error:
        return {"absent": str(error)}
    return time_stream(step, list(zip(frames, looks, strict=True)), warmup, budget)


def main() -> None:
    library = sys.argv[1]
    replies = os.fdopen(os.dup(1), "w")  # the library may print on stdout; that goes to stderr
    os.dup2(2, 1)
    for line in sys.stdin:
        replies.write(json.dumps(answer(library, json.loads(line))) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
