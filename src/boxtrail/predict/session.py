"""Predictions that come while the work goes on in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol

from boxtrail.predict.prediction import Prediction
from boxtrail.predict.resources import gpu_memory, ram_memory
from boxtrail.predict.spool import Spool

IN_MEMORY = 256  # predictions that wait in memory for someone to take them; more wait in a file


class Work(Protocol):
    """What a session runs: an iterator over predictions that can be told to stop."""

    context: dict[str, Any]  # of what: source, tracker, ...

    @property
    def message(self) -> str:
        """What it is doing, for people; a plain attribute will do."""
        ...

    @property
    def final_result(self) -> Any:
        """What there is beside the predictions when all are there, such as a video annotation."""
        ...

    @property
    def total(self) -> int | None:
        """Predictions to come in all; None while nobody knows."""
        ...

    def __iter__(self) -> Iterator[Prediction]:
        """The predictions, in order."""
        ...

    def stop(self) -> None:
        """Come to an end after what is being worked on."""
        ...


class PredictionSession:
    """Predictions, one after the other, while later ones are still being made.

    ```python
    with model.predict_detached("video.mp4", tracking=True) as session:
        for prediction in session:
            print(prediction.frame_index, prediction.track_ids, session.progress())
    ```

    ``len(session)`` is the number of all predictions where it is known, so ``tqdm(session)`` works. What was made
    before :meth:`stop` can still be taken after it. Leaving the ``with`` block stops the work. An error in the work
    is raised after the predictions that came before it.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._spool: Spool[Prediction] = Spool(IN_MEMORY)
        self._made = 0
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="boxtrail-predict", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for prediction in self._work:
                self._spool.put(prediction)
                self._made += 1
                if self._stopped:
                    break
        except BaseException as error:  # noqa: BLE001  (it is raised again, in the thread that takes the results)
            self._error = error
            self._spool.finish(error)
        else:
            self._spool.finish()

    def __iter__(self) -> Iterator[Prediction]:
        return self

    def __next__(self) -> Prediction:
        return self._spool.get()

    def __len__(self) -> int:
        if self._work.total is None:
            raise TypeError("nobody knows how many predictions will come")
        return self._work.total

    def __enter__(self) -> PredictionSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def next(self, timeout: float | None = None, block: bool = True) -> Prediction:
        """The next prediction.

        Args:
            timeout: seconds to wait for it; None for as long as it takes.
            block: whether to wait at all.

        Raises:
            StopIteration: after the last one.
            TimeoutError: if there is none in time.
            The error with which the work ended.
        """
        return self._spool.get(timeout if block else 0.0)

    def is_done(self) -> bool:
        """Whether the work is over; predictions may still wait to be taken."""
        return self._spool.is_finished

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a prediction can be taken or the work is over; False if neither came within ``timeout``
        seconds."""
        return self._spool.wait(timeout)

    def cancel(self) -> None:
        """As :meth:`stop`, without waiting."""
        self._stopped = True
        self._work.stop()

    def stop(self) -> None:
        """End the work after what it is at, and wait for that; what is made by then can still be taken."""
        self.cancel()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def progress(self) -> dict[str, Any]:
        """``message``, ``status``, ``current`` and ``total``; ``total`` is None while nobody knows it."""
        message = self._message()
        return {
            "message": message,
            "status": message,
            "current": self._made,
            "total": self._work.total,
            "is_size": False,
        }

    def status(self) -> dict[str, Any]:
        """``progress``, ``message``, ``error``, ``context`` and ``resources``: memory of GPU and machine, in bytes."""
        return {
            "progress": self.progress(),
            "message": self._message(),
            "error": None if self._error is None else f"{type(self._error).__name__}: {self._error}",
            "context": dict(self._work.context),
            "resources": {"gpu_memory": gpu_memory(), "ram_memory": ram_memory()},
            "pending": len(self._spool),
            "is_done": self.is_done(),
        }

    @property
    def final_result(self) -> Any:
        """What there is beside the predictions when the work is over, such as a video annotation; None before."""
        return self._work.final_result if self.is_done() else None

    @property
    def error(self) -> BaseException | None:
        """What ended the work early, or None."""
        return self._error

    def _message(self) -> str:
        if self._error is not None:
            return "Error"
        if self.is_done():
            return "Stopped" if self._stopped else "Finished"
        return "Stopping" if self._stopped else self._work.message


__all__ = ["PredictionSession", "Work"]
