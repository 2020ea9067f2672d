"""Which rows count for which class: the rules of MOTChallenge, KITTI, MOTS, VisDrone, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation.region_rules import VISDRONE_SCORED, keep_mots, keep_visdrone
from boxtrail.io.formats.mot import VISDRONE_CLASSES
from boxtrail.io.formats.mots import MOTS_CLASSES
from boxtrail.io.formats.rows import FloatArray, IntArray, SequenceRows

Marks: TypeAlias = NDArray[np.bool_]
Classes: TypeAlias = "Iterable[str | int] | Mapping[int, str] | None"

PREPROCESS = ("auto", "mot", "kitti", "mots", "visdrone", "none")
PEDESTRIAN = 1
# MOTChallenge's classes: 2 person on a vehicle, 7 static person, 8 distractor, 12 reflection.
MOT_DISTRACTORS = (2, 7, 8, 12)
MOT20_DISTRACTORS = (*MOT_DISTRACTORS, 6)  # and vehicles without a motor
MOT_CLASSES = range(1, 14)
KITTI_SIMILAR = {"car": ("van",), "pedestrian": ("person", "person_sitting")}
KITTI_MAX_TRUNCATION, KITTI_MAX_OCCLUSION, KITTI_MIN_HEIGHT = 0.0, 2.0, 25.0
ALL = "all"  # the one class where classes are not known


class Overlaps(Protocol):
    """What both backends offer of the similarities of a sequence."""

    def keep_mot(
        self, labels: IntArray, flags: FloatArray, label: int, distractors: list[int]
    ) -> tuple[Marks, Marks]:
        """Marks of the rows of both sides that count."""

    def keep_kitti(
        self,
        labels: IntArray,
        truncations: FloatArray,
        occlusions: FloatArray,
        prediction_frames: IntArray,
        prediction_labels: IntArray,
        prediction: FloatArray,
        ignored_frames: IntArray,
        ignored: FloatArray,
        label: int,
        distractors: list[int],
        max_truncation: float,
        max_occlusion: float,
        min_height: float,
    ) -> tuple[Marks, Marks]:
        """Marks of the rows of both sides that count."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The rows of both sides that count for one class."""

    name: str
    truth: Marks
    prediction: Marks


def choose(preprocess: str, format: str, truth: SequenceRows, prediction: SequenceRows) -> str:
    """``"mot"``, ``"kitti"``, ``"mots"``, ``"visdrone"`` or ``"none"``.

    ``"auto"`` takes the rules of the format of the truth, and MOTChallenge's for MOT files, unless classes beside
    MOTChallenge's pedestrian are predicted or the truth has classes that MOTChallenge does not know.

    Raises:
        ConfigError: for an unknown name.
    """
    if preprocess not in PREPROCESS:
        raise ConfigError(f"unknown preprocess {preprocess!r}; there are {', '.join(PREPROCESS)}")
    if preprocess != "auto":
        return preprocess
    if format in ("kitti", "mots", "visdrone"):
        return format
    foreign = prediction.labels is not None and np.any(prediction.labels > PEDESTRIAN)
    unknown = truth.labels is not None and not np.all(np.isin(truth.labels, MOT_CLASSES))
    return "none" if truth.kind == "mask" or truth.names or foreign or unknown else "mot"


def counting(
    rules: str,
    sequence: str,
    truth: SequenceRows,
    prediction: SequenceRows,
    overlaps: Overlaps,
    classes: Classes,
) -> list[Counting]:
    """The rows that count, a class an entry.

    Raises:
        ConfigError: for classes that the rules do not know.
        InvalidInputError: for rows that the rules cannot be applied to.
    """
    if rules == "mot":
        return _mot(sequence, truth, prediction, overlaps, classes)
    if rules == "kitti":
        return _kitti(sequence, truth, prediction, overlaps, classes)
    if rules in ("mots", "visdrone"):
        return _with_regions(rules, sequence, truth, prediction, overlaps, classes)
    return _plain(sequence, truth, prediction, classes)


def _mot(
    sequence: str, truth: SequenceRows, prediction: SequenceRows, overlaps: Overlaps, classes: Classes
) -> list[Counting]:
    wanted = None if classes is None else [str(value).lower() for value in _listed(classes)]
    if wanted not in (None, ["pedestrian"], ["person"], [str(PEDESTRIAN)]):
        raise ConfigError(
            "MOTChallenge's rules know the class pedestrian alone; choose preprocess='none' for others"
        )
    if prediction.labels is not None and np.any(prediction.labels > PEDESTRIAN):
        raise InvalidInputError(
            f"sequence {sequence!r}: MOTChallenge's rules are for pedestrians alone, but class "
            f"{prediction.labels.max()} is predicted; choose preprocess='none'"
        )
    everything = np.ones(len(prediction), dtype=bool)
    if truth.labels is None:  # as MOT15: no classes, so nothing to forgive
        return [Counting("pedestrian", considered(truth), everything)]
    if not np.all(np.isin(truth.labels, MOT_CLASSES)):
        wrong = truth.labels[~np.isin(truth.labels, MOT_CLASSES)][0]
        raise InvalidInputError(
            f"sequence {sequence!r}: class {wrong} of the ground truth is none of MOTChallenge's"
        )
    flags = np.ones(len(truth)) if truth.flags is None else truth.flags
    distractors = MOT20_DISTRACTORS if sequence.upper().startswith("MOT20") else MOT_DISTRACTORS
    kept, kept_prediction = overlaps.keep_mot(truth.labels, flags, PEDESTRIAN, list(distractors))
    return [Counting("pedestrian", kept, kept_prediction if len(kept_prediction) else everything)]


