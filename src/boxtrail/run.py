"""One pass of a detector and a tracker over one source."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol

from boxtrail.engine import Engine, Prepared, TrackedFrame
from boxtrail.errors import ConfigError, SourceError
from boxtrail.frame_outputs import FrameOutputs
from boxtrail.frame_result import FrameActions, FrameResult
from boxtrail.io.frame import Frame, Source
from boxtrail.io.sinks import SinkInfo
from boxtrail.one_ahead import one_ahead
from boxtrail.output_files import OutputFiles
from boxtrail.replay import Recorded, Recording
from boxtrail.run_postprocessing import Postprocessing
from boxtrail.run_summary import RunSummary, TrackTally
from boxtrail.timings import Timings
from boxtrail.trackers.explanation import Explanation


class Watcher(Protocol):
    """Someone who follows a run, such as a progress bar."""

    def start(self, num_frames: int | None) -> None:
        """The run begins; ``num_frames`` will come, None if unknown."""

    def frame(self, num_tracks: int) -> None:
        """One more frame is done."""

    def end(self) -> None:
        """The run has ended, well or not."""


class Run:
    """A source being tracked, frame by frame as it is iterated, or to its end by :meth:`finish`.

    Iterating yields one :class:`FrameResult` a frame. ``summary``, ``timings`` and ``to_dict()`` run the
    whole source first if the run was not begun; inside the loop they tell what there is so far. A finished
    run over a file can be iterated once more: it replays its results and decodes the images again.

    Memory does not grow with the number of frames (an annotation file apart, which is one document, and
    post-processing, which has all rows in memory at the end). The run ends with its source, with :meth:`stop`,
    with Ctrl-C, with an error, or when its loop is left; its files and threads end with it. Files get their
    names if the source was read to its end or :meth:`stop` was called; for a live source, which has no end, also
    when the loop is left or interrupted. In every other case what was written stays, readable, under
    ``.partial`` names.
    """

    def __init__(
        self,
        source: Source,
        engine: Engine,
        outputs: OutputFiles,
        *,
        reopen: Callable[[], Source],
        show: bool = False,
        watcher: Watcher | None = None,
        postprocessing: Postprocessing | None = None,
        explain: Callable[[], Explanation] | None = None,  # of the engine's tracker
    ) -> None:
        self._source, self._engine, self._chosen, self._reopen = source, engine, outputs, reopen
        self._show, self._watcher, self._postprocessing = show, watcher, postprocessing
        self._info = replace(SinkInfo.of(source, engine.detector.names), explain=explain)
        self._outputs = FrameOutputs(self._info, [])
        self._tally, self._timings = TrackTally(), Timings()
        self._recording = None if source.is_live else Recording()
        self._started = self._finished = self._stopped = self._complete = False

    def __repr__(self) -> str:
        """The source, and how far the run is."""
        state = "finished" if self._finished else "running" if self._started else "not begun"
        return f"Run({self._source.name!r}, {state})"

    def __iter__(self) -> Iterator[FrameResult]:
        if self._finished:
            return self._replay()
        if self._started:
            raise ConfigError(f"{self._source.name} is being tracked in another loop already")
        # The loop alone holds the generator, so that leaving the loop ends the run at once.
        return self._pass()

    def finish(self) -> Run:
        """Run the source to its end, unless the run was begun already."""
        if not self._started:
            for _ in self:
                pass
        return self

    def stop(self) -> None:
        """End the run after the current frame; its files are complete and get their names."""
        self._stopped = True

    @property
    def is_live(self) -> bool:
        """Whether the source has no end of its own."""
        return self._source.is_live

    @property
    def finished(self) -> bool:
        """Whether no frame follows."""
        return self._finished

    def recorded(self) -> Iterator[Recorded]:
        """Tracks, detections and embeddings of every frame, without the images; of those so far inside the loop.

        Raises:
            SourceError: if the source is live: its frames are not kept.
        """
        if self._recording is None:
            raise SourceError(f"{self._source.name} is live; its frames are not kept")
        return iter(self.finish()._recording or ())

    @property
    def summary(self) -> RunSummary:
        """Frames, tracks, speed and files."""
        self.finish()
        return RunSummary(
            source=self._source.name,
            frames=self._timings.frames,
            tracks=len(self._tally.last_class),
            tracks_by_class=self._tally.by_class(self._info.class_names),
            boxes=self._tally.boxes,
            seconds=self._timings.wall,
            fps=self._timings.fps,
            complete=self._complete,
            files=self._outputs.files,
        )

    @property
    def timings(self) -> Timings:
        """Seconds spent in each stage."""
        self.finish()
        return self._timings

    def to_dict(self) -> dict[str, Any]:
        """``summary`` and ``timings`` as plain values that fit JSON."""
        return {"summary": self.summary.to_dict(), "timings": self.timings.to_dict()}

    def __str__(self) -> str:
        return (
            str(self.summary)
            if self._finished
            else f"{self._source.name}: {self._timings.frames} frames so far"
        )

    def _pass(self) -> Iterator[FrameResult]:
        self._started = True
        begin = time.perf_counter()
        try:
            yield from self._results(begin)
            self._complete = True
        except (KeyboardInterrupt, GeneratorExit):
            # A camera has no end of its own: being stopped is how its recording is completed.
            self._complete = self._source.is_live or self._stopped
            raise
        finally:
            self._end(begin)

    def _results(self, begin: float) -> Iterator[FrameResult]:
        self._engine.reset()
        self._outputs = FrameOutputs(self._info, self._chosen.open_sinks(self._info))
        if self._watcher is not None:
            self._watcher.start(self._source.num_frames)
        for prepared in self._prepared():
            if self._stopped:
                break
            result = self._track(prepared)
            if self._show:
                result.show()
            self._timings.wall = time.perf_counter() - begin
            with self._timings.measure("caller"):
                yield result

    def _prepared(self) -> Iterator[Prepared]:
        """The frames, detected and perhaps embedded; of a file one frame ahead where embeddings can be."""
        frames, engine = iter(self._source), self._engine

        def begin(pool: Executor | None = None) -> Prepared | None:
            frame = None if self._stopped else self._read(frames)
            return None if frame is None else engine.prepare(frame, self._timings, pool)

        if self._source.is_live or not engine.embedding.ahead:  # a camera's frame is tracked when it comes
            yield from iter(begin, None)
            return
        with ThreadPoolExecutor(1, thread_name_prefix="boxtrail-embed") as pool:
            yield from one_ahead(lambda: begin(pool))

    def _read(self, frames: Iterator[Frame]) -> Frame | None:
        with self._timings.measure("read"):
            return next(frames, None)

    def _track(self, prepared: Prepared) -> FrameResult:
        frame, tracked = prepared.frame, self._engine.track(prepared, self._timings)
        with self._timings.measure("write"):
            self._outputs.write(frame, tracked.tracks)
        self._timings.frames += 1
        self._tally.add(tracked.tracks)
        if self._recording is not None:
            self._recording.add(Recorded(frame.index, frame.timestamp, tracked))
        if self._watcher is not None:
            self._watcher.frame(len(tracked.tracks))
        return self._result(frame, tracked, self._outputs, self.stop)

    def _result(
        self, frame: Frame, tracked: TrackedFrame, outputs: FrameOutputs, stop: Callable[[], None]
    ) -> FrameResult:
        def show(result: FrameResult) -> None:
            if not outputs.show(result):
                stop()

        actions = FrameActions(outputs.save, show)
        return FrameResult(frame, tracked.tracks, tracked.detections, tracked.embeddings, actions)

    def _end(self, begin: float) -> None:
        self._finished = True
        complete, self._complete = self._complete, False
        try:
            self._source.close()
            self._end_outputs(complete=complete)
            self._complete = complete
        finally:
            self._timings.wall = time.perf_counter() - begin
            if self._watcher is not None:
                self._watcher.end()

    def _end_outputs(self, *, complete: bool) -> None:
        """End all files; of a complete run, the text files with their tracks post-processed if that was asked for."""
        rewritten = False
        try:
            if complete and self._postprocessing is not None and self._recording is not None:
                with self._timings.measure("postprocess"):
                    self._outputs.rewrite(self._postprocessing.apply(self._recording))
            rewritten = True
        finally:
            with self._timings.measure("write"):
                self._outputs.end(complete=complete and rewritten)

    def _replay(self) -> Iterator[FrameResult]:
        if self._recording is None:
            raise SourceError(f"{self._source.name} is live and over; it cannot be iterated again")
        source, outputs, complete = self._reopen(), FrameOutputs(self._info, []), False
        stopped: list[bool] = []
        try:
            for recorded, frame in zip(self._recording, source, strict=False):
                if frame.index != recorded.frame_idx:
                    raise SourceError(f"{source.name} has changed since it was tracked")
                yield self._result(frame, recorded.tracked, outputs, lambda: stopped.append(True))
                if stopped:
                    break
            complete = True
        finally:
            source.close()
            outputs.end(complete=complete)


__all__ = ["Run", "Watcher"]
