"""Requests of the SDK that are being worked on: found by their uuid, kept for a while after they are done with."""

from __future__ import annotations

import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boxtrail.predict.prediction import Prediction
from boxtrail.predict.session import PredictionSession
from boxtrail.serve.errors import RefusedError

AFTER_CLEAR = 60.0  # seconds; the SDK asks once more after it has cleared a request
IDLE = 3600.0
STOP_PATIENCE = 8.0  # seconds that stopping waits for the batch under way, so that its result is whole
AT_ONCE = 200  # results in one answer


class Job:
    """One request: a session of predictions, and the folder of what was uploaded."""

    def __init__(self, session: PredictionSession, folder: Path, *, clock: Callable[[], float]) -> None:
        self.uuid = uuid.uuid4().hex
        self.session, self._folder, self._clock = session, folder, clock
        self.created = self.updated = clock()
        self.cleared: float | None = None
        self.cancelled = False
        self._taking = threading.Lock()
        self._error: BaseException | None = None
        self._exhausted = False

    def touch(self) -> None:
        """Somebody asked for it."""
        self.updated = self._clock()

    def stop(self) -> None:
        """Cancel it and wait a little for what it is at."""
        self.cancelled = True
        waiting = threading.Thread(target=self.session.stop, name="boxtrail-stop", daemon=True)
        waiting.start()
        waiting.join(STOP_PATIENCE)

    def take(self) -> tuple[list[Prediction], bool, BaseException | None]:
        """Results so far, whether they were the last, and the error that came after them.

        An error is told only when all results before it were taken: the SDK drops those that come with it. And the last
        results never come with the word that it is over before they were handed out.
        """
        found: list[Prediction] = []
        with self._taking:
            while len(found) < AT_ONCE and not self._exhausted:
                try:
                    found.append(self.session.next(block=False))
                except TimeoutError:
                    break
                except StopIteration:
                    self._exhausted = True
                except Exception as error:  # noqa: BLE001  (whatever ended the work is told to the client)
                    self._error, self._exhausted = error, True
            if found and self._error is not None:
                return found, False, None  # the error comes with the next answer
            return found, self._exhausted, self._error

    def plain(self, text: str) -> str:
        """A message without the folder in it: where files lie here is nobody's business."""
        return without_folder(text, self._folder)

    def wait(self, seconds: float) -> None:
        """Until there is a result to take, the work is over, or so much time has passed."""
        self.session.wait(seconds)

    def clear(self) -> None:
        """Nobody will take more of it."""
        if self.cleared is None:
            self.cleared = self._clock()
            self.session.cancel()

    def is_old(self) -> bool:
        """Whether nobody will ask for it any more."""
        now = self._clock()
        if self.cleared is not None:
            return now - self.cleared > AFTER_CLEAR
        return now - self.updated > IDLE

    def discard(self) -> None:
        """Stop it, and delete what was uploaded."""
        self.session.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def without_folder(text: str, folder: Path) -> str:
    """A message that names files of ``folder`` as the client named them."""
    return re.sub(rf"{re.escape(str(folder))}[/\\]\d+[/\\]", "", text)


class Jobs:
    """The jobs of a server."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def add(self, session: PredictionSession, folder: Path) -> Job:
        """A new job."""
        job = Job(session, folder, clock=self._clock)
        with self._lock:
            self._jobs[job.uuid] = job
        return job

    def check_room(self) -> None:
        """Refuse a request before it is read.

        Raises:
            RefusedError: 400 where there is no room: the SDK repeats an upload after 429 with an empty body.
        """
        self.expire()
        with self._lock:
            running = sum(not job.session.is_done() for job in self._jobs.values())
        if running >= self._most:
            raise RefusedError(
                400, f"{running} requests are being worked on, as many as there may be; try later"
            )

    def find(self, state: dict[str, Any]) -> Job:
        """The job that a request is about.

        Raises:
            RefusedError: 400 without a uuid, 404 for one that nobody knows.
        """
        name = state.get("inference_request_uuid")
        if not name:
            raise RefusedError(400, "Error: 'inference_request_uuid' is required.")
        with self._lock:
            job = self._jobs.get(str(name))
        if job is None:
            raise RefusedError(404, f"there is no inference request {name!r}")
        job.touch()
        return job

    def expire(self) -> None:
        """Let go of those nobody will ask for."""
        with self._lock:
            old = [job for job in self._jobs.values() if job.is_old()]
            for job in old:
                del self._jobs[job.uuid]
        for job in old:
            job.discard()

    def close(self) -> None:
        """Stop all of them."""
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
        for job in jobs:
            job.discard()


__all__ = ["Job", "Jobs", "without_folder"]
