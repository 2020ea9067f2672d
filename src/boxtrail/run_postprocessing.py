"""Post-processing at the end of a run: its tracks, improved, frame by frame for the text files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from boxtrail.errors import ConfigError
from boxtrail.io.frame import Frame
from boxtrail.output_files import OutputFiles
from boxtrail.postprocessing.methods import method_names, needs_embeddings, postprocess
from boxtrail.postprocessing.of_run import embeddings_of_frames, table_of_frames
from boxtrail.progress import MethodProgress
from boxtrail.replay import Recording
from boxtrail.results import TrackResults

_FILES = ("save_txt", "save_csv", "save_json")


@dataclass(frozen=True, slots=True)
class Postprocessing:
    """Methods for the tracks of a run. All rows of the video are in memory while they work."""

    methods: tuple[str, ...]
    progress: bool = False

    @classmethod
    def asked_for(
        cls, methods: str | Sequence[str] | None, files: OutputFiles, *, has_embedder: bool, progress: bool
    ) -> Postprocessing | None:
        """What the options of a run ask for; None if that is nothing.

        Raises:
            ConfigError: for an unknown method, one that needs an embedder where there is none, or if no file would
                hold the result.
            MissingExtraError: if a method needs a package that is not installed.
        """
        if methods is None or not methods:
            return None
        names = method_names(methods)
        if needs_embeddings(names) and not has_embedder:
            raise ConfigError(f"post-processing with {', '.join(names)} needs embeddings: give an embedder")
        if not set(_FILES) & files.chosen().keys():
            raise ConfigError(
                f"post-processing changes the files of {', '.join(_FILES)}, and none of these is asked for"
            )
        return cls(names, progress)

    def apply(self, recorded: Recording) -> Iterator[tuple[Frame, TrackResults]]:
        """Every frame, without its image, with its new tracks; the work is done before the first one."""
        tracks = table_of_frames(recorded)
        embeddings = embeddings_of_frames(recorded) if needs_embeddings(self.methods) else None
        watch = MethodProgress() if self.progress else None
        try:
            improved = postprocess(tracks, self.methods, embeddings, watch=watch)
        finally:
            if watch is not None:
                watch.end()
        by_frame, none = improved.by_frame(), TrackResults.empty(is_obb=improved.is_obb)
        no_image = np.empty((0, 0, 3), dtype=np.uint8)
        return (
            (Frame(no_image, frame.frame_idx, frame.timestamp), by_frame.get(frame.frame_idx, none))
            for frame in recorded
        )


__all__ = ["Postprocessing"]
