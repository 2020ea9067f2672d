"""Batches on a CPU: each core takes one of its own, instead of all sharing every layer of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import torch


def side_by_side(run: Callable[[int, int], Any], bounds: Sequence[tuple[int, int]]) -> list[Any]:
    """``run(start, stop)`` of all bounds, without gradients, in as many threads as torch may use here.

    The layers of an appearance network are so small that cores which share one spend their time waiting for one
    another; on a machine that does something else as well, they wait long.
    """
    num_threads = torch.get_num_threads()
    if num_threads == 1 or len(bounds) == 1:
        return [run(*bound) for bound in bounds]

    def alone(bound: tuple[int, int]) -> Any:
        with torch.no_grad():  # a matter of the thread
            return run(*bound)

    try:
        with ThreadPoolExecutor(min(num_threads, len(bounds)), initializer=_one_thread) as pool:
            return list(pool.map(alone, bounds))
    finally:
        torch.set_num_threads(num_threads)  # what the threads set for themselves, others would begin with


def equal_parts(total: int, most: int) -> list[tuple[int, int]]:
    """0 to ``total`` in equal parts of at most ``most``, as many for each of torch's threads."""
    num_threads = torch.get_num_threads()
    num_parts = -(-total // most)
    num_parts = min(total, -(-num_parts // num_threads) * num_threads)
    edges = [total * part // num_parts for part in range(num_parts + 1)]
    return list(pairwise(edges))


def _one_thread() -> None:
    torch.set_num_threads(1)
