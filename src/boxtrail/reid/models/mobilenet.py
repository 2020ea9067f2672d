"""MobileNetV2 (Sandler, Howard, Zhu, Zhmoginov and Chen, CVPR 2018) for appearance.

Inverted residuals: a pointwise convolution widens (by 6, in the first stage not at all), a depthwise one looks around,
a linear pointwise one narrows again. The entries of the state dict are named as in the public checkpoints.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from boxtrail.reid.models.initial_weights import initialise

# Table 2 of the paper: expansion, channels, blocks, stride of the first block.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
STEM_CHANNELS = 32
DIM = 1280


class ConvNorm6(nn.Module):
    """Convolution without bias, batch norm, ReLU6."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int = 1, *, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel, stride, padding=kernel // 2, groups=groups, bias=False
        )
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H / stride, W / stride)."""
        return cast("Tensor", self.act(self.bn(self.conv(x))))


class InvertedResidual(nn.Module):
    """Widen, look around, narrow; with a shortcut where the shape stays."""

    def __init__(self, in_channels: int, out_channels: int, *, expansion: int, stride: int) -> None:
        super().__init__()
        middle = in_channels * expansion
        self.conv1 = ConvNorm6(in_channels, middle)
        self.dwconv2 = ConvNorm6(middle, middle, 3, stride=stride, groups=middle)
        self.conv3 = nn.Sequential(
            nn.Conv2d(middle, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)
        )
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H / stride, W / stride)."""
        residual = cast("Tensor", self.conv3(self.dwconv2(self.conv1(x))))
        return x + residual if self.has_shortcut else residual


class MobileNetV2(nn.Module):
    """(B, 3, H, W) normalised RGB crops to embeddings (B, dim); in train mode (logits, embeddings).

    ``width`` scales every channel; the last 1280 only upwards.
    """

    def __init__(self, num_classes: int, *, width: float = 1.0) -> None:
        super().__init__()
        channels = int(STEM_CHANNELS * width)
        self.dim = int(DIM * max(width, 1.0))
        self.conv1 = ConvNorm6(3, channels, 3, stride=2)
        for number, (expansion, out, blocks, stride) in enumerate(STAGES, 2):
            setattr(self, f"conv{number}", stage(channels, int(out * width), expansion, blocks, stride))
            channels = int(out * width)
        self.conv9 = ConvNorm6(channels, self.dim)
        self.classifier = nn.Linear(self.dim, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        x = self.conv4(self.conv3(self.conv2(self.conv1(x))))
        x = self.conv9(self.conv8(self.conv7(self.conv6(self.conv5(x)))))
        embedding = x.mean(dim=(2, 3))
        return (self.classifier(embedding), embedding) if self.training else embedding


def stage(in_channels: int, out_channels: int, expansion: int, blocks: int, stride: int) -> nn.Sequential:
    """Inverted residuals in a row, the first with the stride."""
    first = InvertedResidual(in_channels, out_channels, expansion=expansion, stride=stride)
    others = (
        InvertedResidual(out_channels, out_channels, expansion=expansion, stride=1) for _ in range(blocks - 1)
    )
    return nn.Sequential(first, *others)
