"""Score predicted tracks against the truth."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from boxtrail import _core
from boxtrail.backend import resolve
from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation.areas import areas, shared_areas
from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.counts import Counts
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.hota import Hota
from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.inputs import SequencePair, Source, find_sequences, formats_of, load
from boxtrail.evaluation.provenance import Provenance
from boxtrail.evaluation.rules import Classes, Counting, choose, counting, has_classes
from boxtrail.evaluation.scores import Scores
from boxtrail.evaluation.timeline import Timeline
from boxtrail.evaluation.track_map import TrackMap
from boxtrail.io.formats.adapting import upright
from boxtrail.io.formats.classes import ClassMap
from boxtrail.io.formats.classes import class_map as read_class_map
from boxtrail.io.formats.rows import SHAPES, SequenceRows

Renaming: TypeAlias = "str | Path | Mapping[Any, Any] | None"

KINDS = ("auto", "box", "oriented", "mask", "point")


@dataclass(frozen=True, slots=True)
class Options:
    """How to compare; see :func:`evaluate`."""

    formats: tuple[str, str]
    classes: Classes
    preprocess: str
    kind: str
    threshold: float
    zero_distance: float
    track_map: bool
    backend: str
    renamed: ClassMap | None
    by_class: bool | None = None  # None: as the rows have it


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sequence's scores and by which rules they were counted; ``is_telling`` if neither side is empty."""

    rules: str
    by_class: bool
    is_telling: bool
    scores: dict[str, Scores]
    timelines: dict[str, Timeline]
    format: str
    kind: str
    left_out: tuple[str, ...]


def evaluate(
    gt: Source,
    pred: Source,
    *,
    format: str | tuple[str, str] = "auto",
    classes: Classes = None,
    class_map: Renaming = None,
    preprocess: str = "auto",
    iou: str = "auto",
    threshold: float = 0.5,
    zero_distance: float = 2.0,
    track_map: bool = False,
    backend: str | None = None,
) -> Evaluation:
    """HOTA, CLEAR, Identity and counts of predicted tracks.

    Numbers are those of TrackEval 1.3.0 for the same rows. A row of the truth with a flag (seventh column of a MOT
    file) of 0 never counts. Where nothing tells the length of a sequence, it ends with the last row of either side.

    Args:
        gt: the truth: a MOTChallenge folder (``<sequence>/gt/gt.txt``), one such sequence, a folder of files, a file
            in any format of :data:`boxtrail.io.formats.FORMATS`, also with several sequences, an array of MOT rows
            (N, 6 to 10), a :class:`SequenceRows`, or a mapping from the names of sequences to files, arrays or rows.
        pred: the prediction: likewise, also in another format; a bare list of COCO's results refers to the images of
            the truth's file.
        format: of both sides, or a pair of formats; ``"auto"``: by what is in the files.
        classes: names or numbers of the classes to score, or a mapping from numbers to names; all by default,
            pedestrian for MOTChallenge, car and pedestrian for KITTI, those of the files for MOTS, and pedestrian,
            car, van, truck and bus for VisDrone.
        class_map: what the classes of the prediction are called in the truth, such as ``{2: "car"}`` or
            ``"person=1,2=car"``; see :func:`boxtrail.io.formats.class_map`. Classes that it does not have stay.
        preprocess: ``"mot"``: predictions on distractors are forgiven, pedestrians alone count; ``"kitti"``: KITTI's
            rules for what is hard to see, too low, or in a region to ignore; ``"mots"``: predictions in regions to
            ignore are forgiven; ``"visdrone"``: what lies in those or in others counts for neither side, nor what is
            flagged 0; ``"none"``; or ``"auto"``: as the format has it. Truth without classes, as MOT15's, has no
            distractors.
        iou: what similarity is: ``"box"``, ``"oriented"`` or ``"mask"`` intersection over union, ``"point"``
            distance, or ``"auto"``: as the shapes of the rows are. ``"box"`` takes the boxes around other shapes;
            with ``"mask"`` outlines of COCO and Supervisely that would be read as boxes are read as masks.
        threshold: in (0, 1], similarity a match needs in CLEAR and Identity.
        zero_distance: > 0, distance of two points at which their similarity is 0.
        track_map: whether average precision of whole tracks, by their mean scores, is wanted as well: ``AP_all``,
            ``AR_all`` and those of small, large, short and long tracks.
        backend: ``"cpp"`` or ``"python"``; see :func:`boxtrail.backend.resolve`.

    Raises:
        SourceError: if something cannot be read, or a sequence has no prediction.
        InvalidInputError: in one line, naming file and line, or row, of a mistake.
        ConfigError: for an option that does not exist or fit.
    """
    if not 0.0 < threshold <= 1.0:
        raise ConfigError(f"threshold must lie in (0, 1], not {threshold}")
    if not zero_distance > 0.0:
        raise ConfigError(f"zero_distance must be above 0, not {zero_distance}")
    if iou not in KINDS:
        raise ConfigError(f"unknown iou {iou!r}; there are {', '.join(KINDS)}")
    formats = formats_of(format)
    renamed = None if class_map is None else read_class_map(class_map)
    options = Options(
        formats, classes, preprocess, iou, threshold, zero_distance, track_map, resolve(backend), renamed
    )
    pairs = find_sequences(gt, pred, formats, masks=iou == "mask")
    found = _score_all(pairs, options)
    rules, by_class = _common(found)
    odd = [
        i
        for i, outcome in enumerate(found)
        if outcome.rules != rules or (rules == "none" and outcome.by_class != by_class)
    ]
    if odd:
        again = replace(options, preprocess=rules, by_class=by_class)
        for i, outcome in zip(odd, _score_all([pairs[i] for i in odd], again), strict=True):
            found[i] = outcome
    names = [pair.name for pair in pairs]
    return Evaluation(
        dict(zip(names, (outcome.scores for outcome in found), strict=True)),
        dict(zip(names, (outcome.timelines for outcome in found), strict=True)),
        _provenance(gt, pred, found, options),
    )


