"""The learning rate over a run: a rise, then half a cosine."""

from __future__ import annotations

import math

START = 0.01  # share of the highest rate at the first step


def warmup_cosine(step: int, warmup_steps: int, num_steps: int) -> float:
    """Share of the highest learning rate at a step, from 0, of ``num_steps``: linear from 0.01 to 1, then down to 0."""
    if step < warmup_steps:
        return START + (1.0 - START) * step / warmup_steps
    done = (step - warmup_steps) / max(1, num_steps - warmup_steps)
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))


__all__ = ["warmup_cosine"]