def _kitti(
    sequence: str, truth: SequenceRows, prediction: SequenceRows, overlaps: Overlaps, classes: Classes
) -> list[Counting]:
    wanted = list(KITTI_SIMILAR) if classes is None else [str(value).lower() for value in _listed(classes)]
    if not set(wanted) <= set(KITTI_SIMILAR):
        raise ConfigError(
            "KITTI's rules know the classes car and pedestrian; choose preprocess='none' for others"
        )
    if truth.kind != "box" or truth.labels is None or (len(prediction) and prediction.labels is None):
        raise InvalidInputError(f"sequence {sequence!r}: KITTI's rules need boxes with classes on both sides")
    numbers = {name.lower(): label for label, name in truth.names.items()}
    labels = np.zeros(len(prediction), dtype=np.int64) if prediction.labels is None else prediction.labels
    zeros = np.zeros(len(truth))
    out = []
    for name in wanted:
        kept = overlaps.keep_kitti(
            truth.labels,
            zeros if truth.truncations is None else truth.truncations,
            zeros if truth.occlusions is None else truth.occlusions,
            prediction.frames,
            labels,
            np.asarray(prediction.shapes, dtype=np.float64),
            truth.ignored_frames,
            np.asarray(truth.ignored, dtype=np.float64),
            numbers.get(name, -1),
            [numbers[similar] for similar in KITTI_SIMILAR[name] if similar in numbers],
            KITTI_MAX_TRUNCATION,
            KITTI_MAX_OCCLUSION,
            KITTI_MIN_HEIGHT,
        )
        out.append(Counting(name, *kept))
    return out


def _with_regions(
    rules: str,
    sequence: str,
    truth: SequenceRows,
    prediction: SequenceRows,
    overlaps: Overlaps,
    classes: Classes,
) -> list[Counting]:
    known = MOTS_CLASSES if rules == "mots" else VISDRONE_CLASSES
    if classes is not None:
        names = _names(truth, prediction, classes)
        numbers = {name: label for label, name in known.items()}
        names = {numbers.get(name.lower(), label): name for label, name in names.items()}
    elif rules == "visdrone":
        names = {label: name for label, name in known.items() if name in VISDRONE_SCORED}
    else:  # KITTI-MOTS has cars and pedestrians, MOTSChallenge pedestrians alone
        found = [side.labels for side in (truth, prediction) if side.labels is not None]
        names = {label: name for label, name in known.items() if any(label in labels for labels in found)}
        names = names or {2: known[2]}
    keep = keep_mots if rules == "mots" else keep_visdrone
    return [
        Counting(name, *keep(sequence, truth, prediction, overlaps, label)) for label, name in names.items()
    ]


def _plain(sequence: str, truth: SequenceRows, prediction: SequenceRows, classes: Classes) -> list[Counting]:
    everything, kept = np.ones(len(prediction), dtype=bool), considered(truth)
    if classes is None and not has_classes(truth, prediction):
        return [Counting(ALL, kept, everything)]
    names = _names(truth, prediction, classes)
    for side, what in ((truth, "ground truth"), (prediction, "prediction")):
        if len(names) > 1 and len(side) and side.labels is None:
            raise InvalidInputError(f"sequence {sequence!r}: several classes, but the {what} has none")
    return [
        Counting(
            name,
            kept if truth.labels is None else kept & (truth.labels == label),
            everything if prediction.labels is None else prediction.labels == label,
        )
        for label, name in names.items()
    ]


def has_classes(truth: SequenceRows, prediction: SequenceRows) -> bool:
    """Whether classes are known on both sides, or on one if the other is empty."""
    known = [side.labels is not None for side in (truth, prediction) if len(side)]
    return bool(known) and all(known)


def considered(truth: SequenceRows) -> Marks:
    """Rows of the truth that are not marked with a flag of 0."""
    return np.ones(len(truth), dtype=bool) if truth.flags is None else truth.flags != 0.0


def _names(truth: SequenceRows, prediction: SequenceRows, classes: Classes) -> dict[int, str]:
    """The classes by number: those asked for, else all that either side has."""
    known = {**prediction.names, **truth.names}
    if isinstance(classes, Mapping):
        return dict(classes)
    if classes is None:
        sides = [side.labels for side in (truth, prediction) if side.labels is not None]
        return {int(label): known.get(int(label), str(label)) for label in np.unique(np.concatenate(sides))}
    numbers = {name.lower(): label for label, name in known.items()}
    out = {}
    for position, wanted in enumerate(_listed(classes)):
        if isinstance(wanted, str) and not wanted.lstrip("-").isdigit():
            # A class that neither side has is no mistake: it is absent in this sequence.
            out[numbers.get(wanted.lower(), -2 - position)] = wanted
        else:
            out[int(wanted)] = known.get(int(wanted), str(wanted))
    return out


def _listed(classes: Classes) -> list[str | int]:
    if classes is None:
        return []
    if isinstance(classes, str):
        return [classes]
    return list(classes.values()) if isinstance(classes, Mapping) else list(classes)


__all__ = [
    "ALL",
    "PREPROCESS",
    "Classes",
    "Counting",
    "Overlaps",
    "choose",
    "considered",
    "counting",
    "has_classes",
]
