"""The demo: render the film, track it as any video, compare with the truth, and lay out what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.scene import PlazaScene
from boxtrail.demo.score import IdScore
from boxtrail.demo.truth import TruePerson, write_truth
from boxtrail.errors import ConfigError, SinkError, require
from boxtrail.io.drawing import contact_sheet
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.io.sources import open_source
from boxtrail.io.video_sink import VideoSink
from boxtrail.pipeline import Boxtrail
from boxtrail.progress import ProgressBar
from boxtrail.results import TrackResults
from boxtrail.run_summary import RunSummary
from boxtrail.timings import Timings

_CELLS = 9  # pictures on the contact sheet
_CELL_WIDTH = 640  # pixels


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo found and wrote."""

    score: IdScore
    summary: RunSummary
    timings: Timings
    files: tuple[Path, ...]


def run_demo(
    out: str | Path,
    *,
    seconds: float = 20.0,  # length of the film, 4 to 600
    tracker: str = "bytetrack",
    detector: str = "motion",
    reid: str | Path | None = None,  # how people look, for trackers that compare it: "histogram" or a path
    seed: int = 0,
    size: tuple[int, int] = (1280, 720),  # width and height in pixels
    progress: bool = False,
) -> DemoReport:
    """Render a film into the folder ``out``, track the encoded video, and count the ids kept.

    Writes ``scene.mp4``, ``truth.txt`` (MOTChallenge ground truth), ``tracked.mp4``, ``contact-sheet.png``,
    ``tracks.txt`` (MOTChallenge rows) and ``annotation.json`` (Supervisely).

    Raises:
        ConfigError: if ``seconds`` is out of its range, or for an unknown detector, tracker or embedder.
        SinkError: if a file cannot be written.
        MissingExtraError: if OpenCV is not installed.
    """
    if not 4.0 <= seconds <= 600.0:
        raise ConfigError(f"the demo's film lasts 4 to 600 seconds, not {seconds:g}")
    model = Boxtrail(detector, tracker, reid=reid)
    folder = Path(out)
    scene = PlazaScene(seed=seed, seconds=seconds, width=size[0], height=size[1])
    truth = _render(scene, folder / "scene.mp4", progress=progress)
    write_truth(folder / "truth.txt", truth)
    run = model.track(
        folder / "scene.mp4",
        save=folder / "tracked.mp4",
        save_txt=folder / "tracks.txt",
        save_annotation=folder / "annotation.json",
        progress=progress,
        stream=True,
    )
    score, captions = IdScore(), []
    for frame in run:
        score.add(truth[frame.frame_idx], frame.tracks.xyxy, frame.tracks.id)
        captions.append(f"{frame.timestamp:.1f} s   {len(frame.tracks)} tracks")
    _write_sheet(folder / "contact-sheet.png", folder / "tracked.mp4", captions)
    names = ("scene.mp4", "truth.txt", "tracked.mp4", "contact-sheet.png", "tracks.txt", "annotation.json")
    return DemoReport(score, run.summary, run.timings, tuple(folder / name for name in names))


def _render(scene: PlazaScene, path: Path, *, progress: bool) -> list[tuple[TruePerson, ...]]:
    """Film the scene into ``path``; returns the truth frame by frame."""
    bar = ProgressBar("rendering", unit="people") if progress else None
    sink = VideoSink(path, SinkInfo(fps=scene.fps, source_name="plaza"))
    truth = []
    if bar is not None:
        bar.start(scene.num_frames)
    try:
        for frame in scene:
            sink.write(Frame(frame.image, frame.index, frame.index / scene.fps), TrackResults.empty())
            truth.append(frame.people)
            if bar is not None:
                bar.frame(len(frame.people))
    except BaseException:
        sink.abort()
        raise
    finally:
        if bar is not None:
            bar.end()
    sink.close()
    return truth


def _write_sheet(path: Path, video: Path, captions: list[str]) -> None:
    """Nine moments of the annotated video on one picture; the empty beginning is passed over."""
    cv2 = require("cv2", "video", "the contact sheet")
    first = min(len(captions) - 1, round(0.12 * len(captions)))
    moments = np.unique(np.linspace(first, len(captions) - 1, _CELLS).round().astype(int)).tolist()
    images: list[NDArray[np.uint8]] = []
    source = open_source(video)
    try:
        for frame in source:
            if frame.index in moments:
                height = round(frame.image.shape[0] * _CELL_WIDTH / frame.image.shape[1])
                images.append(cv2.resize(frame.image, (_CELL_WIDTH, height), interpolation=cv2.INTER_AREA))
    finally:
        source.close()
    sheet = contact_sheet(images, columns=3, captions=[captions[moment] for moment in moments])
    if not cv2.imwrite(str(path), sheet):
        raise SinkError(f"cannot write {path}")


__all__ = ["DemoReport", "run_demo"]
