"""OSNet-AIN (Zhou, Yang, Cavallaro and Xiang, "Learning Generalisable Omni-Scale Representations", TPAMI 2021).

OSNet whose blocks were searched for where instance normalisation helps across data sets: the found network has it in
the stem and, in four of its six blocks, at the end of the residual branch, before the shortcut is added. The streams
of a block are lists of layers here, and the pooling of a stage is a module of its own; the entries of the state
dict are named as in the public checkpoints.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from boxtrail.reid.models.initial_weights import initialise
from boxtrail.reid.models.osnet import CHANNELS, DIM, transition
from boxtrail.reid.models.osnet_layers import BOTTLENECK, NUM_SCALES, ChannelGate, ConvNorm, light_convs


class LightConvStream(nn.Module):
    """``depth`` light 3×3 convolutions in a row."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.layers = light_convs(channels, depth)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) to the same shape."""
        return cast("Tensor", self.layers(x))


class AinBlock(nn.Module):
    """The omni-scale residual block; ``instance_norm`` ends its residual branch in place of batch norm."""

    def __init__(self, in_channels: int, out_channels: int, *, instance_norm: bool) -> None:
        super().__init__()
        middle = out_channels // BOTTLENECK
        self.conv1 = ConvNorm(in_channels, middle)
        self.conv2 = nn.ModuleList(LightConvStream(middle, depth + 1) for depth in range(NUM_SCALES))
        self.gate = ChannelGate(middle)
        self.conv3 = (
            PlainConv(middle, out_channels) if instance_norm else ConvNorm(middle, out_channels, linear=True)
        )
        self.downsample = (
            None if in_channels == out_channels else ConvNorm(in_channels, out_channels, linear=True)
        )
        self.IN = nn.InstanceNorm2d(out_channels, affine=True) if instance_norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H, W)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.conv1(x)
        first, *others = self.conv2
        total = self.gate(first(x))
        for stream in others:
            total = total + self.gate(stream(x))
        return torch.relu(self.IN(self.conv3(total)) + shortcut)


class PlainConv(nn.Module):
    """A pointwise convolution that something else normalises."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H, W)."""
        return cast("Tensor", self.conv(x))


class OSNetAin(nn.Module):
    """(B, 3, H, W) normalised RGB crops to embeddings (B, 512); in train mode (logits, embeddings)."""

    dim = DIM

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        stem, first, second, third = CHANNELS
        self.conv1 = ConvNorm(3, stem, 7, stride=2, instance_norm=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv2 = stage(stem, first, (True, True))
        self.pool2 = transition(first)
        self.conv3 = stage(first, second, (False, True))
        self.pool3 = transition(second)
        self.conv4 = stage(second, third, (True, False))
        self.conv5 = ConvNorm(third, third)
        self.fc = nn.Sequential(nn.Linear(third, DIM), nn.BatchNorm1d(DIM), nn.ReLU())
        self.classifier = nn.Linear(DIM, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        x = self.maxpool(self.conv1(x))
        x = self.pool3(self.conv3(self.pool2(self.conv2(x))))
        x = self.conv5(self.conv4(x))
        embedding = cast("Tensor", self.fc(x.mean(dim=(2, 3))))
        return (self.classifier(embedding), embedding) if self.training else embedding


def stage(in_channels: int, out_channels: int, instance_norm: tuple[bool, bool]) -> nn.Sequential:
    """Two blocks, each with or without instance normalisation."""
    first, second = instance_norm
    return nn.Sequential(
        AinBlock(in_channels, out_channels, instance_norm=first),
        AinBlock(out_channels, out_channels, instance_norm=second),
    )
