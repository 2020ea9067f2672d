"""A backbone of timm by name, as an extra: ``timm:resnet18``."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from boxtrail.errors import ConfigError, require

DEFAULT_SIZE = (256, 128)  # (height, width) of crops, where the backbone takes any


class TimmBackbone(nn.Module):
    """(B, 3, H, W) normalised RGB crops to embeddings (B, dim); in train mode (logits, embeddings).

    The pooled features of a network of timm, without weights; ``input_size`` is 256 × 128 where it takes any. The
    entries of the state dict are ``backbone.`` and timm's own names, and ``classifier``.

    Raises:
        ConfigError: if timm knows no such network.
        MissingExtraError: if timm is not installed.
    """

    def __init__(self, name: str, num_classes: int) -> None:
        super().__init__()
        timm = require("timm", "timm", f"the backbone {name!r}")
        if not timm.is_model(name):
            raise ConfigError(
                f"timm {timm.__version__} has no network {name!r}; timm.list_models() lists them"
            )
        self.backbone: Any = timm.create_model(name, pretrained=False, num_classes=0)
        config = getattr(self.backbone, "pretrained_cfg", None) or {}
        self.input_size: tuple[int, int] = (
            tuple(config["input_size"][1:]) if config.get("fixed_input_size") else DEFAULT_SIZE
        )
        self.dim = self._find_dim()
        self.classifier = nn.Linear(self.dim, num_classes)

    def _find_dim(self) -> int:
        """Length of an embedding. Some networks keep a layer behind their ``num_features``, so one crop is tried."""
        self.backbone.eval()  # so that the statistics of its normalisation stay as they are
        with torch.no_grad():
            shape = tuple(self.backbone(torch.zeros(1, 3, *self.input_size)).shape)
        self.backbone.train()
        if len(shape) != 2:
            raise ConfigError(f"this network of timm gives {shape[1:]} for a crop, not a row of numbers")
        return int(shape[1])

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        embedding = cast("Tensor", self.backbone(x))
        return (self.classifier(embedding), embedding) if self.training else embedding
