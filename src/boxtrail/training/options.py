"""Options of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from boxtrail.errors import ConfigError
from boxtrail.trackers.options import build, option, split

ALIASES = {
    "lr": "learning_rate",
    "center_weight": "centre_weight",
    "imgsz": "input_size",
    "batch": "batch_size",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What is trained, how long and how; the defaults suit a public data set on a GPU.

    Attributes:
        model: a name of :func:`boxtrail.reid.models.build_model`.
        epochs: times every identity's pictures are gone through.
        batch_size: pictures a step, of all processes together.
        num_instances: pictures of one identity in a batch; ``batch_size`` is a multiple of it.
        input_size: (height, width) in pixels the crops are resized to; None for what the model's paper uses.
        learning_rate: of AdamW at its highest, after the warm-up.
        weight_decay: of the weights; normalisation layers and biases have none.
        warmup_epochs: epochs in which the learning rate rises from a hundredth; then it falls along half a cosine.
        label_smoothing: share of a label that is spread over all identities.
        margin: by which a batch's hardest other identity must be farther than its hardest own picture, as the distance
            of unit rows, in [0, 2].
        triplet_weight: of the triplet loss beside the cross-entropy; 0 for none.
        centre_weight: of the centre loss; 0 for none.
        flip: probability that a picture is mirrored.
        affine: probability that a picture is scaled, shifted, stretched and slanted a little.
        erase: probability that a rectangle of a picture is erased, for each of ``erasings`` rectangles.
        erasings: rectangles that may be erased.
        jitter: largest change of brightness, contrast and saturation, as a share.
        ema_decay: weight of the past in the running average of the weights, which is what is saved; 0 for none.
        clip_norm: longest gradient of a step, longer ones are shortened; 0 for no limit.
        amp: 16-bit arithmetic where it is safe; None: on GPUs.
        seed: of everything that is drawn.
        eval_every: epochs between two scores on the queries; the last epoch is always scored.
        workers: threads that read and change pictures; the result does not depend on it.
    """

    model: str = option("osnet_x0_25")
    epochs: int = option(60, 1, 100_000)
    batch_size: int = option(64, 2, 100_000)
    num_instances: int = option(4, 1, 1024)
    input_size: tuple[int, int] | None = option(None)
    learning_rate: float = option(1e-3, 1e-9, 10.0)
    weight_decay: float = option(5e-4, 0.0, 1.0)
    warmup_epochs: int = option(5, 0, 100_000)
    label_smoothing: float = option(0.1, 0.0, 0.99)
    margin: float = option(0.3, 0.0, 2.0)
    triplet_weight: float = option(1.0, 0.0, 1e6)
    centre_weight: float = option(0.0, 0.0, 1e6)
    flip: float = option(0.5, 0.0, 1.0)
    affine: float = option(0.5, 0.0, 1.0)
    erase: float = option(0.5, 0.0, 1.0)
    erasings: int = option(1, 0, 16)
    jitter: float = option(0.2, 0.0, 0.9)
    ema_decay: float = option(0.999, 0.0, 0.999999)
    clip_norm: float = option(5.0, 0.0, 1e6)
    amp: bool | None = option(None)
    seed: int = option(0, 0, 2**31 - 1)
    eval_every: int = option(10, 1, 100_000)
    workers: int = option(4, 1, 256)


def train_options(given: Mapping[str, Any]) -> TrainOptions:
    """The options of these values, checked.

    Raises:
        ConfigError: for an unknown name, with the nearest known one, or a value out of its range.
    """
    [own] = split(given, (TrainOptions,), ALIASES, "training")
    options = build(TrainOptions, own)
    if options.amp is not None and not isinstance(options.amp, bool):
        raise ConfigError(f"amp must be True, False or None, not {options.amp!r}")
    if options.batch_size % options.num_instances:
        raise ConfigError(
            f"batch_size must be a multiple of num_instances, not {options.batch_size} of {options.num_instances}"
        )
    if options.triplet_weight > 0.0 and options.num_instances < 2:
        raise ConfigError(
            "the triplet loss compares pictures of one identity: num_instances must be at least 2"
        )
    return replace(options, input_size=_checked_size(options.input_size))


def _checked_size(size: Any) -> tuple[int, int] | None:
    if size is None:
        return None
    sides = tuple(size) if isinstance(size, list | tuple) else ()
    whole = all(isinstance(side, int) and not isinstance(side, bool) for side in sides)
    if len(sides) != 2 or not whole or not all(16 <= side <= 4096 for side in sides):
        raise ConfigError(f"input_size must be (height, width) in [16, 4096] pixels, not {size!r}")
    return sides


__all__ = ["ALIASES", "TrainOptions", "train_options"]
