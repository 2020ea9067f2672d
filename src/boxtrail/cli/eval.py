"""``boxtrail eval``: tracks against the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from boxtrail.cli.benchmark_options import (
    benchmark_option,
    cache_dir_option,
    camera_motion_option,
    data_dir_option,
    detector_option,
    reid_option,
    split_option,
)
from boxtrail.cli.executor_option import executor_option, workers_option
from boxtrail.cli.failures import one_line_errors
from boxtrail.errors import ConfigError

if TYPE_CHECKING:
    from boxtrail.cli.scores import Output
    from boxtrail.evaluation import Evaluation

_files = partial(typer.Option, rich_help_panel="Files", metavar="FILE")

_replay = partial(typer.Option, rich_help_panel="Trackers on a benchmark, instead of --gt and --pred")

_Truth = Annotated[
    Path | None, typer.Option("--gt", metavar="PATH", help="The truth: a file, a sequence or a folder.")
]
_Predictions = Annotated[
    list[str] | None,
    typer.Option("--pred", metavar="[NAME=]PATH", help="Tracks, likewise; repeatable, to compare trackers."),
]
_Format = Annotated[
    str, typer.Option("--format", help="Of the files, or TRUTH,TRACKS; auto looks into them.")
]
_Classes = Annotated[
    str | None, typer.Option(help="Names or ids of the classes to score: person,car or 1,3.")
]
_ClassMap = Annotated[
    str | None,
    typer.Option(metavar="MAP|FILE", help="What the tracks' classes are in the truth: 0=person,van=car."),
]
_Preprocess = Annotated[
    str, typer.Option(help="Whose rules say which boxes count: mot, kitti, mots, visdrone, none or auto.")
]
_Iou = Annotated[str, typer.Option("--iou", help="Similarity: box, oriented, mask, point or auto.")]
_Threshold = Annotated[
    float, typer.Option(help="Similarity of a match in CLEAR and Identity, above 0 up to 1.")
]
_Metrics = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Columns of the table: HOTA,MOTA,IDF1,IDSW,Recall,FAF, …")
]
_Bootstrap = Annotated[
    bool, typer.Option("--bootstrap", help="Confidence intervals over sequences, and who beats whom.")
]
_Fix = Annotated[
    bool, typer.Option("--fix", help="Score repaired copies where that is safe; the files stay as they are.")
]
_Trackers = Annotated[
    str, _replay("--tracker", "-t", help="Names with commas between them; NAME@PRESET for one with a preset.")
]
_Pairs = Annotated[
    list[str] | None,
    _replay("--option", "-o", metavar="KEY=VALUE", help="One option of all trackers; repeatable."),
]
_Postprocess = Annotated[
    list[str] | None, _replay(metavar="METHOD", help="linear, gsi, gbi or gta, over the tracks; repeatable.")
]
_Config = Annotated[
    str | None, _replay(metavar="FILE|PRESET", help="Options of all trackers that name no preset.")
]
_Baseline = Annotated[str | None, _replay(help="Whom the others are compared with; the first without.")]
_SaveTxt = Annotated[Path | None, _replay(metavar="DIR", help="Write the tracks: DIR/TRACKER/SEQUENCE.txt.")]


def evaluate(
    gt: _Truth = None,
    pred: _Predictions = None,
    format: _Format = "auto",
    classes: _Classes = None,
    class_map: _ClassMap = None,
    preprocess: _Preprocess = "auto",
    iou: _Iou = "auto",
    threshold: _Threshold = 0.5,
    fix: _Fix = False,
    metrics: _Metrics = None,
    bootstrap: _Bootstrap = False,
    resamples: Annotated[int, typer.Option(help="Of --bootstrap, 100 to 1,000,000.")] = 10_000,
    json_file: Annotated[Path | None, _files("--json", help="All metrics, with HOTA's curves.")] = None,
    csv_file: Annotated[Path | None, _files("--csv", help="All metrics, a row a sequence.")] = None,
    html_file: Annotated[Path | None, _files("--html", help="A report with plots and timelines.")] = None,
    benchmark: Annotated[str | None, benchmark_option(_replay)] = None,
    tracker: _Trackers = "bytetrack",
    tracker_config: _Config = None,
    option: _Pairs = None,
    postprocess: _Postprocess = None,
    detector: Annotated[str, detector_option(_replay)] = "public",
    reid: Annotated[str | None, reid_option(_replay)] = None,
    camera_motion: Annotated[str | None, camera_motion_option(_replay)] = None,
    split: Annotated[str | None, split_option(_replay)] = None,
    data_dir: Annotated[Path | None, data_dir_option(_replay)] = None,
    cache_dir: Annotated[Path | None, cache_dir_option(_replay)] = None,
    baseline: _Baseline = None,
    save_txt: _SaveTxt = None,
    executor: Annotated[str, executor_option(_replay)] = "local",
    workers: Annotated[int | None, workers_option(_replay, "Sequences", "one")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Score tracks against the truth: HOTA, CLEAR and Identity, with TrackEval's numbers.

    Tracks are files, by --gt and --pred, or come from trackers, by --benchmark and --tracker. What is not in the cache
    of `boxtrail generate` yet is computed then.
    """
    with one_line_errors(debug=debug):
        from boxtrail.cli.scores import Output
        from boxtrail.evaluation.columns import choose_columns

        columns = choose_columns(_listed(metrics, "--metrics"))
        output = Output(columns, resamples if bootstrap else None, json_file, csv_file, html_file, quiet)
        rules = _Rules(format, classes, preprocess, iou, threshold, class_map or None, fix)
        if benchmark is None:
            _score_files(gt, pred, rules, output)
            return
        from boxtrail.cli.replayed import Replaying, score_replayed

        _check_left_to_benchmark(gt, pred, rules)
        generation = {
            "detector": detector, "reid": reid, "camera_motion": camera_motion, "split": split,
            "data_dir": data_dir, "cache_dir": cache_dir,
        }  # fmt: skip
        told = Replaying(
            benchmark, tracker, tracker_config, option or [], postprocess or [], baseline, save_txt,
            executor, workers, generation,
        )  # fmt: skip
        score_replayed(told, output)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How files are read and scored; the defaults are those of the options."""

    format: str = "auto"
    classes: str | None = None
    preprocess: str = "auto"
    iou: str = "auto"
    threshold: float = 0.5
    class_map: str | None = None
    fix: bool = False


def _check_left_to_benchmark(gt: Path | None, pred: list[str] | None, rules: _Rules) -> None:
    """A benchmark says itself what is scored, and how.

    Raises:
        ConfigError: if something else is asked for.
    """
    if gt is not None or pred:
        raise ConfigError("--benchmark brings its truth, and its trackers the tracks; leave --gt and --pred")
    names = [rule.name for rule in fields(rules) if getattr(rules, rule.name) != rule.default]
    if names:
        told = ", ".join(f"--{name.replace('_', '-')}" for name in names)
        raise ConfigError(f"a benchmark has its own rules; leave {told}, or write them into a YAML file")


def _score_files(gt: Path | None, pred: list[str] | None, rules: _Rules, output: Output) -> None:
    """Score the files of every tracker, and show it.

    Raises:
        ConfigError: if there are none.
    """
    from boxtrail.cli.scores import show

    if gt is None or not pred:
        raise ConfigError("what is to be scored? Give --gt and --pred, or --benchmark and --tracker")
    options = {
        "classes": _listed(rules.classes, "--classes"), "class_map": rules.class_map,
        "preprocess": rules.preprocess, "iou": rules.iou, "threshold": rules.threshold,
    }  # fmt: skip
    formats = _formats(rules.format)
    show(_scored(gt, named_paths(pred), formats, options, fix=rules.fix, quiet=output.quiet), output)


def _scored(
    truth: Path,
    tracks: Mapping[str, Path],
    formats: tuple[str, str],
    options: Mapping[str, Any],
    *,
    fix: bool,
    quiet: bool,
) -> dict[str, Evaluation]:
    from boxtrail.cli.problems import all_problems_told, print_repairs
    from boxtrail.evaluation import evaluate as score

    paths, forms = [truth, *tracks.values()], [formats[0], *(formats[1] for _ in tracks)]
    if not fix:
        with all_problems_told(paths, forms):
            return {name: score(truth, path, format=formats, **options) for name, path in tracks.items()}
    from tempfile import TemporaryDirectory

    from boxtrail.evaluation.repair import repaired

    with TemporaryDirectory() as folder:
        sides = []
        for number, (path, form) in enumerate(zip(paths, forms, strict=True)):
            side, repairs = repaired(path, Path(folder) / str(number), form)
            if not quiet:
                print_repairs(repairs)
            sides.append(side)
        found = {
            name: score(sides[0], side, format=formats, **options)
            for name, side in zip(tracks, sides[1:], strict=True)
        }
    return {
        name: replace(found[name], provenance=replace(made, truth=str(truth), prediction=str(tracks[name])))
        for name in found
        if (made := found[name].provenance) is not None
    }


def _formats(text: str) -> tuple[str, str]:
    """``"coco,mot"`` as the formats of the truth and of the tracks, ``"mot"`` as both."""
    first, comma, second = text.partition(",")
    return first.strip(), (second if comma else first).strip()


def named_paths(texts: list[str]) -> dict[str, Path]:
    """``NAME=PATH``, or a path that names itself by its last part, and by more of it where two would be alike.

    Raises:
        ConfigError: for a name that is given twice.
    """
    named: dict[str, Path] = {}
    bare = [Path(text) for text in texts if not _has_name(text)]
    for text in texts:
        name, _, path = text.partition("=")
        if not _has_name(text):
            name, path = _own_name(Path(text), bare), text
        if name in named:
            raise ConfigError(f"two trackers are called {name!r}; name them as in --pred mine={path}")
        named[name] = Path(path)
    return named


def _has_name(text: str) -> bool:
    name, equals, path = text.partition("=")
    return bool(name and equals and path) and not Path(text).exists()


def _own_name(path: Path, paths: list[Path]) -> str:
    """As much of the path's end as no other path has."""
    parts = _telling(path)
    for count in range(1, len(parts) + 1):
        if sum(_telling(other)[-count:] == parts[-count:] for other in paths) == 1:
            return "/".join(parts[-count:])
    return parts[-1]


def _telling(path: Path) -> list[str]:
    """Parts of a path that say which tracker it is: not MOTChallenge's folder ``data``, no endings."""
    parts = list(path.absolute().parts[1:]) or [str(path)]
    if parts[-1] == "data" and len(parts) > 1:
        parts.pop()
    return [*parts[:-1], parts[-1].removesuffix(".gz").removesuffix(".txt")]


def _listed(text: str | None, option: str) -> list[str] | None:
    """``"HOTA, MOTA"`` as ``["HOTA", "MOTA"]``."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ConfigError(f"{option} needs names, with commas between them, not {text!r}")
    return names
