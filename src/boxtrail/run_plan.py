"""A run before its source is opened: everything that can be checked without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boxtrail.detectors.detector import Detector
from boxtrail.engine import Engine
from boxtrail.errors import ConfigError
from boxtrail.io.frame import Source
from boxtrail.output_files import OutputFiles
from boxtrail.postprocessing.methods import needs_embeddings
from boxtrail.progress import ProgressBar
from boxtrail.reid.naming import TrackNames
from boxtrail.run import Run
from boxtrail.run_embedding import EmbedFunction, RunEmbedding
from boxtrail.run_postprocessing import Postprocessing
from boxtrail.tracker_choice import TrackerChoice, explainer


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """Who tracks, and what becomes of the tracks."""

    detector: Detector
    trackers: TrackerChoice
    embed: EmbedFunction | None  # the user's, instead of the trackers' embedder
    files: OutputFiles
    postprocess: str | Sequence[str] | None
    names: TrackNames | None
    stride: int
    show: bool
    progress: bool

    def start(self, open_source: Callable[[], Source]) -> Run:
        """Check what is asked for, then open the source.

        Raises:
            ConfigError: if something cannot be had, see :meth:`boxtrail.Boxtrail.track`.
            MissingExtraError: if a post-processing method needs a package that is not installed.
            SourceError: if the source cannot be opened.
        """
        has_embedder = self.embed is not None or self.trackers.embedder is not None
        postprocessing = Postprocessing.asked_for(
            self.postprocess, self.files, has_embedder=has_embedder, progress=self.progress
        )
        recorded = self.files.explain is not False
        if recorded:  # before anything is opened
            explainer(self.trackers.make(frame_rate=30.0, record=True))
        opened = open_source()
        if opened.is_live and postprocessing is not None:
            opened.close()
            raise ConfigError(f"{opened.name} is live; post-processing needs a source with an end")
        tracker = self.trackers.make(frame_rate=opened.fps / self.stride, record=recorded)
        needed = self.names is not None
        needed |= postprocessing is not None and needs_embeddings(postprocessing.methods)
        embedding = RunEmbedding.of(tracker, self.embed, self.trackers.embedder, needed=needed)
        engine = Engine(self.detector, tracker, embedding, self.trackers.make_camera_motion(tracker))
        return Run(
            opened, engine, self.files, reopen=open_source, show=self.show,
            watcher=ProgressBar(opened.name) if self.progress else None, postprocessing=postprocessing,
            explain=explainer(tracker) if recorded else None, names=self.names,
        )  # fmt: skip


__all__ = ["RunPlan"]
