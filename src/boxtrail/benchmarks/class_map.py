"""From the classes of a detector to those of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.config import BenchmarkConfig
from boxtrail.errors import ConfigError


def to_benchmark_classes(
    detections: NDArray[np.float64], names: Mapping[int, str], config: BenchmarkConfig
) -> NDArray[np.float64]:
    """Detections (N, 6) or (N, 7) with the labels of the benchmark.

    Classes go by name; those the benchmark does not score are dropped. Where no name of the detector is one of the
    benchmark, every detection counts for a benchmark of one class. A benchmark without classes takes all as they are.

    Raises:
        ConfigError: if a benchmark of several classes knows none of the detector's.
    """
    if not config.classes:
        return detections
    table = _table(names, config)
    if not table and len(config.classes) == 1:
        mapped = detections.copy()
        mapped[:, -1] = next(iter(config.classes))
        return mapped
    if not table:
        own = ", ".join(names.values()) or "without names"
        raise ConfigError(
            f"{config.name} scores {', '.join(config.classes.values())}, the detector none of them; it has {own}"
        )
    labels = np.array([table.get(int(label), -1) for label in detections[:, -1]], dtype=np.float64)
    kept = labels >= 0.0
    mapped = detections[kept].copy()
    mapped[:, -1] = labels[kept]
    return mapped


def _table(names: Mapping[int, str], config: BenchmarkConfig) -> dict[int, int]:
    """Label of the detector → label of the benchmark, for those that have the same name."""
    wanted = {name.casefold(): label for label, name in config.classes.items()}
    wanted |= {other.casefold(): wanted[name.casefold()] for other, name in config.detector_classes.items()}
    return {label: wanted[name.casefold()] for label, name in names.items() if name.casefold() in wanted}


__all__ = ["to_benchmark_classes"]
