"""What a run leaves behind: frames in a video file, threads."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2


def num_video_frames(path: Path) -> int:
    capture, count = cv2.VideoCapture(str(path)), 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


def boxtrail_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("boxtrail")]
