"""The compiled trackers let other Python threads run while they work."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
import pytest

from boxtrail import create_tracker
from strategies import TRACKER_NAMES


@pytest.mark.parametrize("name", TRACKER_NAMES)
def test_other_threads_run_during_an_update(name: str) -> None:
    # With a switch interval this long a thread gives the interpreter away only of its own accord: the counter below
    # can move during the update only if the update lets go of it.
    rng = np.random.default_rng(0)
    corner = rng.uniform(0.0, 3000.0, (1200, 2))
    rows = np.column_stack([corner, corner + 60.0, np.full(1200, 0.9), np.zeros(1200)])
    slow = {"asso_func": "giou"} if "asso_func" in create_tracker(name).options else {}
    tracker = create_tracker(name, "cpp", **slow)._impl
    counter, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            counter[0] += 1
            time.sleep(0)

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=count, daemon=True)
    sys.setswitchinterval(60.0)
    try:
        thread.start()
        for _ in range(10):
            before = counter[0]
            tracker.update(rows, 1.0, None, None)
            moved = counter[0] - before
            if moved > 10:
                break
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert moved > 10


@pytest.mark.parametrize("name", TRACKER_NAMES)
def test_trackers_in_different_threads_give_what_they_give_alone(name: str) -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0.0, 900.0, (40, 2))
    rows = np.column_stack([corner, corner + 50.0, np.full(40, 0.9), np.zeros(40)])
    video = [rows + np.array([t, t, t, t, 0.0, 0.0]) for t in range(60)]

    def run(out: list[object]) -> None:
        tracker = create_tracker(name, "cpp")
        out.extend(tracker.update(dets).tolist() for dets in video)

    expected: list[object] = []
    run(expected)
    outputs: list[list[object]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=run, args=(out,)) for out in outputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(out == expected for out in outputs)
