"""How the detections of a frame look: as the caller says, or as the tracker's own embedder sees it in the frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.trackers.ambiguity import ambiguous
from boxtrail.trackers.companions import checked_embeddings, checked_frame
from boxtrail.trackers.incoming import Incoming
from boxtrail.trackers.options import StreamConfig

if TYPE_CHECKING:
    from boxtrail.reid import Embedder
    from boxtrail.reid.by_class import EmbedderSpec

FloatArray: TypeAlias = NDArray[np.float64]


class Owner(Protocol):
    """What a tracker says of its use of appearance."""

    appearance: ClassVar[Literal["unused", "optional", "needed"]]

    def embedding_floor(self) -> float | None:
        """Lowest score of a detection whose appearance is looked at; None if of none."""


class Appearance:
    """Checks embeddings that are passed in, and makes those that are not, for the detections that need them.

    Args:
        owner: the tracker, which says what it does with embeddings, and of which detections.
        embedder: the tracker's own, or None.
        stream: says in which frames, and of which detections, embeddings are made.
        incoming: checks the detections.
        tracks: gives the tracks after the last frame.
    """

    def __init__(
        self,
        owner: Owner,
        embedder: Embedder | None,
        stream: StreamConfig,
        incoming: Incoming,
        tracks: Callable[[], FloatArray],
    ) -> None:
        self._incoming, self._tracks = incoming, tracks
        self._owner, self._use = type(owner).__name__, owner.appearance
        self.floor = owner.embedding_floor()  # as the tracker says
        self.embedder = embedder
        self._interval, self._only_ambiguous = stream.embedding_interval, stream.only_ambiguous
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self.resume(None, 0)

    def resume(self, width: int | None, frame: int) -> None:
        """Go on after ``frame`` frames that were embedded or passed over, ``width`` numbers each, None: none yet."""
        self.width, self.frame = width, frame

    @property
    def makes(self) -> bool:
        """Whether frames are turned into embeddings."""
        return self.embedder is not None and self.floor is not None

    @property
    def ahead(self) -> bool:
        """Whether :meth:`embed` may run for a frame before the one before it is tracked."""
        return self.makes and not self._only_ambiguous

    def embed(self, img: Any, dets: Any) -> NDArray[np.float32] | None:
        """What the embedder sees: ``embs`` for the update with ``dets``, for callers who embed ahead of tracking.

        Call it once for every frame, in order; unless :attr:`ahead`, after the update of the frame before.

        Returns:
            (N, D) float32 unit rows, zeros where appearance is not looked at; None without an embedder.

        Raises:
            InvalidDetectionsError, InvalidInputError: as :meth:`Tracker.update`.
        """
        if not self.makes:
            return None
        array, rows, labels = self._incoming.checked(dets)
        made = self._made(checked_frame(img), array)
        if rows is None:
            return made
        embeddings = np.zeros((len(labels), made.shape[1]), np.float32)
        embeddings[rows] = made
        return embeddings

    def passed(self, embs: Any, count: int, rows: NDArray[np.int64] | None) -> NDArray[np.float32] | None:
        """Unit rows (N, D) of the detections that are kept; None where nobody looks at them, or all are zeros.

        Raises:
            InvalidInputError: if they do not fit, or are missing where the tracker cannot do without.
        """
        if embs is None:
            if self._use != "needed" or count == 0:
                return None
            raise InvalidInputError(
                f"{self._owner} needs the appearance of every detection: pass embs=(N, D), or an image and make it "
                'with reid_weights="histogram" or the path of a network'
            )
        checked = checked_embeddings(embs, count, self.width)
        if self._use == "unused" or count == 0:
            return None
        if self._use == "optional" and not checked.any():
            return None  # a frame in which nobody was embedded is a frame without embeddings
        return checked if rows is None else np.ascontiguousarray(checked[rows])

    def seen(self, img: NDArray[np.uint8], array: FloatArray) -> NDArray[np.float32] | None:
        """What the embedder sees of checked detections (N, 6) or (N, 7), as if it had been passed in."""
        return self.passed(self._made(img, array), len(array), None)

    def _made(self, img: NDArray[np.uint8], array: FloatArray) -> NDArray[np.float32]:
        """(N, D) unit rows; zeros for the detections that nobody looks at."""
        assert self.embedder is not None
        wanted = self._wanted(array)
        embeddings = np.zeros((len(array), self.embedder.dim), np.float32)
        if wanted.any():
            rows = self.embedder.embed(img, array[wanted])
            embeddings[wanted] = checked_embeddings(rows, int(wanted.sum()), self.width)
        self.frame += 1
        return embeddings

    def _wanted(self, array: FloatArray) -> NDArray[np.bool_]:
        """(N,) which detections are embedded in this frame."""
        assert self.floor is not None
        wanted: NDArray[np.bool_] = array[:, -2] >= self.floor
        is_turn = self.frame % self._interval == 0
        if not self._only_ambiguous:
            return wanted & is_turn
        if (is_turn and self._interval > 1) or not wanted.any():
            return wanted
        return wanted & ambiguous(array, self._tracks())


def make_embedder(
    spec: EmbedderSpec | None, *, device: str | None, half: bool, stream: StreamConfig
) -> Embedder | None:
    """The embedder a tracker is to own, if any.

    Raises:
        ConfigError, EmbedderError, MissingExtraError: as :func:`boxtrail.reid.create_embedder`.
    """
    if spec is None:
        return None
    from boxtrail.reid.by_class import embedder_of  # here: most trackers never ask for it

    return embedder_of(spec, device=device or "auto", half=half, class_names=stream.class_names)


__all__ = ["Appearance", "make_embedder"]
