"""From the name of an architecture to its network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from boxtrail.errors import ConfigError, require
from boxtrail.reid.models.architectures import TIMM, find_architecture


def build_model(name: str, num_classes: int = 751) -> Any:
    """A ``torch.nn.Module`` with weights to train or to load; 751 is the number of identities in Market-1501.

    It takes crops (B, 3, H, W): RGB in [0, 1], less the mean and over the deviation of ImageNet. In eval mode it
    returns the embeddings (B, D) before normalisation, in train mode the pair of the classifier's logits
    (B, num_classes) and those embeddings. ``model.dim`` is D. ``timm:NAME`` builds a backbone of timm.

    Raises:
        ConfigError: for an unknown name or no class.
        MissingExtraError: if torch is not installed.
    """
    if num_classes < 1:
        raise ConfigError(f"num_classes must be at least 1, not {num_classes}")
    if name.startswith(TIMM):
        require("torch", "reid", f"the appearance model {name}")
        from boxtrail.reid.models.timm_backbone import TimmBackbone

        return TimmBackbone(name.removeprefix(TIMM), num_classes)
    known = find_architecture(name)
    require("torch", "reid", f"the appearance model {known.name}")
    return _builder(known.name)(num_classes)


def _builder(name: str) -> Callable[[int], Any]:
    """What builds a known architecture of a number of classes; imports torch."""
    from boxtrail.reid.models.lmbn import LMBN
    from boxtrail.reid.models.mobilenet import MobileNetV2
    from boxtrail.reid.models.osnet import CHANNELS, OSNet, scaled
    from boxtrail.reid.models.osnet_ain import OSNetAin
    from boxtrail.reid.models.resnet import ResNet50

    builders: dict[str, Callable[[int], Any]] = {
        "osnet_x1_0": OSNet,
        "osnet_x0_75": partial(OSNet, channels=scaled(0.75)),
        "osnet_x0_5": partial(OSNet, channels=scaled(0.5)),
        "osnet_x0_25": partial(OSNet, channels=scaled(0.25)),
        "osnet_ibn_x1_0": partial(OSNet, channels=CHANNELS, instance_norm=True),
        "osnet_ain_x1_0": OSNetAin,
        "resnet50": ResNet50,
        "resnet50_fc512": partial(ResNet50, last_stride=1, fc_dim=512),
        "mobilenetv2_x1_0": MobileNetV2,
        "mobilenetv2_x1_4": partial(MobileNetV2, width=1.4),
        "lmbn_n": LMBN,
    }
    return builders[name]
