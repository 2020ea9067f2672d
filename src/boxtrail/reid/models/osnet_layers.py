"""The pieces of OSNet (Zhou et al., ICCV 2019) that its variants and LMBN share."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

NUM_SCALES = 4  # streams of a block: receptive fields of 3, 5, 7 and 9
GATE_REDUCTION = 16
BOTTLENECK = 4  # a block works on a quarter of its output channels


class ConvNorm(nn.Module):
    """Convolution without bias, normalisation (batch or instance) and, unless ``linear``, ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int = 1,
        *,
        stride: int = 1,
        instance_norm: bool = False,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.bn = (
            nn.InstanceNorm2d(out_channels, affine=True) if instance_norm else nn.BatchNorm2d(out_channels)
        )
        self.relu = nn.Identity() if linear else nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H / stride, W / stride)."""
        return cast("Tensor", self.relu(self.bn(self.conv(x))))


class LightConv3x3(nn.Module):
    """The paper's Lite 3×3: a linear pointwise convolution, then a depthwise 3×3, batch norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, groups=out_channels, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H, W)."""
        return torch.relu(self.bn(self.conv2(self.conv1(x))))


class ChannelGate(nn.Module):
    """The aggregation gate: what to keep of each channel, learnt from its mean and shared by all streams."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // GATE_REDUCTION, 1)
        self.fc2 = nn.Conv2d(channels // GATE_REDUCTION, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape, every channel weighted by a number in (0, 1)."""
        mean = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))


def light_convs(channels: int, depth: int) -> nn.Sequential:
    """``depth`` Lite 3×3 convolutions in a row: a receptive field of 2 · depth + 1."""
    return nn.Sequential(*(LightConv3x3(channels, channels) for _ in range(depth)))
