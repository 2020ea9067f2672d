"""Who followed whom and when: the true tracks of a sequence in pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.formats.rows import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Pieces of true tracks, by track and then in the order of time, as CLEAR matched them.

    A piece is a true track in frames that follow one another, matched with one predicted track or with none. Where a
    piece ends and the track's next one begins some frames later, the truth has no row that counts.

    Attributes:
        tracks: (P,) ids of the truth.
        first, last: (P,) frames, both in the piece.
        matched: (P,) whether a prediction was matched.
        predictions: (P,) its id; 0 where none was.
        switches: (P,) whether the piece begins with a match that CLEAR counts in ``IDSW``.
        fragmentations: (P,) whether it begins with one that CLEAR counts in ``Frag``.
    """

    tracks: IntArray
    first: IntArray
    last: IntArray
    matched: NDArray[np.bool_]
    predictions: IntArray
    switches: NDArray[np.bool_]
    fragmentations: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tracks)


__all__ = ["Timeline"]
