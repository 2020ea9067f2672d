"""Arrays on the device of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def uploaded(array: NDArray[Any], device: Any) -> Any:
    """``array`` as a tensor on ``device``, a ``torch.device``.

    A GPU copies it from pinned memory while the caller goes on. From any other memory torch would wait until the GPU
    has done all it was given, and with it the cores could not run ahead.
    """
    tensor = torch.from_numpy(np.require(array, requirements=["C", "W"]))
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
