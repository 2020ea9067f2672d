"""One process that times one library's camera-motion estimate; runs in that library's own environment.

    python motion_worker.py LIBRARY METHOD PICTURES.npy      # boxtrail or trackers

PICTURES holds (N, 2, H, W, 3) uint8. Prints one line of JSON: `us`, CPU microseconds of the estimate of each pair's
second picture, and `warps`, (N, 2, 3). The first pair is run once more before, to warm up. METHOD "grey" is the grey
conversion alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

Estimate = Callable[[Any], Any]  # (H, W, 3) uint8 in, (2, 3) out


def open_boxtrail(method: str) -> Estimate:
    """A new estimator of ours with its defaults."""
    if method == "grey":
        return lambda image: cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[:2, :3]
    from boxtrail.motion import make_estimator

    return make_estimator(method)


def open_trackers(method: str) -> Estimate:
    """Roboflow's, with its defaults: half the size of the frame."""
    from trackers.utils.cmc import CMC, CMCConfig

    estimate: Estimate = CMC(CMCConfig(method="sparseOptFlow" if method == "sof" else method)).estimate
    return estimate


OPENERS: dict[str, Callable[[str], Estimate]] = {"boxtrail": open_boxtrail, "trackers": open_trackers}


def main() -> None:
    library, method, path = sys.argv[1:]
    cv2.setNumThreads(1)
    pictures = np.load(path, mmap_mode="r")
    spent, warps = [], []
    for number in (0, *range(len(pictures))):
        first, second = (np.array(picture) for picture in pictures[number])
        estimate = OPENERS[library](method)
        estimate(first)
        start = time.process_time()
        warp = estimate(second)
        spent.append(1e6 * (time.process_time() - start))
        warps.append(np.asarray(warp, dtype=np.float64).tolist())
    print(json.dumps({"us": spent[1:], "warps": warps[1:]}))


if __name__ == "__main__":
    main()
