"""The suggested threshold as a preset of a tracker."""

from __future__ import annotations

from pathlib import Path

from boxtrail.io.atomic import AtomicText
from boxtrail.trackers import BotSort
from boxtrail.training.thresholds import Separation

DIGITS = 4


def appearance_threshold(separation: Separation) -> float:
    """The threshold as BoT-SORT's ``appearance_thresh`` counts, cosine distance over ``emb_scale``."""
    return round(separation.threshold / BotSort.config_type().emb_scale, DIGITS)


def write_preset(path: Path, separation: Separation, weights: Path) -> Path:
    """A preset of BoT-SORT for ``create_tracker("botsort", preset=path)``.

    Raises:
        SinkError: if the file cannot be written.
    """
    file = AtomicText(path)
    file.write(
        f"# For embeddings of {weights.name}: a cosine distance of {separation.threshold:.{DIGITS}f} misses "
        f"{100 * separation.missed:.1f} % of pairs of one identity\n"
        f"# and lets through {100 * separation.confused:.1f} % of pairs of two. "
        "appearance_thresh is that distance over emb_scale.\n"
        f"appearance_thresh: {appearance_threshold(separation)}\n"
    )
    file.close()
    return file.path


__all__ = ["appearance_threshold", "write_preset"]
