"""A process that fills a cache with a slow detector: ``python generate_slowly.py FOLDER CACHE``, to be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from benchmark_folders import find_squares
from boxtrail.benchmarks import generate

SECONDS_A_FRAME = 0.001


def slow_squares(image: Any) -> Any:
    """The squares, after a while, and a line of output for each image."""
    time.sleep(SECONDS_A_FRAME)
    print("frame", flush=True)
    return find_squares(image)


if __name__ == "__main__":
    folder, cache = (Path(argument) for argument in sys.argv[1:3])
    print("started", flush=True)
    made = generate(
        folder,
        slow_squares,
        detector_key="slow squares",
        reid="histogram",
        camera_motion="sof",
        cache_dir=cache,
    )
    print(made.num_computed, flush=True)
