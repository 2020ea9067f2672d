"""``boxtrail track``: a source in, tracks out."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from boxtrail.cli.embedders import embedder_spec
from boxtrail.cli.failures import EXIT_INTERRUPTED, one_line_errors
from boxtrail.cli.key_values import key_values
from boxtrail.cli.report import print_run
from boxtrail.errors import ConfigError

if TYPE_CHECKING:
    from boxtrail.run import Run

_tracking = partial(typer.Option, rich_help_panel="Detection and tracking")
_frames = partial(typer.Option, rich_help_panel="Frames")
_files = partial(typer.Option, rich_help_panel="Files")
_output = partial(typer.Option, rich_help_panel="Output")

_Config = Annotated[
    str | None, _tracking(metavar="FILE|PRESET", help="Tracker options: a YAML file, or a preset's name.")
]
_Pairs = Annotated[
    list[str] | None,
    _tracking("--option", "-o", metavar="KEY=VALUE", help="One tracker option; repeatable."),
]
_Motion = Annotated[
    str | None, _tracking(help="sof, ecc, orb, sift, file:PATH or none; default: what the tracker names.")
]
_Reid = Annotated[
    list[str] | None,
    _tracking(
        metavar="[CLASS=]SPEC",
        help="How detections look, for trackers that compare it: histogram, or the path of a network; "
        "repeatable with a class, *=SPEC for all others.",
    ),
]
_Gallery = Annotated[
    Path | None,
    _tracking(metavar="FILE", help="Names for tracks, .npz of `boxtrail gallery enrol`; needs --reid."),
]
_Explain = Annotated[
    Path | None, _files(metavar="FILE", help="Why each track and detection fared as it did, .jsonl.")
]
_Out = Annotated[
    Path | None, _files(metavar="DIR", help="Folder of the files; without it a new one in runs/track.")
]
_Postprocess = Annotated[
    list[str] | None,
    _files(
        metavar="METHOD",
        help="linear, gsi or gbi over the finished tracks, for --save-txt, --save-csv and --save-json; repeatable.",
    ),
]


def track(
    source: Annotated[str, typer.Argument(help="Video, folder, glob, MOT sequence, camera index or URL.")],
    detector: Annotated[
        str, _tracking(help="motion, hog, onnx:PATH, file:PATH, inference:URL or supervisely:URL.")
    ] = "motion",
    tracker: Annotated[str, _tracking(help="A name of `boxtrail trackers`.")] = "bytetrack",
    tracker_config: _Config = None,
    option: _Pairs = None,
    backend: Annotated[str | None, _tracking(help="Of the tracker: cpp or python.")] = None,
    conf: Annotated[float | None, _tracking(help="Lowest detection score kept, 0 to 1.")] = None,
    classes: Annotated[str | None, _tracking(help="Names or ids to keep: person,car or 0,2.")] = None,
    camera_motion: _Motion = None,
    reid: _Reid = None,
    gallery: _Gallery = None,
    half: Annotated[bool, _tracking("--half", help="Half precision of the embedder.")] = False,
    per_class: Annotated[bool, _tracking("--per-class", help="Track each class by itself.")] = False,
    device: Annotated[str, _tracking(help="Of detector and embedder: auto, cpu, cuda, cuda:1.")] = "auto",
    save: Annotated[bool, _files("--save", help="Annotated video, .mp4.")] = False,
    save_txt: Annotated[bool, _files("--save-txt", help="MOTChallenge rows, .txt.")] = False,
    save_csv: Annotated[bool, _files("--save-csv", help="One row a box, .csv.")] = False,
    save_json: Annotated[bool, _files("--save-json", help="One JSON line a frame, .jsonl.")] = False,
    save_annotation: Annotated[
        bool, _files("--save-annotation", help="Supervisely video annotation, .json.")
    ] = False,
    save_crops: Annotated[bool, _files("--save-crops", help="Cut-outs, one folder a track.")] = False,
    explain: _Explain = None,
    out: _Out = None,
    postprocess: _Postprocess = None,
    stride: Annotated[int, _frames(help="Every n-th frame, n from 1.")] = 1,
    start_frame: Annotated[int, _frames(help="Index of the first frame, from 0.")] = 0,
    end_frame: Annotated[int | None, _frames(help="Index after the last frame.")] = None,
    num_frames: Annotated[int | None, _frames(help="At most so many frames, from 1.")] = None,
    duration: Annotated[float | None, _frames(help="At most so many seconds of the source.")] = None,
    fps: Annotated[float | None, _frames(help="Frame rate of images, which carry none (30).")] = None,
    show: Annotated[bool, _output("--show", help="A window; q or Escape in it ends the run.")] = False,
    quiet: Annotated[bool, _output("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, _output("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Track what moves in SOURCE and write the files asked for.

    Files get their names when the whole source is done. What an interrupted run had stays readable, with
    .partial in its name; for a camera or stream, which has no end, Ctrl-C completes the files.
    """
    with one_line_errors(debug=debug):
        from boxtrail.pipeline import Boxtrail

        options = tracker_options(option or [])
        if per_class:
            options["per_class"] = True
        model = Boxtrail(
            detector, tracker, conf=conf, classes=class_list(classes), device=device, backend=backend,
            reid=embedder_spec(reid), half=half, camera_motion=camera_motion, tracker_config=tracker_config, **options,
        )  # fmt: skip
        run = model.track(
            source, save=save, save_txt=save_txt, save_csv=save_csv, save_json=save_json,
            save_annotation=save_annotation, save_crops=save_crops,
            explain=False if explain is None else explain, out_dir=out, stride=stride,
            start_frame=start_frame, end_frame=end_frame, num_frames=num_frames, duration=duration, fps=fps,
            show=show, progress=not quiet, postprocess=postprocess, gallery=gallery, stream=True,
        )  # fmt: skip
        _finish(run)
        if not quiet:
            print_run(Console(), run)


def _finish(run: Run) -> None:
    """Run to the end; after Ctrl-C say in one line what is left of it."""
    try:
        run.finish()
    except KeyboardInterrupt:
        kept = ", ".join(str(path) for path in run.summary.files) or "no files"
        print(f"interrupted after {run.summary.frames} frames; kept: {kept}", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def class_list(text: str | None) -> list[int | str] | None:
    """``"person,2"`` as ``["person", 2]``."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ConfigError(f"--classes needs names or ids such as person,car or 0,2, not {text!r}")
    return [int(name) if name.isdecimal() else name for name in names]


def tracker_options(pairs: list[str]) -> dict[str, Any]:
    """Tracker options of ``-o``."""
    return key_values(pairs, "tracker option")
