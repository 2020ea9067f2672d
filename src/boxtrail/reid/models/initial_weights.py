"""How a network begins when no checkpoint is loaded into it."""

from __future__ import annotations

from torch import nn


def initialise(model: nn.Module) -> None:
    """Kaiming's normal weights (He et al. 2015, fan out) for convolutions, small ones for fully connected layers.

    Normalisation layers begin as torch makes them: weight 1, bias 0.
    """
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.01)
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
