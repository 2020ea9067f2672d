"""What a network is trained to lower: cross-entropy, triplet and centre loss."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from boxtrail.training.processes import sum_over_processes

CENTRE_RATE = 0.5  # α of Wen et al.
TINY = 1e-12


class IdentityLoss(nn.Module):
    """The weighted sum of the three losses.

    Cross-entropy with label smoothing (Szegedy et al., CVPR 2016) tells the training identities apart; the triplet loss
    orders distances between embeddings, which is what a tracker compares; the centre loss (Wen et al., ECCV 2016)
    draws the embeddings of an identity together. The last two look at unit rows, as trackers do.
    """

    def __init__(
        self, num_identities: int, dim: int, *, label_smoothing: float, margin: float, triplet_weight: float,
        centre_weight: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self._smoothing, self._margin = label_smoothing, margin
        self._triplet_weight, self._centre_weight = triplet_weight, centre_weight
        self.register_buffer("centres", torch.zeros(num_identities, dim if centre_weight > 0.0 else 0))

    def forward(self, logits: Tensor, embeddings: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Losses of logits (B, C), embeddings (B, D) and labels (B,), and their weighted sum under ``"loss"``."""
        terms = {
            "cross_entropy": functional.cross_entropy(logits.float(), labels, label_smoothing=self._smoothing)
        }
        total = terms["cross_entropy"]
        rows = functional.normalize(embeddings.float(), dim=1)
        if self._triplet_weight > 0.0:
            terms["triplet"] = batch_hard_triplet(rows, labels, self._margin)
            total = total + self._triplet_weight * terms["triplet"]
        if self._centre_weight > 0.0:
            terms["centre"] = self._centre_loss(rows, labels)
            total = total + self._centre_weight * terms["centre"]
        return {"loss": total, **terms}

    def _centre_loss(self, rows: Tensor, labels: Tensor) -> Tensor:
        """Half the mean squared distance to the centres (eq. 2), which then move towards their rows (eq. 4)."""
        centres = cast("Tensor", self.centres)
        loss = 0.5 * (rows - centres[labels]).square().sum(dim=1).mean()
        with torch.no_grad():
            step = torch.zeros_like(centres).index_add_(0, labels, centres[labels] - rows.detach())
            count = torch.zeros(len(centres), 1, device=rows.device).index_add_(
                0, labels, torch.ones(len(labels), 1, device=rows.device)
            )
            sum_over_processes(step)
            sum_over_processes(count)
            centres -= CENTRE_RATE * step / (1.0 + count)
        return loss


def batch_hard_triplet(rows: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Mean over the batch of max(0, farthest own − nearest other + margin) (Hermans, Beyer and Leibe 2017, eq. 5).

    ``rows`` are (B, D) unit rows, ``labels`` (B,) of at least two identities; distances are Euclidean, in [0, 2].
    """
    squared = (2.0 - 2.0 * rows @ rows.T).clamp_min(TINY)  # the root has no gradient at 0
    distances = squared.sqrt()
    same = labels[:, None] == labels[None, :]
    farthest = distances.masked_fill(~same, 0.0).amax(dim=1)
    nearest = distances.masked_fill(same, torch.inf).amin(dim=1)
    return torch.relu(farthest - nearest + margin).mean()


__all__ = ["IdentityLoss", "batch_hard_triplet"]
