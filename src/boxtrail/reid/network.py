"""What runs a network behind ``ReID``: one file a runtime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions

DEFAULT_SIZE = (256, 128)  # (height, width) of crops where neither the file nor the architecture says


class Network(Protocol):
    """A loaded network.

    ``dim`` numbers an embedding; ``input_size`` (height, width) of its crops; ``device`` in torch's words, and
    ``tensor_device`` where tensors of embeddings belong; ``model`` what the runtime made of the file.
    """

    dim: int
    input_size: tuple[int, int]
    device: str
    tensor_device: str
    model: Any

    def features(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        """(N, D) unit rows, float32, of the regions of all frames in their order; N > 0.

        A NumPy array, or a tensor where the network runs.
        """
        ...

    def warmup(self, num_crops: int) -> None:
        """Do once what the first batch of so many crops would wait for."""
        ...