def _provenance(gt: Source, pred: Source, found: list[Outcome], options: Options) -> Provenance:
    return Provenance(
        truth=_origin(gt),
        prediction=_origin(pred),
        format=" and ".join(sorted({outcome.format for outcome in found})),
        rules=found[0].rules,
        similarity=" and ".join(sorted({outcome.kind for outcome in found})),
        threshold=options.threshold,
        version=_core.__version__,
        backend=options.backend,
        left_out=tuple(dict.fromkeys(line for outcome in found for line in outcome.left_out)),
    )


def _origin(source: Source) -> str:
    return str(source) if isinstance(source, (str, Path)) else "arrays"


def _score_all(pairs: list[SequencePair], options: Options) -> list[Outcome]:
    workers = min(len(pairs), os.cpu_count() or 1)
    if workers <= 1:
        return [_score(pair, options) for pair in pairs]
    with ThreadPoolExecutor(workers) as pool:  # the core works without the GIL
        return list(pool.map(lambda pair: _score(pair, options), pairs))


def _common(found: list[Outcome]) -> tuple[str, bool]:
    """One set of rules for all sequences; an empty side cannot tell which.

    Raises:
        InvalidInputError: if some sequences have classes and some have none.
    """
    telling = [outcome for outcome in found if outcome.is_telling]
    told = telling or found
    rules = "none" if any(outcome.rules == "none" for outcome in told) else told[0].rules
    if rules == "none" and len({outcome.by_class for outcome in telling}) > 1:
        raise InvalidInputError(
            "some sequences have classes on both sides and some have not; name one in classes"
        )
    return rules, all(outcome.by_class for outcome in told)


