"""Who embeds in a run: a function of the user's, the tracker's own embedder, or one for a tracker that has none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detections, Image
from boxtrail.frame_result import align_rows
from boxtrail.reid import Embedder
from boxtrail.results import TrackResults
from boxtrail.trackers.appearance import Appearance

Embeddings: TypeAlias = NDArray[np.float32]

_logger = logging.getLogger(__name__)

# (N, D) float32 unit rows for the (N, 6) or (N, 7) detections in the (H, W, 3) BGR image
EmbedFunction: TypeAlias = Callable[[Image, Detections], Embeddings | None]


@dataclass(frozen=True, slots=True)
class RunEmbedding:
    """What a run embeds, and when.

    Attributes:
        embed: makes the embeddings that the tracker gets; None: it gets none.
        ahead: ``embed`` may run in a thread, before the frame before is tracked.
        of_tracks: embeds what became a track, for a tracker that does without but a run that does not.
    """

    embed: EmbedFunction | None = None
    ahead: bool = False
    of_tracks: Embedder | None = None

    @classmethod
    def of(
        cls, tracker: Any, function: EmbedFunction | None, model: Embedder | None, *, needed: bool
    ) -> RunEmbedding:
        """By what the tracker has and asks for.

        Args:
            tracker: of the run.
            function: the user's own, which comes first; it is called between detection and tracking.
            model: the user's embedder, for a tracker that has none.
            needed: the run needs embeddings even if the tracker looks at none.
        """
        if function is not None:
            return cls(function)
        own = getattr(tracker, "embedding", None)
        if isinstance(own, Appearance) and own.makes:
            return cls(own.embed, own.ahead)
        if model is None:
            return cls()
        if isinstance(own, Appearance) and own.floor is None:
            if not needed:
                _logger.warning("%s does not look at appearance: reid embeds nothing", type(tracker).__name__)
            return cls(of_tracks=model if needed else None)
        floor = own.floor if isinstance(own, Appearance) else 0.0
        return cls(_above(model, floor or 0.0), ahead=True)

    def rows_of(self, image: Image, detections: Detections, tracks: TrackResults) -> Embeddings | None:
        """(N, D) of the detections, zeros but for those that made a track; None if nobody asks for them."""
        if self.of_tracks is None:
            return None
        made = tracks.det_ind[tracks.det_ind >= 0]
        rows = np.zeros((len(detections), self.of_tracks.dim), np.float32)
        if len(made):
            rows[made] = self.of_tracks.embed(image, detections[made])
        return rows


def _above(model: Embedder, floor: float) -> EmbedFunction:
    """``model`` for the detections with a score of ``floor`` or more; zeros for the others."""

    def embed(image: Image, detections: Detections) -> Embeddings:
        wanted = detections[:, -2] >= floor
        rows = np.zeros((len(detections), model.dim), np.float32)
        if wanted.any():
            rows[wanted] = model.embed(image, detections[wanted])
        return rows

    return embed


NO_EMBEDDING = RunEmbedding()


def aligned(embeddings: Embeddings | None, tracks: TrackResults) -> Embeddings:
    """The rows of the tracks, zeros for those that no detection made; without columns if nobody embeds."""
    if embeddings is None:
        return np.zeros((len(tracks), 0), np.float32)
    return align_rows(embeddings, tracks.det_ind)


__all__ = ["NO_EMBEDDING", "EmbedFunction", "RunEmbedding", "aligned"]
