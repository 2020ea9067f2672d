"""Which files a run writes, and where."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boxtrail.errors import ConfigError, SinkError
from boxtrail.io.crops import CropSink
from boxtrail.io.csv_sink import CsvSink
from boxtrail.io.explanation_sink import ExplanationSink
from boxtrail.io.jsonl import JsonLinesSink
from boxtrail.io.mot import MotSink
from boxtrail.io.numbered_folder import numbered_folder
from boxtrail.io.sinks import Sink, SinkInfo
from boxtrail.io.supervisely import SuperviselySink
from boxtrail.io.video_sink import VideoSink

Choice = bool | str | Path  # False: no; True: in the run's folder; a path: there

_SINKS: dict[str, tuple[Callable[[Path, SinkInfo], Sink], str]] = {
    "save": (VideoSink, "{name}.mp4"),
    "save_txt": (MotSink, "{name}.txt"),
    "save_csv": (CsvSink, "{name}.csv"),
    "save_json": (JsonLinesSink, "{name}.jsonl"),
    "save_annotation": (SuperviselySink, "{name}.json"),
    "save_crops": (CropSink, "crops"),
    "explain": (ExplanationSink, "{name}.explain.jsonl"),
}


@dataclass(frozen=True, slots=True)
class OutputFiles:
    """What to write for a run. Each of the seven is False, True for a file in the run's folder, or a path."""

    save: Choice = False  # annotated video
    save_txt: Choice = False  # MOTChallenge rows
    save_csv: Choice = False
    save_json: Choice = False  # JSON lines, one a frame
    save_annotation: Choice = False  # Supervisely video annotation
    save_crops: Choice = False  # folder of cut-outs, one folder a track
    explain: Choice = False  # JSON lines: what was decided about every track and detection, and why
    out_dir: str | Path | None = None  # the run's folder; None numbers a new one in ``project``
    project: str | Path = "runs/track"

    def chosen(self) -> dict[str, Choice]:
        """The options that ask for a file."""
        return {option: choice for option in _SINKS if (choice := getattr(self, option)) is not False}

    def open_sinks(self, info: SinkInfo) -> list[Sink]:
        """Open every chosen file; the run's folder is made when a file goes there.

        Raises:
            SinkError: if a file or folder cannot be made; the files opened before are ended.
            ConfigError: for a choice that is neither a bool nor a path.
        """
        sinks: list[Sink] = []
        folder: Path | None = None
        name = file_stem(info.source_name)
        try:
            for option, choice in self.chosen().items():
                make, pattern = _SINKS[option]
                if choice is True:
                    folder = folder or self._folder(name)
                    sinks.append(make(folder / pattern.format(name=name), info))
                elif isinstance(choice, (str, Path)):
                    sinks.append(make(Path(choice), info))
                else:
                    raise ConfigError(f"{option} must be True, False or a path, not {choice!r}")
        except BaseException:
            for sink in sinks:
                sink.abort()
            raise
        return sinks

    def _folder(self, name: str) -> Path:
        try:
            if self.out_dir is not None:
                folder = Path(self.out_dir)
                folder.mkdir(parents=True, exist_ok=True)
                return folder
            return numbered_folder(Path(self.project), name)
        except OSError as error:
            where = self.out_dir if self.out_dir is not None else self.project
            raise SinkError(
                f"cannot make the folder {where} for the results: {error.strerror or error}"
            ) from error


def file_stem(source_name: str) -> str:
    """``source_name`` with everything that is awkward in a file name replaced by ``_``."""
    return re.sub(r"[^\w.-]+", "_", source_name).strip("._") or "source"


__all__ = ["Choice", "OutputFiles", "file_stem"]
