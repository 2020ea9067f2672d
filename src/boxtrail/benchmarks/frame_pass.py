"""One pass over the frames of a sequence: detector, embedder and camera motion, kept chunk by chunk.

A chunk is written as soon as its frames are done. A pass that was killed goes on after the last whole chunk; what
remembers earlier frames is shown them again first, so that nothing differs from a pass that was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.cache_file import Arrays, DamagedFileError, read_arrays, write_arrays
from boxtrail.benchmarks.tools import remembers
from boxtrail.detections import as_array
from boxtrail.detectors import Detector
from boxtrail.errors import DetectorError, SourceError
from boxtrail.io.frame import Frame
from boxtrail.io.sources import open_source
from boxtrail.motion import MotionEstimator
from boxtrail.reid import Embedder
from boxtrail.timings import Timings

CHUNK = 32  # frames

FloatArray: TypeAlias = NDArray[np.float64]
Watch: TypeAlias = Callable[[int], None]  # detections of one more frame


@dataclass(slots=True)
class FramePass:
    """What is to be done with every frame, and where its chunks are kept.

    Attributes:
        frames: folder of images, or video.
        first, num_frames: the frames, from 0.
        folder, key: of the chunks.
        detector: None where the detections are known.
        known: detections of each frame, None where they are to be found.
        mapped: turns what the detector gives into what is kept.
        embedder, camera: None where they are not wanted.
        batch_size: frames at once for detector and embedder.
    """

    frames: Path
    first: int
    num_frames: int
    folder: Path
    key: str
    detector: Detector | None
    known: list[FloatArray] | None
    mapped: Callable[[FloatArray], FloatArray]
    embedder: Embedder | None
    camera: MotionEstimator | None
    batch_size: int = 1
    timings: Timings = field(default_factory=Timings)
    watch: Watch | None = None

    def run(self) -> Arrays:
        """``counts`` (F,), ``detections`` (N, 6 or 7), ``size`` (2,), and ``embeddings``, ``warps`` where wanted.

        Raises:
            SourceError: if frames are missing or cannot be read.
            BoxtrailError: whatever detector, embedder and estimator raise.
        """
        chunks = list(self._saved())
        done = sum(len(chunk["counts"]) for chunk in chunks)
        for chunk in chunks:
            for count in chunk["counts"]:
                self._tell(int(count))
        if done < self.num_frames:
            chunks += self._compute(done, chunks[-1] if chunks else None)
        return merged(chunks)

    def _compute(self, done: int, last: Arrays | None) -> Iterator[Arrays]:
        warm = self._warm_from(done)
        source = open_source(
            self.frames, start_frame=self.first + warm, num_frames=self.num_frames - warm, prefetch=8
        )
        try:
            frames = self._timed(iter(source))
            for index in range(warm, done):
                self._show_again(self._next(frames, index), is_last=index == done - 1, last=last)
            for start in range(done, self.num_frames, CHUNK):
                end = min(start + CHUNK, self.num_frames)
                chunk = self._chunk(frames, start, end)
                write_arrays(self._path(start), chunk, self._meta(start))
                yield chunk
        finally:
            source.close()

    def _chunk(self, frames: Iterator[Frame], start: int, end: int) -> Arrays:
        parts: list[Arrays] = []
        for begin in range(start, end, self.batch_size):
            indices = range(begin, min(begin + self.batch_size, end))
            parts.append(self._batch([self._next(frames, index) for index in indices], indices))
        return merged(parts)

    def _batch(self, frames: list[Frame], indices: range) -> Arrays:
        images = [frame.image for frame in frames]
        found = [self.known[i] for i in indices] if self.known is not None else self._detect(frames)
        arrays: Arrays = {
            "counts": np.array([len(rows) for rows in found], dtype=np.int64),
            "detections": stacked(found),
            "size": np.array(images[0].shape[1::-1], dtype=np.int64),
        }
        if self.camera is not None:
            with self.timings.measure("motion"):
                warps = [self.camera(image, rows) for image, rows in zip(images, found, strict=True)]
            arrays["warps"] = np.array(warps, dtype=np.float64).reshape(-1, 2, 3)
        if self.embedder is not None:
            with self.timings.measure("embed"):
                rows = self.embedder.embed(images, [boxes[:, :-2] for boxes in found])
            arrays["embeddings"] = np.concatenate(
                [np.asarray(part, dtype=np.float32).reshape(-1, self.embedder.dim) for part in rows]
            )
        self.timings.frames += len(frames)
        for boxes in found:
            self._tell(len(boxes))
        return arrays

    def _detect(self, frames: list[Frame]) -> list[FloatArray]:
        if self.detector is None:
            raise ValueError("a pass needs a detector or the detections")
        with self.timings.measure("detect"):
            batch = self.detector([frame.image for frame in frames], [frame.index for frame in frames])
        if len(batch) != len(frames):
            raise DetectorError(
                f"{type(self.detector).__name__} gave {len(batch)} arrays for {len(frames)} images"
            )
        return [self.mapped(as_array(rows)) for rows in batch]

    def _warm_from(self, done: int) -> int:
        """The first frame that has to be seen so that the frame ``done`` finds everything as it would have been."""
        if self.detector is not None and remembers(self.detector):
            return 0
        return max(done - 1, 0) if self.camera is not None else done

    def _show_again(self, frame: Frame, *, is_last: bool, last: Arrays | None) -> None:
        if self.detector is not None and remembers(self.detector):
            self._detect([frame])
        if is_last and self.camera is not None and last is not None:
            rows = last["detections"][len(last["detections"]) - int(last["counts"][-1]) :]
            self.camera(frame.image, rows)

    def _saved(self) -> Iterator[Arrays]:
        """The whole chunks of an earlier pass, up to the first that is missing or damaged."""
        for start in range(0, self.num_frames, CHUNK):
            try:
                chunk, meta = read_arrays(self._path(start))
            except (FileNotFoundError, DamagedFileError):
                return
            if meta != self._meta(start) or not self._is_whole(chunk, start):
                return
            yield chunk

    def _is_whole(self, chunk: Arrays, start: int) -> bool:
        wanted = {"embeddings": self.embedder, "warps": self.camera}
        if any(tool is not None and name not in chunk for name, tool in wanted.items()):
            return False
        return len(chunk["counts"]) == min(CHUNK, self.num_frames - start)

    def _meta(self, start: int) -> dict[str, Any]:
        return {"key": self.key, "start": start}

    def _path(self, start: int) -> Path:
        return self.folder / f"{start:08d}.npz"

    def _next(self, frames: Iterator[Frame], index: int) -> Frame:
        frame = next(frames, None)
        if frame is None:
            raise SourceError(
                f"{self.frames}: ends before frame {self.first + index + 1}; {self.first + self.num_frames} are needed"
            )
        return frame

    def _timed(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        while True:
            with self.timings.measure("read"):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame

    def _tell(self, count: int) -> None:
        if self.watch is not None:
            self.watch(count)


def merged(chunks: list[Arrays]) -> Arrays:
    """Chunks one after the other as one."""
    if not chunks:
        return {
            "counts": np.zeros(0, np.int64),
            "detections": np.empty((0, 6)),
            "size": np.zeros(2, np.int64),
        }
    whole: Arrays = {
        name: np.concatenate([chunk[name] for chunk in chunks])
        for name in chunks[0]
        if name not in ("detections", "size")
    }
    return whole | {
        "detections": stacked([chunk["detections"] for chunk in chunks]),
        "size": chunks[0]["size"],
    }


def stacked(frames: list[FloatArray]) -> FloatArray:
    """Detections of several frames as one array; frames without any fit upright and oriented ones.

    Raises:
        DetectorError: if both kinds are there.
    """
    full = [rows for rows in frames if len(rows)]
    widths = {rows.shape[1] for rows in full}
    if len(widths) > 1:
        raise DetectorError("the detector gave upright and oriented boxes in one sequence")
    return np.concatenate(full) if full else np.empty((0, 6))


__all__ = ["CHUNK", "FramePass", "Watch", "merged", "stacked"]
