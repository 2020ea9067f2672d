"""``boxtrail tune``: better options of a tracker, from a benchmark with ground truth."""

from __future__ import annotations

import sys
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
from boxtrail.cli.failures import EXIT_INTERRUPTED, one_line_errors
from boxtrail.errors import ConfigError

if TYPE_CHECKING:
    from boxtrail.tuning import TuneResult

_what = partial(typer.Option, rich_help_panel="What to tune, on what")
_search = partial(typer.Option, rich_help_panel="Search")
_run = partial(typer.Option, rich_help_panel="Run and files")

_HeldOut = Annotated[
    str | None,
    _what(metavar="K|NAMES", help="Sequences to tune without and report on: every K-th, or name,name."),
]
_Option = Annotated[
    list[str] | None,
    _what("--option", "-o", metavar="KEY=VALUE", help="A tracker option that keeps this value; repeatable."),
]
_Objective = Annotated[
    str, _search(metavar="METRICS", help="A metric, or several for the best compromises: HOTA,IDF1.")
]
_Only = Annotated[
    str | None, _search(metavar="NAMES", help="Search these options alone: match_thresh,track_buffer.")
]
_Range = Annotated[
    list[str] | None,
    _search(
        "--range", metavar="KEY=LOW:HIGH", help="Another range, or KEY=a,b,c to choose from; repeatable."
    ),
]
_Storage = Annotated[
    Path | None,
    _run(metavar="FILE.db", help="Finished trials, to go on from; study.db in the folder without it."),
]
_Out = Annotated[Path | None, _run(metavar="DIR", help="Folder of the files; without it one in runs/tune.")]
_Batch = Annotated[
    int, _search(help="Trials proposed at a time; at least the number of workers keeps all busy.")
]


def tune(
    benchmark: Annotated[str, benchmark_option(_what)],
    tracker: Annotated[str, _what(help="A name of `boxtrail trackers`.")] = "bytetrack",
    detector: Annotated[str, detector_option(_what)] = "public",
    reid: Annotated[str | None, reid_option(_what)] = None,
    camera_motion: Annotated[str | None, camera_motion_option(_what)] = None,
    split: Annotated[str | None, split_option(_what)] = None,
    data_dir: Annotated[Path | None, data_dir_option(_what)] = None,
    cache_dir: Annotated[Path | None, cache_dir_option(_what)] = None,
    held_out: _HeldOut = None,
    option: _Option = None,
    n_trials: Annotated[int, _search("--n-trials", "-n", help="In the end, earlier runs included.")] = 100,
    objective: _Objective = "HOTA",
    only: _Only = None,
    search_range: _Range = None,
    seed: Annotated[int, _search(help="The same gives the same result.")] = 0,
    batch: _Batch = 8,
    no_prune: Annotated[bool, _search("--no-prune", help="Finish trials that fall behind too.")] = False,
    timeout: Annotated[float | None, _search(help="Seconds after which no trial begins.")] = None,
    calibrate_kf: Annotated[
        bool, _search("--calibrate-kf", help="First fit the Kalman filter's noise to the ground truth.")
    ] = False,
    workers: Annotated[int | None, workers_option(_run, "Trials", "as many as there are cores")] = None,
    executor: Annotated[str, executor_option(_run)] = "local",
    backend: Annotated[str | None, _run(help="Of the tracker: cpp or python.")] = None,
    storage: _Storage = None,
    out: _Out = None,
    no_report: Annotated[bool, _run("--no-report", help="No HTML report.")] = False,
    quiet: Annotated[bool, _run("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, _run("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Search the tracker options that score best on a benchmark.

    Writes best.yaml, a preset for --tracker-config, and report.html. The same command goes on with a search that was
    interrupted or killed; nothing finished is lost. A larger --n-trials adds to a finished one.
    """
    with one_line_errors(debug=debug):
        from boxtrail.tuning import tune as search
        from boxtrail.tuning.held_out import parse_held_out

        folder = out or Path("runs/tune") / _folder_name(tracker, benchmark, split)
        storage = storage or folder / "study.db"
        generation: dict[str, Any] = {
            "detector": detector, "reid": reid, "camera_motion": camera_motion, "split": split,
            "data_dir": data_dir, "cache_dir": cache_dir,
        }  # fmt: skip
        try:
            result = search(
                tracker, benchmark, n_trials=n_trials, objective=objective, seed=seed, storage=storage,
                held_out=parse_held_out(held_out), only=_names(only), ranges=_ranges(search_range or []),
                options=_values(option or []), prune=not no_prune, batch=batch, timeout=timeout, workers=workers,
                executor=executor, backend=backend, calibrate_kf=calibrate_kf, progress=not quiet, **generation,
            )  # fmt: skip
        except KeyboardInterrupt:
            print(f"interrupted; finished trials are in {storage}; the same command goes on", file=sys.stderr)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        files = [result.save_preset(folder / "best.yaml"), result.save_json(folder / "result.json")]
        if not no_report:
            files.append(result.save_report(folder / "report.html"))
        if not quiet:
            _print(result, files)


def _print(result: TuneResult, files: list[Path]) -> None:
    from rich.console import Console

    from boxtrail.cli.tuned import print_result

    print_result(Console(), result, files)


def _folder_name(tracker: str, benchmark: str, split: str | None) -> str:
    """``bytetrack-mot17-train`` for ``bytetrack:cpp`` on ``configs/mot17.yaml``."""
    parts = [tracker.partition(":")[0], Path(benchmark).stem, split or ""]
    plain = (
        "".join(letter for letter in part.lower() if letter.isalnum() or letter in "-_") for part in parts
    )
    return "-".join(part for part in plain if part)


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def _values(pairs: list[str]) -> dict[str, Any]:
    """``["max_age=30"]`` as ``{"max_age": 30}``, values read as YAML."""
    import yaml

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ConfigError(f"an option is KEY=VALUE, not {pair!r}")
        try:
            found[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"cannot read the value of option {pair!r}") from error
    return found


def _ranges(pairs: list[str]) -> dict[str, Any]:
    """``["match_thresh=0.5:0.9", "asso_func=iou,giou"]`` as a pair of numbers and a list of values."""
    import yaml

    from boxtrail.trackers.search import among

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        low, colon, high = text.partition(":")
        parts = [low, high] if colon else text.split(",")
        values = [yaml.safe_load(part) for part in parts]
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
        if not equals or not name.strip().isidentifier() or None in values or (colon and not numbers):
            raise ConfigError(f"a range is KEY=LOW:HIGH or KEY=a,b,c, not {pair!r}")
        found[name.strip()] = tuple(values) if colon else among(*values) if len(values) > 1 else values
    return found
