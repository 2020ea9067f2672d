"""Losses, the schedule and the average of the weights, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from boxtrail.training.losses import IdentityLoss, batch_hard_triplet  # noqa: E402
from boxtrail.training.moving_average import MovingAverage  # noqa: E402
from boxtrail.training.schedule import warmup_cosine  # noqa: E402


def at(*degrees: float) -> torch.Tensor:
    radians = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([radians.cos(), radians.sin()], dim=1).float()


def chord(degrees: float) -> float:
    return 2.0 * math.sin(math.radians(degrees) / 2.0)


def test_the_triplet_loss_takes_the_farthest_own_and_the_nearest_other() -> None:
    # a at 0° and 40°, b at 60° and 100°.
    rows, labels = at(0, 40, 60, 100), torch.tensor([0, 0, 1, 1])
    own = chord(40)
    nearest = [chord(60), chord(20), chord(20), chord(60)]
    expected = np.mean([max(0.0, own - other + 0.3) for other in nearest])
    assert float(batch_hard_triplet(rows, labels, 0.3)) == pytest.approx(expected, abs=1e-5)


def test_identities_that_lie_apart_lose_nothing() -> None:
    assert float(batch_hard_triplet(at(0, 1, 90, 91), torch.tensor([0, 0, 1, 1]), 0.3)) == 0.0


def test_equal_rows_have_a_finite_gradient() -> None:
    rows = at(0, 0, 0, 0).requires_grad_()
    batch_hard_triplet(rows, torch.tensor([0, 0, 1, 1]), 0.3).backward()
    assert torch.isfinite(rows.grad).all()


def make_loss(**changed: float) -> IdentityLoss:
    weights = {"label_smoothing": 0.0, "margin": 0.3, "triplet_weight": 0.0, "centre_weight": 0.0} | changed
    return IdentityLoss(2, 2, **weights)


def test_label_smoothing_spreads_part_of_the_label() -> None:
    logits, labels = torch.tensor([[2.0, 0.0]]), torch.tensor([0])
    right, wrong = -math.log(1 / (1 + math.exp(-2))), -math.log(1 / (1 + math.exp(2)))
    found = make_loss(label_smoothing=0.2)(logits, at(0), labels)
    assert float(found["loss"]) == pytest.approx(0.9 * right + 0.1 * wrong)


def test_the_loss_is_the_weighted_sum_of_its_terms() -> None:
    loss = make_loss(triplet_weight=2.0, centre_weight=0.5)
    found = loss(torch.zeros(4, 2), 7.0 * at(0, 40, 60, 100), torch.tensor([0, 0, 1, 1]))
    total = found["cross_entropy"] + 2.0 * found["triplet"] + 0.5 * found["centre"]
    assert float(found["loss"]) == pytest.approx(float(total))
    assert float(found["cross_entropy"]) == pytest.approx(math.log(2.0))


def test_centres_move_towards_their_rows() -> None:
    loss = make_loss(centre_weight=1.0)
    found = loss(torch.zeros(2, 2), at(0, 90), torch.tensor([0, 0]))
    assert float(found["centre"]) == pytest.approx(
        0.5
    )  # half the squared distance of unit rows to the origin
    # Eq. 4: Δ = Σ (centre − row) / (1 + 2) = −(1, 1) / 3, and the centre takes half of it.
    assert loss.centres[0].tolist() == pytest.approx([1 / 6, 1 / 6])
    assert loss.centres[1].tolist() == [0.0, 0.0]


def test_the_rate_rises_linearly_then_falls_along_half_a_cosine() -> None:
    rates = [warmup_cosine(step, 4, 12) for step in range(12)]
    assert rates[:5] == pytest.approx([0.01, 0.2575, 0.505, 0.7525, 1.0])
    assert rates[8] == pytest.approx(0.5)
    assert rates[11] == pytest.approx(0.5 * (1 + math.cos(math.pi * 7 / 8)))
    assert warmup_cosine(0, 0, 5) == 1.0


def test_the_average_remembers_little_at_first_and_counts_are_the_latest() -> None:
    average = MovingAverage({"weight": torch.tensor([0.0]), "count": torch.tensor(0)}, decay=0.9)
    average.update({"weight": torch.tensor([11.0]), "count": torch.tensor(5)}, step=1)
    assert average.state["weight"].item() == pytest.approx(11.0 * (1 - 2 / 11))
    assert average.state["count"].item() == 5
    late = MovingAverage({"weight": torch.tensor([0.0])}, decay=0.9)
    late.update({"weight": torch.tensor([10.0])}, step=10_000)
    assert late.state["weight"].item() == pytest.approx(1.0)