def _score(pair: SequencePair, options: Options) -> Outcome:
    """Read both sides of a sequence and score every class."""
    first, second = load(pair, options.formats, options.renamed, masks=options.kind == "mask")
    truth, prediction = first.rows, second.rows
    if options.kind == "box":
        truth, prediction = upright(truth), upright(prediction)
    kind = _kind(pair.name, truth, prediction, options.kind)
    num_frames = _num_frames(pair, truth, prediction)
    overlaps = _overlaps(kind, truth, prediction, options)
    rules = choose(options.preprocess, first.format, truth, prediction)
    by_class = options.classes is not None or has_classes(truth, prediction)
    if options.by_class is False and by_class:
        by_class = False
        truth, prediction = (replace(side, labels=None) for side in (truth, prediction))
    scores, timelines = {}, {}
    for kept in counting(rules, pair.name, truth, prediction, overlaps, options.classes):
        rows = (truth.ids, kept.truth, prediction.ids, kept.prediction)
        counted = overlaps.score(*rows, options.threshold, num_frames)
        scores[kept.name] = _scores(counted, num_frames)
        timelines[kept.name] = Timeline(**counted["timeline"])
        if options.track_map:
            found = _track_map(kind, truth, prediction, overlaps, kept)
            scores[kept.name] = replace(scores[kept.name], track_map=found)
    is_telling = bool(len(truth) and len(prediction))
    left_out = (*first.left_out, *second.left_out)
    return Outcome(rules, by_class, is_telling, scores, timelines, first.format, kind, left_out)


def _kind(name: str, truth: SequenceRows, prediction: SequenceRows, wanted: str) -> str:
    if len(prediction) == 0 or len(truth) == 0:
        return truth.kind if len(truth) else prediction.kind
    if truth.kind != prediction.kind or wanted not in ("auto", truth.kind):
        shapes = truth.kind if truth.kind == prediction.kind else f"{truth.kind} and {prediction.kind}"
        hint = "; iou='box' compares the boxes around them" if wanted == "auto" else ""
        raise InvalidInputError(
            f"sequence {name!r}: the shapes are {shapes}, which iou={wanted!r} cannot compare{hint}"
        )
    return truth.kind


def _num_frames(pair: SequencePair, truth: SequenceRows, prediction: SequenceRows) -> int:
    """As the sequence says, else up to the last row."""
    ends = [int(side.frames[-1]) for side in (truth, prediction) if len(side)]
    first = 0 if any(len(side) and side.frames[0] == 0 for side in (truth, prediction)) else 1
    last = max(ends, default=first - 1)
    if truth.num_frames is None:
        return last - first + 1
    if last - first >= truth.num_frames:
        side = "ground truth" if len(truth) and truth.frames[-1] == last else "prediction"
        raise InvalidInputError(
            f"sequence {pair.name!r}: the {side} has a row in frame {last}, but there are {truth.num_frames} frames"
        )
    return truth.num_frames


def _overlaps(kind: str, truth: SequenceRows, prediction: SequenceRows, options: Options) -> Any:
    """The similarities, from the backend asked for."""
    if options.backend == "cpp":
        overlaps: Any = _core.Overlaps
    else:
        from boxtrail.evaluation.reference.overlaps import Overlaps as overlaps  # noqa: N813
    frames = (truth.frames, prediction.frames)
    shapes = [_shapes(side, kind) for side in (truth, prediction)]
    if kind == "mask":
        return overlaps.of_masks(*frames, *shapes)
    if kind == "point":
        return overlaps.of_points(*frames, *shapes, options.zero_distance)
    return overlaps.of_boxes(*frames, *shapes)


def _track_map(
    kind: str, truth: SequenceRows, prediction: SequenceRows, overlaps: Any, kept: Counting
) -> TrackMap:
    shapes = [_shapes(side, kind) for side in (truth, prediction)]
    found = overlaps.track_map(
        truth.ids,
        kept.truth,
        areas(kind, shapes[0]),
        prediction.ids,
        kept.prediction,
        areas(kind, shapes[1]),
        np.ones(len(prediction)) if prediction.scores is None else prediction.scores,
        shared_areas(kind, overlaps.pairs(), *shapes),
    )
    return TrackMap(**found)


def _shapes(side: SequenceRows, kind: str) -> Any:
    """An empty side says nothing of its kind."""
    if len(side):
        return side.shapes
    return [] if kind == "mask" else np.empty((0, SHAPES[kind]))


def _scores(counted: dict[str, Any], num_frames: int) -> Scores:
    return Scores(
        Hota(**counted["hota"]),
        Clear(**counted["clear"]),
        Identity(**counted["identity"]),
        Counts(**counted["counts"], frames=num_frames),
    )


__all__ = ["evaluate"]
