"""ResNet-50 (He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016) for appearance.

The stride of a block stands on its 3×3 convolution, as in all common checkpoints. ``resnet50`` gives the 2048 means of
the last stage; ``resnet50_fc512`` keeps the last stage at the resolution of the third (stride 1), as is usual in
re-identification (Luo et al. 2019), and puts a fully connected layer of 512 behind it.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from boxtrail.reid.models.initial_weights import initialise

EXPANSION = 4  # output channels of a bottleneck over its inner ones
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2))  # inner channels, blocks, stride; the fourth is chosen
LAST_CHANNELS, LAST_BLOCKS = 512, 3


class Bottleneck(nn.Module):
    """1×1, 3×3 and 1×1 convolutions beside a shortcut."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        out_channels = channels * EXPANSION
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = (
            None
            if stride == 1 and in_channels == out_channels
            else nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, 4 · channels, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        return torch.relu(self.bn3(self.conv3(x)) + shortcut)


class ResNet50(nn.Module):
    """(B, 3, H, W) normalised RGB crops to embeddings (B, dim); in train mode (logits, embeddings).

    ``fc_dim`` numbers behind a fully connected layer, or with None the 2048 means themselves.
    """

    def __init__(self, num_classes: int, *, last_stride: int = 2, fc_dim: int | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, (channels, blocks, stride) in enumerate(
            (*STAGES, (LAST_CHANNELS, LAST_BLOCKS, last_stride)), 1
        ):
            setattr(self, f"layer{number}", stage(width, channels, blocks, stride))
            width = channels * EXPANSION
        self.fc = (
            nn.Identity()
            if fc_dim is None
            else nn.Sequential(nn.Linear(width, fc_dim), nn.BatchNorm1d(fc_dim), nn.ReLU())
        )
        self.dim = width if fc_dim is None else fc_dim
        self.classifier = nn.Linear(self.dim, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        embedding = cast("Tensor", self.fc(x.mean(dim=(2, 3))))
        return (self.classifier(embedding), embedding) if self.training else embedding


def stage(in_channels: int, channels: int, blocks: int, stride: int) -> nn.Sequential:
    """Bottlenecks in a row, the first with the stride."""
    first = Bottleneck(in_channels, channels, stride)
    return nn.Sequential(first, *(Bottleneck(channels * EXPANSION, channels, 1) for _ in range(blocks - 1)))
