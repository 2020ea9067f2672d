"""OSNet (Zhou, Yang, Cavallaro and Xiang, "Omni-Scale Feature Learning for Person Re-Identification", ICCV 2019).

A residual block looks at its input through four streams of one to four light 3×3 convolutions, that is at four
scales, and adds them up, each channel of each stream weighted by a gate that all streams share. Of three stages of two
blocks the first two halve the picture; a global mean and one fully connected layer give 512 numbers. The width
multiplier (x0_25 to x1_0) scales every channel but those 512. In the IBN variant the first convolution and the
residual sums of the first stage are instance-normalised, which takes the style of a camera out of them.

The entries of the state dict are named as in the public checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from boxtrail.reid.models.initial_weights import initialise
from boxtrail.reid.models.osnet_layers import BOTTLENECK, ChannelGate, ConvNorm, LightConv3x3, light_convs

CHANNELS = (64, 256, 384, 512)  # of the stem and the three stages at width 1
DIM = 512


class OSBlock(nn.Module):
    """The omni-scale residual block.

    ``instance_norm`` normalises the sum of residual and shortcut before its ReLU (IBN-b).
    """

    def __init__(self, in_channels: int, out_channels: int, *, instance_norm: bool = False) -> None:
        super().__init__()
        middle = out_channels // BOTTLENECK
        self.conv1 = ConvNorm(in_channels, middle)
        self.conv2a = LightConv3x3(middle, middle)
        self.conv2b = light_convs(middle, 2)
        self.conv2c = light_convs(middle, 3)
        self.conv2d = light_convs(middle, 4)
        self.gate = ChannelGate(middle)
        self.conv3 = ConvNorm(middle, out_channels, linear=True)
        self.downsample = (
            None if in_channels == out_channels else ConvNorm(in_channels, out_channels, linear=True)
        )
        self.IN = nn.InstanceNorm2d(out_channels, affine=True) if instance_norm else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H, W)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.conv1(x)
        gate = self.gate
        x = gate(self.conv2a(x)) + gate(self.conv2b(x)) + gate(self.conv2c(x)) + gate(self.conv2d(x))
        x = self.conv3(x) + shortcut
        return torch.relu(x if self.IN is None else self.IN(x))


def transition(channels: int) -> nn.Sequential:
    """What ends a stage: a pointwise convolution, then half the height and width."""
    return nn.Sequential(ConvNorm(channels, channels), nn.AvgPool2d(2))


class OSNet(nn.Module):
    """(B, 3, H, W) normalised RGB crops to embeddings (B, 512).

    In eval mode ``forward`` returns the embeddings before normalisation, in train mode the pair of the classifier's
    logits (B, num_classes) and the embeddings.
    """

    dim = DIM

    def __init__(
        self, num_classes: int, channels: Sequence[int] = CHANNELS, *, instance_norm: bool = False
    ) -> None:
        super().__init__()
        stem, first, second, third = channels
        self.conv1 = ConvNorm(3, stem, 7, stride=2, instance_norm=instance_norm)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv2 = nn.Sequential(
            OSBlock(stem, first, instance_norm=instance_norm),
            OSBlock(first, first, instance_norm=instance_norm),
            transition(first),
        )
        self.conv3 = nn.Sequential(OSBlock(first, second), OSBlock(second, second), transition(second))
        self.conv4 = nn.Sequential(OSBlock(second, third), OSBlock(third, third))
        self.conv5 = ConvNorm(third, third)
        self.fc = nn.Sequential(nn.Linear(third, DIM), nn.BatchNorm1d(DIM), nn.ReLU())
        self.classifier = nn.Linear(DIM, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        x = self.maxpool(self.conv1(x))
        x = self.conv5(self.conv4(self.conv3(self.conv2(x))))
        embedding = cast("Tensor", self.fc(x.mean(dim=(2, 3))))
        return (self.classifier(embedding), embedding) if self.training else embedding


def scaled(width: float) -> tuple[int, ...]:
    """The channels of the stem and the stages at a width multiplier."""
    return tuple(int(channels * width) for channels in CHANNELS)
