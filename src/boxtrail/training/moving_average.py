"""A running average of a network's weights, which generalises better than the last ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

WARMUP = 10.0  # a short run must not remember the weights it began with


class MovingAverage:
    """The exponential average of every floating-point entry of a state dict; other entries are the latest."""

    def __init__(self, state: Mapping[str, Tensor], decay: float) -> None:
        self.state = {name: value.detach().clone() for name, value in state.items()}
        self.decay = decay

    def update(self, state: Mapping[str, Tensor], step: int) -> None:
        """Take in the weights after ``step`` steps; the decay grows from 1/11 to its full value."""
        decay = min(self.decay, (1.0 + step) / (WARMUP + step))
        with torch.no_grad():
            for name, value in state.items():
                average = self.state[name]
                if average.is_floating_point():
                    average.lerp_(value, 1.0 - decay)
                else:
                    average.copy_(value)


__all__ = ["MovingAverage"]
