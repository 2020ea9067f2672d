"""True tracks in pieces, from CLEAR's match of every row."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from boxtrail.evaluation.reference.clear import ClearMatch
from boxtrail.evaluation.timeline import Timeline
from boxtrail.io.formats.rows import IntArray

NO_MATCH = ClearMatch(0, False, False)


def timeline(
    ids: IntArray, frames: IntArray, counted: IntArray, matches: Mapping[int, ClearMatch]
) -> Timeline:
    """Join the rows of a track that follow one another with the same match.

    Args:
        ids, frames: (N,) of the truth's rows, in the order of frames.
        counted: rows that count.
        matches: of the rows that have one.
    """
    partners = {row: match.prediction for row, match in matches.items()}
    pieces: list[list[int]] = []  # rows
    for track in np.unique(ids[counted]):
        rows = counted[ids[counted] == track].tolist()
        pieces.append(rows[:1])
        for before, row in pairwise(rows):
            if frames[row] == frames[before] + 1 and partners.get(row) == partners.get(before):
                pieces[-1].append(row)
            else:
                pieces.append([row])
    first = np.array([rows[0] for rows in pieces], dtype=np.int64)
    last = np.array([rows[-1] for rows in pieces], dtype=np.int64)
    found = [matches.get(row, NO_MATCH) for row in first.tolist()]
    return Timeline(
        tracks=ids[first],
        first=frames[first],
        last=frames[last],
        matched=np.array([row in matches for row in first.tolist()], dtype=bool),
        predictions=np.array([match.prediction for match in found], dtype=np.int64),
        switches=np.array([match.is_switch for match in found], dtype=bool),
        fragmentations=np.array([match.is_fragmentation for match in found], dtype=bool),
    )


__all__ = ["timeline"]
