"""Training an appearance network, from a data set's name to weights, a picture and a preset."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxtrail.errors import ConfigError, SinkError, require
from boxtrail.io.numbered_folder import numbered_folder
from boxtrail.reid import create_embedder
from boxtrail.reid.models import find_architecture
from boxtrail.reid.models.architectures import TIMM
from boxtrail.reid.network import DEFAULT_SIZE
from boxtrail.training.embedding import embed_samples
from boxtrail.training.options import TrainOptions
from boxtrail.training.plots import plot_run
from boxtrail.training.preset import appearance_threshold, write_preset
from boxtrail.training.progress import TrainingProgress
from boxtrail.training.run import LOG, PLOT, PRESET, STATE, WEIGHTS, Request, TrainingRun
from boxtrail.training.scores import ReidScores, score
from boxtrail.training.thresholds import Separation, separate

if TYPE_CHECKING:
    from boxtrail.training.session import Session


def train_reid(
    dataset: str | None = None,
    data_dir: str | Path | None = None,
    *,
    weights: str | Path | None = None,  # a checkpoint to begin with; nothing is downloaded
    resume: str | Path | None = None,  # the folder of a run that was interrupted
    out_dir: str | Path | None = None,  # folder of this run's files
    project: str | Path = "runs/train",  # without out_dir: a numbered folder is made in here
    device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:1"
    progress: bool = False,  # a progress bar on the standard error stream
    **options: Any,
) -> TrainingRun:
    """Train an appearance network on a data set of identities.

    ``options`` are those of :class:`TrainOptions` and :class:`DatasetOptions`, by name. With ``resume`` the run goes on
    as it was asked for, and only ``device`` and ``progress`` may be given; on a CPU the result is that of an
    uninterrupted run, bit for bit. Under ``torchrun`` every process calls this alike, ``batch_size`` is shared out
    among them, and the first one writes the files; all return the same.

    Raises:
        ConfigError: for an unknown model, data set, option or device.
        SourceError: if the data set or a picture of it cannot be read.
        EmbedderError: if ``weights`` is no checkpoint of the model, or needs code to be run.
        StateError: if the run to go on with is not there, or is of other pictures.
        SinkError: if a file cannot be written.
        MissingExtraError: if torch, OpenCV or matplotlib is not installed.
    """
    for module in ("torch", "cv2", "matplotlib"):
        require(module, "reid", "training")
    from boxtrail.reid.torch_files import torch_device
    from boxtrail.training.checkpoint import read_state
    from boxtrail.training.processes import processes
    from boxtrail.training.session import Session

    state: dict[str, Any] | None = None
    if resume is not None:
        _check_only_resume(dataset, data_dir, weights, out_dir, options)
        state = read_state(Path(resume).expanduser() / STATE)
        request = Request.from_state(state["request"])
    elif dataset is None:
        raise ConfigError(
            "training needs a data set (dataset, --dataset), or a run to go on with (resume, --resume)"
        )
    else:
        request = Request.of(dataset, data_dir, weights, options)
    size = _crop_size(request.options)
    pictures = request.load_dataset()
    with processes(torch_device(device)) as workers, ExitStack() as stack:
        shown = None
        if progress and workers.is_first:
            shown = stack.enter_context(TrainingProgress(request.options.epochs))
        session = Session(request, pictures, size, workers, shown)
        trainer = stack.enter_context(closing(session.prepare(from_weights=state is None)))
        folder = None
        if workers.is_first:  # only now: what fails before leaves no folder
            folder = (
                Path(resume).expanduser() if resume is not None else _folder(out_dir, Path(project), request)
            )
        entries = session.run(trainer, workers.first_says(folder), state)
        run = _finished(session, entries) if workers.is_first else None
        finished: TrainingRun = workers.first_says(run)
        return finished


def _crop_size(options: TrainOptions) -> tuple[int, int]:
    """(height, width) of the crops: as asked for, or as the architecture's paper has it."""
    if options.input_size is not None:
        return options.input_size
    return DEFAULT_SIZE if options.model.startswith(TIMM) else find_architecture(options.model).input_size


def _check_only_resume(
    dataset: str | None,
    data_dir: str | Path | None,
    weights: str | Path | None,
    out_dir: str | Path | None,
    options: dict[str, Any],
) -> None:
    named = {"dataset": dataset, "data_dir": data_dir, "weights": weights, "out_dir": out_dir, **options}
    given = [name for name, value in named.items() if value is not None]
    if given:
        raise ConfigError(
            f"{', '.join(given)} cannot be given with resume: the run goes on as it was asked for"
        )


def _folder(out_dir: str | Path | None, project: Path, request: Request) -> Path:
    try:
        if out_dir is None:
            return numbered_folder(project, request.options.model.replace(":", "-"))
        folder = Path(out_dir).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = project if out_dir is None else out_dir
        raise SinkError(f"cannot make the folder {where} of the run: {error.strerror or error}") from error
    if (folder / STATE).exists():
        raise ConfigError(
            f"{folder} holds a run already; go on with it (resume, --resume), or name another folder"
        )
    return folder


def _finished(session: Session, entries: list[dict[str, Any]]) -> TrainingRun:
    """Score the weights as they will be used, draw the picture and write the preset."""
    folder, dataset = session.folder, session.dataset
    weights = folder / WEIGHTS
    scores: ReidScores | None = None
    separation: Separation | None = None
    if dataset.query and dataset.gallery:
        embedder = create_embedder(weights, device=str(session.processes.device))
        if session.progress is not None:
            session.progress.begin("scoring")
        watch = None if session.progress is None else session.progress.step
        query, gallery = (embed_samples(embedder, part, watch) for part in (dataset.query, dataset.gallery))
        scores = score(query, gallery, dataset.query, dataset.gallery)
        separation = separate(query, gallery, dataset.query, dataset.gallery)
    return TrainingRun(
        folder=folder,
        weights_path=weights,
        state_path=folder / STATE,
        log_path=folder / LOG,
        plot_path=plot_run(folder / PLOT, entries, separation),
        preset_path=None if separation is None else write_preset(folder / PRESET, separation, weights),
        scores=scores,
        appearance_thresh=None if separation is None else appearance_threshold(separation),
        seconds=session.seconds,
    )


__all__ = ["train_reid"]
