"""A copy of a network that only embeds: its batch norms are folded into the convolutions before them."""

from __future__ import annotations

import copy
from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(model: nn.Module) -> nn.Module:
    """An equal network in eval mode with fewer steps; the one given keeps its mode and weights.

    A batch norm is folded where a module of ours declares it right behind a convolution: that is the order in which all
    of ours use them. Networks of other libraries are only copied.
    """
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    for module in list(twin.modules()):
        if not type(module).__module__.startswith(("boxtrail.", "torch.nn.modules.container")):
            continue
        for (name, conv), (norm_name, norm) in pairwise(list(module.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(conv, norm))
                setattr(module, norm_name, nn.Identity())
    return twin
