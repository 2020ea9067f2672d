"""Pictures of known identities, and a data set of them: what is trained on, and what is asked of the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boxtrail.errors import SourceError

UNKNOWN = ""  # a camera nobody named: never the same as another


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of one identity."""

    image: Path | bytes  # an image file, or what would be in one
    identity: str  # unique within the data set
    name: str  # what an error calls the picture
    camera: str = UNKNOWN  # pictures of one identity by one camera are no test of each other


@dataclass(frozen=True, slots=True)
class ReidDataset:
    """Pictures to train on, and queries to be found again in a gallery; identities may be shared between the two."""

    name: str
    train: tuple[Sample, ...]
    query: tuple[Sample, ...]
    gallery: tuple[Sample, ...]

    @property
    def identities(self) -> tuple[str, ...]:
        """Those of the training pictures, in order: the classes of the classifier."""
        return tuple(sorted({sample.identity for sample in self.train}))

    def __str__(self) -> str:
        return (
            f"{self.name}: {len(self.train):,} pictures of {len(self.identities):,} identities to train on, "
            f"{len(self.query):,} queries in a gallery of {len(self.gallery):,}"
        )


def check_trainable(dataset: ReidDataset) -> None:
    """Refuse what nothing can be learnt from.

    Raises:
        SourceError: if there are fewer than two identities to tell apart.
    """
    if len(dataset.identities) < 2:
        raise SourceError(
            f"{dataset.name}: training needs pictures of at least 2 identities, not {len(dataset.identities)}"
        )


def check_testable(dataset: ReidDataset) -> None:
    """Refuse what nothing can be asked of.

    Raises:
        SourceError: if there is no query or no gallery.
    """
    for part, samples in (("query", dataset.query), ("gallery", dataset.gallery)):
        if not samples:
            raise SourceError(f"{dataset.name}: no {part} pictures to evaluate with")


def by_identity(samples: Sequence[Sample]) -> dict[str, list[int]]:
    """Positions of the samples of each identity, identities in order."""
    found: dict[str, list[int]] = {}
    for position, sample in enumerate(samples):
        found.setdefault(sample.identity, []).append(position)
    return dict(sorted(found.items()))


__all__ = ["UNKNOWN", "ReidDataset", "Sample", "by_identity", "check_testable", "check_trainable"]
