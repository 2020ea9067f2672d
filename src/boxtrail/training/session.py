"""One session of a training run: from its first epoch, or from where an earlier session ended, to its last."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from boxtrail.errors import StateError
from boxtrail.reid.checkpoint import load_weights, read_checkpoint
from boxtrail.reid.models import build_model
from boxtrail.training.checkpoint import FORMAT, save_weights, write
from boxtrail.training.embedding import embed_with_network
from boxtrail.training.log import RunLog, read_log
from boxtrail.training.pictures import Pictures
from boxtrail.training.processes import Processes
from boxtrail.training.progress import TrainingProgress
from boxtrail.training.run import LOG, STATE, WEIGHTS, Request, fingerprint
from boxtrail.training.samples import ReidDataset, check_trainable
from boxtrail.training.scores import ReidScores, score
from boxtrail.training.trainer import Trainer

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """A run being trained; ``progress`` only in the first process, and only if wished."""

    request: Request
    dataset: ReidDataset
    size: tuple[int, int]
    processes: Processes
    progress: TrainingProgress | None = None
    best: float = -1.0  # highest mAP so far
    seconds: float = 0.0  # that the epochs took so far
    folder: Path = Path()  # of the files

    def prepare(self, *, from_weights: bool) -> Trainer:
        """The trainer as the run begins; writes nothing yet.

        Raises:
            SourceError: if there are too few identities.
            EmbedderError: if the weights to begin with do not fit; they are read only if ``from_weights``.
        """
        check_trainable(self.dataset)
        network = self._network(from_weights)
        return Trainer(network, self.dataset, self.size, self.request.options, self.processes)

    def run(self, trainer: Trainer, folder: Path, state: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Train to the last epoch; the entries of the log. ``state`` is what an earlier session left.

        After every epoch the files are complete: a session that is killed loses at most the epoch it was in.

        Raises:
            SourceError: if a picture cannot be read.
            StateError: if ``state`` is of other pictures.
        """
        self.folder = folder
        options = self.request.options
        entries: list[dict[str, Any]] = []
        if state is not None:
            entries = self._restore(trainer, state)
        log = RunLog(self.folder / LOG, entries) if self.processes.is_first else None
        with Pictures(self.size, options) as pictures:
            while trainer.epoch < options.epochs:
                self._epoch(trainer, pictures, log)
        self.processes.wait()
        return [] if log is None else log.entries

    def _network(self, from_weights: bool) -> Any:
        """The network as the run begins: drawn by the seed, then what the checkpoint has."""
        torch.manual_seed(self.request.options.seed)
        model = build_model(self.request.options.model, len(self.dataset.identities))
        if from_weights and self.request.weights is not None:
            load_weights(model, read_checkpoint(Path(self.request.weights).expanduser()))
        return model

    def _restore(self, trainer: Trainer, state: dict[str, Any]) -> list[dict[str, Any]]:
        if state["fingerprint"] != fingerprint(self.dataset):
            raise StateError(
                f"{self.folder / STATE}: the run was begun on other pictures than {self.dataset.name} holds now; "
                "a run goes on with the same ones"
            )
        trainer.load_state_dict(state["trainer"])
        self.best, self.seconds = float(state["best"]), float(state["seconds"])
        return read_log(self.folder / LOG, trainer.epoch) if self.processes.is_first else []

    def _epoch(self, trainer: Trainer, pictures: Pictures, log: RunLog | None) -> None:
        """One epoch, its scores, its line in the log and its files."""
        began = time.perf_counter()
        progress, options = self.progress, self.request.options
        if progress is not None:
            progress.begin(f"epoch {trainer.epoch + 1}/{options.epochs}")
        done = trainer.train_epoch(pictures, None if progress is None else progress.step)
        if log is None:
            return
        entry: dict[str, Any] = {"epoch": done.epoch, "learning_rate": done.learning_rate, **done.losses}
        due = done.epoch % options.eval_every == 0 or done.epoch == options.epochs
        scores = self._scores(trainer, pictures) if due else None
        if scores is not None:
            entry |= scores.to_dict()
        if due and (scores is None or scores.mean_ap > self.best):
            self.best = -1.0 if scores is None else scores.mean_ap
            save_weights(
                self.folder / WEIGHTS, trainer.average.state, arch=options.model, input_size=self.size,
                epoch=done.epoch, mean_ap=None if scores is None else scores.mean_ap,
            )  # fmt: skip
        seconds = time.perf_counter() - began
        self.seconds += seconds
        log.add(entry | {"seconds": round(seconds, 3)})
        write(self.folder / STATE, self._state(trainer))
        if progress is not None:
            progress.epoch(entry)

    def _scores(self, trainer: Trainer, pictures: Pictures) -> ReidScores | None:
        """Of the averaged weights on the queries; None where there are none."""
        query, gallery = self.dataset.query, self.dataset.gallery
        if not query or not gallery:
            return None
        with trainer.averaged() as network:
            ours, theirs = (
                embed_with_network(network, samples, pictures, self.processes.device)
                for samples in (query, gallery)
            )
        return score(ours, theirs, query, gallery)

    def _state(self, trainer: Trainer) -> dict[str, Any]:
        return {
            "boxtrail_training": FORMAT,
            "request": self.request.to_state(),
            "fingerprint": fingerprint(self.dataset),
            "size": list(self.size),
            "best": self.best,
            "seconds": self.seconds,
            "trainer": trainer.state_dict(),
        }


__all__ = ["Session"]
