"""Search in very large galleries, by faiss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require
from boxtrail.reid.gallery import Gallery

MORE = 8  # rows asked for, as a multiple of the identities wanted: several of one identity may come first


class FaissSearch:
    """A graph index (HNSW; Malkov and Yashunin, 2018) over a gallery as it is now: approximate, for millions of rows.

    Args:
        gallery: not empty; changes of it made later are not seen.
        neighbours: links of a row in the graph; more is more exact and slower.

    Raises:
        MissingExtraError: without faiss.
    """

    def __init__(self, gallery: Gallery, *, neighbours: int = 32) -> None:
        faiss = require("faiss", "faiss", "search in very large galleries")
        rows, self._owners = gallery.stacked()
        self._index = faiss.IndexHNSWFlat(rows.shape[1], neighbours, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efSearch = max(64, 2 * neighbours)
        self._index.add(rows)

    def best(self, queries: NDArray[np.float32], top_k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(N, top_k) indices of the identities and their cosines, the best first; −1 where no more were found."""
        count = min(len(self._owners), MORE * top_k)
        values, rows = self._index.search(np.ascontiguousarray(queries), count)
        indices = np.full((len(queries), top_k), -1, np.int64)
        similarities = np.full((len(queries), top_k), -np.inf, np.float32)
        for n, (of_query, cosines) in enumerate(zip(rows, values, strict=True)):
            owners = self._owners[of_query[of_query >= 0]]
            _, first = np.unique(owners, return_index=True)
            first = np.sort(first)[:top_k]
            indices[n, : len(first)], similarities[n, : len(first)] = owners[first], cosines[first]
        return indices, similarities


__all__ = ["FaissSearch"]
