"""From the name of an architecture to its network."""

from __future__ import annotations

from typing import Any

from boxtrail.errors import ConfigError, require
from boxtrail.reid.models.architectures import find_architecture


def build_model(name: str, num_classes: int = 751) -> Any:
    """A ``torch.nn.Module`` with weights to train or to load; 751 is the number of identities in Market-1501.

    It takes crops (B, 3, H, W): RGB in [0, 1], less the mean and over the deviation of ImageNet. In eval mode it
    returns the embeddings (B, D) before normalisation, in train mode the pair of the classifier's logits
    (B, num_classes) and those embeddings. ``model.dim`` is D.

    Raises:
        ConfigError: for an unknown name or no class.
        MissingExtraError: if torch is not installed.
    """
    if num_classes < 1:
        raise ConfigError(f"num_classes must be at least 1, not {num_classes}")
    known = find_architecture(name)
    require("torch", "reid", f"the appearance model {known.name}")
    from boxtrail.reid.models.osnet import OSNet, scaled

    width = float(known.name.removeprefix("osnet_x").replace("_", "."))
    return OSNet(num_classes, scaled(width))
