"""Worker processes of several libraries fed with the same streams in turn, so that noise hits all alike."""

from __future__ import annotations

import contextlib
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from environments import EnvironmentFailedError, environment, one_thread
from looks import embeddings
from scene import Scene

WORKER = Path(__file__).resolve().parent / "worker.py"
MIN_FRAMES = 5  # fewer timed frames than this are no measurement


@dataclass(frozen=True)
class Contender:
    """One column of the table: a library, and what its opener in worker.py takes beside the tracker."""

    label: str
    library: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Timing:
    """What was measured of one contender on one stream, over all rounds; CPU time."""

    rounds: list[list[float]] = field(default_factory=list)  # microseconds a frame
    rows: float = 0.0  # mean rows out a frame, to see that it did track
    absent: str = ""  # why there is no measurement

    @property
    def medians(self) -> list[float]:
        """Microseconds: the median frame of each round."""
        return [float(np.median(frames)) for frames in self.rounds]

    @property
    def median(self) -> float:
        """Microseconds: the median of the rounds' medians."""
        return float(np.median(self.medians))

    @property
    def p99(self) -> float:
        """Microseconds: the median over the rounds of each round's 99th percentile."""
        return float(np.median([np.percentile(frames, 99) for frames in self.rounds]))

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        if not self.rounds:
            return {"absent": self.absent}
        numbers = {"median_us": self.median, "best_us": min(self.medians), "p99_us": self.p99}
        return {**numbers, "rounds_us": self.medians, "frames": len(self.rounds[0]), "rows": self.rows}


class Workers:
    """The running worker processes, one a library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):  # a worker that died is reported as absent
                    process.stdin.close()
            process.wait()

    def _process(self, library: str) -> subprocess.Popen[str]:
        if library not in self._processes:
            python = environment(library, self._folder)
            self._processes[library] = subprocess.Popen(
                [str(python), str(WORKER), library],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=one_thread(library, self._folder),
            )
        return self._processes[library]

    def ask(self, library: str, order: dict[str, Any]) -> dict[str, Any]:
        """Send one order to the library's worker, started if need be, and wait for its reply."""
        try:
            process = self._process(library)
        except EnvironmentFailedError as error:
            return {"absent": str(error)}
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"the worker of {library} has no pipes")
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return {"absent": f"the worker of {library} has died"}
        line = process.stdout.readline()
        if not line:
            return {
                "absent": f"the worker of {library} ended with code {process.wait()}, see its error above"
            }
        reply: dict[str, Any] = json.loads(line)
        return reply


def save_stream(scene: Scene, path: Path, *, embedding_width: int = 0) -> Path:
    """Write the scene's detections, and appearance where a width is given, as the workers read them."""
    looks = {"embeddings": np.vstack(embeddings(scene, embedding_width))} if embedding_width else {}
    np.savez(path, rows=np.vstack(scene.frames), counts=[len(f) for f in scene.frames], **looks)
    return path


def run_rounds(
    workers: Workers,
    contenders: list[Contender],
    tracker: str,
    stream: Path,
    *,
    num_rounds: int,
    warmup: int,
    budget: float,
) -> dict[str, Timing]:
    """Every contender in turn, `num_rounds` times; `budget` seconds a contender and round. By label."""
    timings = {contender.label: Timing() for contender in contenders}
    for _ in range(num_rounds):
        for contender in contenders:
            timing = timings[contender.label]
            if timing.absent:
                continue
            order = {"tracker": tracker, "stream": str(stream), "warmup": warmup, "budget": budget}
            reply = workers.ask(contender.library, order | contender.options)
            if "absent" in reply:
                timing.absent = reply["absent"]
            elif len(reply["us"]) < MIN_FRAMES:
                timing.absent = f"more than {budget:g} s for {warmup + MIN_FRAMES} frames"
            else:
                timing.rounds.append(reply["us"])
                timing.rows = reply["rows"]
    return timings
