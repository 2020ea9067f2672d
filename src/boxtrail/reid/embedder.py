"""What every embedder looks like to the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Frame: TypeAlias = NDArray[np.uint8]  # (H, W, 3) BGR
Boxes: TypeAlias = Any  # rows of numbers: (N, 4), (N, 6) or (N, 8) corners, (N, 5), (N, 7) or (N, 9) oriented
Embeddings: TypeAlias = NDArray[np.float32]  # (N, D), unit rows


@runtime_checkable
class Embedder(Protocol):
    """Frames and boxes in, one unit row of appearance a box out."""

    @property
    def dim(self) -> int:
        """D, the numbers in an embedding; a plain attribute will do."""
        ...

    def embed(
        self,
        frames: Frame | Sequence[Frame],
        boxes: Boxes,
        *,
        with_valid: bool = False,  # return the (N,) flags too
        as_tensor: bool = False,  # return torch tensors that stay on the device
    ) -> Any:
        """Embed what the boxes show.

        Args:
            frames: an (H, W, 3) BGR uint8 image, or a list of them, of any sizes.
            boxes: for one frame, rows of an even number of columns that begin with ``x1, y1, x2, y2`` in pixels, or
                of an odd number (5, 7, 9) that begin with ``cx, cy, w, h, angle``, the angle in radians, y down.
                For a list of frames, a list of as many such arrays.

        Returns:
            (N, D) float32, row-aligned with the boxes, each of length 1. A box without area or outside the frame has a
            row of zeros. With ``with_valid`` the pair of that array and (N,) bool flags, False for those rows.
            For a list of frames a list of such results; the boxes of all frames went through the network together.

        Raises:
            InvalidInputError: for a frame that is no image or boxes that are no rows of finite numbers.
        """
        ...
