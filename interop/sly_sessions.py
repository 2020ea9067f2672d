"""Sessions that go on while the caller does something else."""

from __future__ import annotations

import threading
import time
from typing import Any

from checks import equal, true

from scene import FRAMES


def _start(context: Any, **arguments: Any) -> Any:
    return context.model().predict_detached(str(context.material.video), tracking=True, **arguments)


def check_progress(context: Any) -> None:
    """a detached session: len, progress, is_done, status, final_result"""
    session = _start(context)
    equal(len(session), FRAMES, "length")
    equal(session.progress()["total"], FRAMES, "total")
    found = list(session)
    equal(len(found), FRAMES, "predictions")
    equal(session.progress()["current"], FRAMES, "current, at the end")
    true(session.is_done() is True, "it is done")
    status = session.status()
    equal(status["stage"], "Finished", "stage")
    true({"gpu_memory", "ram_memory", "progress"} <= set(status), "memory and progress are in the status")
    equal(len(session.final_result["video_ann"]["objects"]), 3, "objects of the annotation")


def check_next(context: Any) -> None:
    """next(session) one by one, to StopIteration"""
    session = _start(context, num_frames=3)
    equal([next(session).frame_index for _ in range(3)], [0, 1, 2], "frames")
    equal(next(session, None), None, "after the last")


def check_results_while_working(context: Any) -> None:
    """predictions can be taken after the session said that it is done, none is lost"""
    session = _start(context)
    deadline = time.monotonic() + 30.0
    while not session.is_done() and time.monotonic() < deadline:
        time.sleep(0.05)
    equal([one.frame_index for one in session], list(range(FRAMES)), "frames")


def check_stop(context: Any) -> None:
    """stop in the middle: the annotation of what was done, and calls after it still answer"""
    session = _start(context, batch_size=1)
    next(session)
    session.stop()
    true(session.final_result["video_ann"]["frames"], "the frames so far are in the annotation")
    true(session.is_done(), "it is done")
    session.stop()


def check_with(context: Any) -> None:
    """a with block left by break"""
    with _start(context) as session:
        for one in session:
            if one.frame_index == 4:
                break
    equal(one.frame_index, 4, "last frame taken")
    true(session.is_done(), "the server stopped")


def check_second_iteration(context: Any) -> None:
    """iterating a second time gives nothing"""
    session = _start(context, num_frames=4)
    equal((len(list(session)), len(list(session))), (4, 0), "predictions")


def check_two_at_once(context: Any) -> None:
    """two clients at once: ids of each begin at 1 and are those of a run alone"""
    results: dict[int, Any] = {}

    def work(number: int) -> None:
        found = context.model().predict(str(context.material.video), tracking=True, batch_size=2)
        results[number] = [[one.frame_index, [int(i) for i in one.track_ids]] for one in found]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [[row[0], row[1]] for row in context.expected["tracked"]]
    equal([results.get(0), results.get(1)], [expected, expected], "frames and ids")
