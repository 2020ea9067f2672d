"""Batches of P identities with K pictures each, as batch-hard mining needs them (Hermans et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError


def identity_batches(
    groups: Mapping[str, Sequence[int]],
    batch_size: int,
    num_instances: int,
    *,
    seed: int,
    epoch: int,
    num_processes: int = 1,
) -> list[NDArray[np.int64]]:
    """Positions of the pictures of every batch of an epoch, each (P · ``num_instances``,), an identity after the other.

    ``groups`` are the positions of each identity's pictures. Every picture is drawn once; an identity whose number of
    pictures is no multiple of ``num_instances`` has some of them twice. Identities go on being drawn, those with most
    pictures left more often, until a batch can no longer be filled with different ones. Where there are fewer
    identities than a batch has room for, a batch is smaller. The same seed and epoch give the same batches in
    every process.

    Raises:
        ConfigError: if a process would get fewer than two identities, which leaves nothing to compare.
    """
    room = min(batch_size // num_instances, len(groups)) // num_processes * num_processes
    if room < 2 * num_processes:
        raise ConfigError(
            f"a batch of {batch_size} with {num_instances} pictures an identity, from {len(groups)} identities, leaves "
            f"fewer than 2 identities to each of {num_processes} processes; raise batch_size or lower num_instances"
        )
    rng = np.random.default_rng([seed, epoch])
    chunks = [_chunks(np.asarray(positions), num_instances, rng) for positions in groups.values()]
    left = np.array([len(own) for own in chunks], dtype=np.float64)
    batches = []
    while np.count_nonzero(left) >= room:
        drawn = rng.choice(len(chunks), size=room, replace=False, p=left / left.sum())
        batches.append(np.concatenate([chunks[identity].pop() for identity in drawn]))
        left[drawn] -= 1.0
    return batches


def _chunks(positions: NDArray[np.int64], size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    shuffled = rng.permutation(positions)
    missing = -len(shuffled) % size
    padded = np.concatenate([shuffled, rng.choice(positions, size=missing)]).astype(np.int64)
    return list(padded.reshape(-1, size))


__all__ = ["identity_batches"]
