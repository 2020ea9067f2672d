"""What a training run was asked for, and what it leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boxtrail.errors import StateError
from boxtrail.trackers.options import split
from boxtrail.training.datasets import DatasetOptions, load_dataset
from boxtrail.training.options import ALIASES, TrainOptions, train_options
from boxtrail.training.samples import ReidDataset
from boxtrail.training.scores import ReidScores

WEIGHTS, STATE, LOG, PLOT, PRESET = "best.pt", "last.pt", "log.jsonl", "training.png", "botsort.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRun:
    """A finished run.

    Attributes:
        folder: of its files.
        weights_path: ``best.pt``, the averaged weights of the epoch with the highest mAP, or of the last one where
            there are no queries; what :class:`boxtrail.reid.ReID` takes.
        state_path: ``last.pt``, what an interrupted run goes on from.
        log_path: ``log.jsonl``, an object an epoch.
        plot_path: ``training.png``, losses, scores and histograms of distances.
        preset_path: ``botsort.yaml``, with the suggested ``appearance_thresh``; None where there are no queries.
        scores: of ``weights_path`` on the queries; None where there are none.
        appearance_thresh: as in the preset, or None.
        seconds: that the epochs took, over all sessions of the run.
    """

    folder: Path
    weights_path: Path
    state_path: Path
    log_path: Path
    plot_path: Path
    preset_path: Path | None
    scores: ReidScores | None
    appearance_thresh: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is of: everything its result depends on, kept in its state."""

    dataset: str
    data_dir: str | None
    dataset_options: Mapping[str, Any]
    weights: str | None  # a checkpoint to begin with
    options: TrainOptions

    @staticmethod
    def of(
        dataset: str, data_dir: str | Path | None, weights: str | Path | None, given: Mapping[str, Any]
    ) -> Request:
        """The request of a user's words, options of training and of the data set together.

        Raises:
            ConfigError: for an unknown option or a wrong value.
        """
        own, datas = split(given, (TrainOptions, DatasetOptions), ALIASES, "training")
        where = None if data_dir is None else str(Path(data_dir).expanduser().absolute())
        return Request(dataset, where, datas, None if weights is None else str(weights), train_options(own))

    def load_dataset(self) -> ReidDataset:
        """The data set; reads its folder.

        Raises:
            ConfigError, SourceError: as :func:`load_dataset`.
        """
        return load_dataset(self.dataset, self.data_dir, **self.dataset_options)

    def to_state(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        plain = {name: _plain(value) for name, value in self.dataset_options.items()}
        return asdict(self) | {"dataset_options": plain}

    @staticmethod
    def from_state(state: Mapping[str, Any]) -> Request:
        """The request that :meth:`to_state` gave.

        Raises:
            StateError: if it is of another version.
        """
        try:
            return Request(**{**state, "options": train_options(state["options"])})
        except (TypeError, KeyError) as error:
            raise StateError(f"the run was started by another version of boxtrail: {error}") from error


def fingerprint(dataset: ReidDataset) -> str:
    """Equal for data sets of the same training pictures in the same order."""
    digest = hashlib.sha256()
    for sample in dataset.train:
        digest.update(f"{sample.identity}\0{Path(sample.name).name}\0".encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(entry) for entry in value)
    return str(value) if isinstance(value, Path) else value


__all__ = ["LOG", "PLOT", "PRESET", "STATE", "WEIGHTS", "Request", "TrainingRun", "fingerprint"]
