"""LMBN-n (Herzog, Ji, Teepe, Hörmann, Gilg and Rigoll, "Lightweight Multi-Branch Network", ICIP 2021).

OSNet up to the first block of its third stage, then three copies of the rest: one for the whole picture, one for its
upper and lower half, one for halves of the channels. Each of seven pooled vectors goes through a batch-norm neck of its
own (Luo et al. 2019). On the global branch sits one more block whose strongest rows are erased in training for one of
the two vectors read from it (Quispe and Pedrini, "Top-DB-Net", 2020); that vector and the whole of the partial branch
are pooled by the maximum, all others by the mean.

What the embedding holds, in order: global mean, global maximum, partial maximum, upper half, lower half, first and
second half of the channels; 512 numbers each, and interleaved: the seven first numbers come first.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from boxtrail.reid.models.initial_weights import initialise
from boxtrail.reid.models.osnet import CHANNELS, OSBlock, transition
from boxtrail.reid.models.osnet_layers import ConvNorm

NUM_VECTORS = 7
WIDTH = 512  # numbers of each
ERASED = 0.33  # share of the rows that training erases


class Neck(nn.Module):
    """Batch norm before a classifier; the embedding is read between them. ``reduce`` puts a 1×1 convolution first."""

    def __init__(self, num_classes: int, *, reduce: bool) -> None:
        super().__init__()
        self.reduction = nn.Conv2d(WIDTH, WIDTH, 1, bias=False) if reduce else nn.Identity()
        self.bn = nn.BatchNorm2d(WIDTH)
        self.classifier = nn.Linear(WIDTH, num_classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 512, 1, 1) to (B, 512)."""
        return cast("Tensor", self.bn(self.reduction(x)).flatten(1))


class TopDropBlock(nn.Module):
    """An OSNet block, and in training the mask of the rows that carry most."""

    def __init__(self) -> None:
        super().__init__()
        self.drop_batch_bottleneck = OSBlock(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 512, H, W) to the block's output, and the same without its strongest rows in train mode."""
        x = self.drop_batch_bottleneck(x)
        if not self.training:
            return x, x
        strength = x.detach().square().sum(dim=1).amax(dim=2)  # (B, H)
        strongest = strength.topk(max(1, round(ERASED * strength.shape[1])), dim=1).indices
        kept = torch.ones_like(strength).scatter(1, strongest, 0.0)
        return x, x * kept[:, None, :, None]


class LMBN(nn.Module):
    """(B, 3, H, W) normalised RGB crops, 384 × 128 in the paper, to embeddings (B, 3584).

    In train mode the pair of logits (B, num_classes), the mean over the seven classifiers, and the embeddings.
    """

    dim = NUM_VECTORS * WIDTH
    input_size = (384, 128)

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        stem, first, second, _ = CHANNELS
        self.backbone = nn.Sequential(
            ConvNorm(3, stem, 7, stride=2),
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.Sequential(OSBlock(stem, first), OSBlock(first, first), transition(first)),
            OSBlock(first, second),
        )
        self.global_branch = branch()
        self.partial_branch = branch()
        self.channel_branch = branch()
        self.batch_drop_block = TopDropBlock()
        self.reduction_0 = Neck(num_classes, reduce=True)  # global mean
        self.reduction_1 = Neck(num_classes, reduce=True)  # partial maximum
        self.reduction_2 = Neck(num_classes, reduce=True)  # upper half
        self.reduction_3 = Neck(num_classes, reduce=True)  # lower half
        self.reduction_4 = Neck(num_classes, reduce=True)  # global maximum, rows erased in training
        self.shared = nn.Sequential(
            nn.Conv2d(WIDTH // 2, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )
        self.reduction_ch_0 = Neck(num_classes, reduce=False)
        self.reduction_ch_1 = Neck(num_classes, reduce=False)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Embeddings, in train mode (logits, embeddings)."""
        vectors = self._vectors(x)
        embedding = torch.stack(vectors, dim=2).flatten(1)
        if not self.training:
            return embedding
        logits = [neck.classifier(vector) for neck, vector in zip(self._necks(), vectors, strict=True)]
        return torch.stack(logits).mean(dim=0), embedding

    def _necks(self) -> tuple[Neck, ...]:
        return (
            self.reduction_0,
            self.reduction_4,
            self.reduction_1,
            self.reduction_2,
            self.reduction_3,
            self.reduction_ch_0,
            self.reduction_ch_1,
        )

    def _vectors(self, x: Tensor) -> list[Tensor]:
        """The seven (B, 512) vectors behind their necks, in the order of the embedding."""
        x = self.backbone(x)
        whole, erased = self.batch_drop_block(self.global_branch(x))
        partial = self.partial_branch(x)
        upper, lower = partial.chunk(2, dim=2)
        channels = torch.cat(_mean(self.channel_branch(x)).chunk(2, dim=1))  # once through what they share
        pooled = (
            _mean(whole),
            erased.amax(dim=(2, 3), keepdim=True),
            partial.amax(dim=(2, 3), keepdim=True),
            _mean(upper),
            _mean(lower),
            *self.shared(channels).chunk(2),
        )
        return [neck(vector) for neck, vector in zip(self._necks(), pooled, strict=True)]


def branch() -> nn.Sequential:
    """The rest of OSNet behind the first block of its third stage; the first entry has no parameters."""
    _, _, second, third = CHANNELS
    return nn.Sequential(
        nn.Sequential(nn.Identity(), OSBlock(second, second), transition(second)),
        nn.Sequential(OSBlock(second, third), OSBlock(third, third)),
        ConvNorm(third, third),
    )


def _mean(x: Tensor) -> Tensor:
    return x.mean(dim=(2, 3), keepdim=True)
