"""The whole run over a real video: pipeline against its stages one after the other, and tracking's share.

    python benchmarks/bench_pipeline.py
    python benchmarks/bench_pipeline.py --video other.mp4 --tracker ocsort --rounds 5

"One after the other" reads, detects, tracks, draws and encodes each frame in one thread with the same parts.
The two kinds of run alternate, so that a busy machine slows both alike. Needs the `[video]` extra.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from boxtrail import Boxtrail
from boxtrail.detectors import create_detector
from boxtrail.io.drawing import TrackPainter
from boxtrail.io.sinks import SinkInfo
from boxtrail.io.sources import open_source
from boxtrail.io.video_sink import Encoder
from boxtrail.trackers import create_tracker
from machine import machine
from sequences import data_folder
from tables import format_ratio, markdown_table

# Wall time: the gain of a pipeline is the other cores, so this needs a machine that has one to spare.
STAGES = ("read", "detect", "track", "draw", "encode")
MAX_TRACK_SHARE = 0.02


def one_after_the_other(video: Path, tracker_name: str, out: Path) -> dict[str, float]:
    """Seconds of each stage, every frame going through them in turn in this thread."""
    spent = dict.fromkeys(STAGES, 0.0)
    source = open_source(video, prefetch=0)
    detector = create_detector("motion")
    tracker = create_tracker(tracker_name, backend="cpp")
    info = SinkInfo.of(source, detector.names)
    painter, encoder = TrackPainter(detector.names), Encoder(out, info)
    frames = iter(source)
    clock = time.perf_counter
    while True:
        marks = [clock()]
        frame = next(frames, None)
        marks.append(clock())
        spent["read"] += marks[1] - marks[0]
        if frame is None:
            break
        detections = detector([frame.image], [frame.index])[0]
        marks.append(clock())
        tracks = tracker.update(detections)
        marks.append(clock())
        image = painter.draw(frame.image, tracks)
        marks.append(clock())
        encoder.write(image, frame.timestamp)
        marks.append(clock())
        for stage, seconds in zip(STAGES[1:], np.diff(marks)[1:], strict=True):
            spent[stage] += float(seconds)
    before = clock()
    encoder.close()
    source.close()
    spent["encode"] += clock() - before
    return spent


def pipeline(video: Path, tracker_name: str, out: Path) -> dict[str, float]:
    """Wall seconds of the pipeline with an annotated video, its own timings, and the frames."""
    before = time.perf_counter()
    run = Boxtrail(detector="motion", tracker=f"{tracker_name}:cpp").track(video, save=True, out_dir=out)
    outer = time.perf_counter() - before
    timings: dict[str, float] = run.timings.to_dict()
    return timings | {"outer": outer}


def report(rounds: list[tuple[dict[str, float], dict[str, float]]], video: Path, tracker: str) -> str:
    def middle(index: int, key: str) -> float:
        return float(np.median([pair[index][key] for pair in rounds]))

    serial = {stage: middle(0, stage) for stage in STAGES}
    three = serial["read"] + serial["detect"] + serial["encode"]
    wall, track = middle(1, "outer"), middle(1, "track")
    share = float(np.median([run["track"] / run["outer"] for _, run in rounds]))
    gain = float(np.median([(s["read"] + s["detect"] + s["encode"]) / run["outer"] for s, run in rounds]))
    frames = rounds[0][1]["frames"]
    header = ["seconds", *STAGES, "read + detect + encode", "whole"]
    rows = [
        [
            "one after the other",
            *(f"{serial[s]:.2f}" for s in STAGES),
            f"{three:.2f}",
            f"{sum(serial.values()):.2f}",
        ],
        [
            "boxtrail track (waits)",
            *(f"{middle(1, s):.2f}" for s in STAGES[:3]),
            "–",
            f"{middle(1, 'write'):.2f}",
            "–",
            f"{wall:.2f}",
        ],
    ]
    return "\n".join(
        [
            f"{video.name}, {frames:.0f} frames, motion + {tracker}, median of {len(rounds)} rounds.",
            f"{machine()}.",
            "",
            markdown_table(header, rows),
            "",
            f"- {frames / wall:.0f} frames a second; tracking {1e6 * track / frames:.0f} µs a frame",
            f"- tracking's share of the wall time: {100 * share:.2f} % "
            f"({'reached' if share < MAX_TRACK_SHARE else 'MISSED'}: < {100 * MAX_TRACK_SHARE:.0f} %)",
            f"- read + detect + encode one after the other takes {format_ratio(gain)} the pipeline's time "
            f"({'reached' if gain > 1 else 'MISSED'}: > 1)",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--video", type=Path, help="default: clips/vtest.avi of the shared data")
    parser.add_argument("--tracker", default="bytetrack")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    video = options.video or data_folder() / "clips" / "vtest.avi"
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            serial = one_after_the_other(video, options.tracker, Path(folder) / "serial.mp4")
            rounds.append((serial, pipeline(video, options.tracker, Path(folder) / "run")))
    print(report(rounds, video, options.tracker))


if __name__ == "__main__":
    main()
