"""The sequences that are tuned on, from whatever names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from boxtrail.benchmarks import Benchmark, CachedSequence, GeneratedCache, generate
from boxtrail.benchmarks.generate import Progress
from boxtrail.errors import ConfigError

Source: TypeAlias = "str | Path | Benchmark | GeneratedCache | Sequence[CachedSequence]"


def find_sequences(
    source: Source, *, progress: Progress | None = None, **generation: Any
) -> tuple[list[CachedSequence], Benchmark | None]:
    """Sequences with their truth, and the benchmark they are of, if of any.

    Args:
        source: a benchmark by name, path or as loaded, whose cache is made where it is missing; a cache; or sequences.
        progress: is told of the making of a cache.
        **generation: further options of :func:`boxtrail.benchmarks.generate`, for a benchmark.

    Raises:
        ConfigError: for options that mean nothing to sequences that are there already.
        BoxtrailError: as :func:`boxtrail.benchmarks.generate`.
    """
    if isinstance(source, (str, Path, Benchmark)):
        source = generate(source, progress=progress, **generation)
    elif generation:
        raise ConfigError(
            f"{min(generation)} is an option of making a cache; these sequences are there already"
        )
    if isinstance(source, GeneratedCache):
        return source.sequences(), source.benchmark
    return list(source), None


__all__ = ["Source", "find_sequences"]
