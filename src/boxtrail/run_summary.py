"""What came out of a run, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxtrail.results import TrackResults


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Frames, tracks and files of a run."""

    source: str  # name of the source
    frames: int  # frames tracked
    tracks: int  # different track ids
    tracks_by_class: Mapping[str, int]  # different track ids, by the class each had last
    boxes: int  # rows of all frames
    seconds: float  # wall time
    fps: float  # frames a second of wall time
    complete: bool  # the source was read to its end, or a live source was stopped
    files: tuple[Path, ...]  # written; an incomplete run's carry ".partial" in their names
    names: Mapping[int, str] = field(default_factory=dict)  # of tracks by their ids, in a run with a gallery

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON; files as strings."""
        return {
            "source": self.source,
            "frames": self.frames,
            "tracks": self.tracks,
            "tracks_by_class": dict(self.tracks_by_class),
            "boxes": self.boxes,
            "seconds": self.seconds,
            "fps": self.fps,
            "complete": self.complete,
            "files": [str(path) for path in self.files],
            "names": {str(track_id): name for track_id, name in self.names.items()},
        }

    def ids_by_name(self) -> dict[str, str]:
        """The track ids of each name, as text: ``{"anna": "1, 7"}``."""
        found: dict[str, list[str]] = {}
        for track_id, name in self.names.items():
            found.setdefault(name, []).append(str(track_id))
        return {name: ", ".join(ids) for name, ids in sorted(found.items())}

    def __str__(self) -> str:
        classes = ", ".join(f"{count} {name}" for name, count in self.tracks_by_class.items())
        kinds = f" ({classes})" if classes else ""
        state = "" if self.complete else ", incomplete"
        lines = [
            f"{self.source}: {self.frames} frames, {self.tracks} tracks{kinds} "
            f"in {self.seconds:.1f} s, {self.fps:.1f} fps{state}"
        ]
        if self.names:
            lines.append("  " + ", ".join(f"{name}: {ids}" for name, ids in self.ids_by_name().items()))
        return "\n".join([*lines, *(f"  {path}" for path in self.files)])


@dataclass(slots=True)
class TrackTally:
    """Counts that grow with the frames of a run; memory grows with the number of tracks, not of frames."""

    boxes: int = 0
    last_class: dict[int, int] = field(default_factory=dict)  # class by track id

    def add(self, tracks: TrackResults) -> None:
        """Count one frame."""
        self.boxes += len(tracks)
        self.last_class.update(zip(tracks.id.tolist(), tracks.cls.tolist(), strict=True))

    def by_class(self, class_names: Mapping[int, str]) -> dict[str, int]:
        """Number of tracks for each class name, most frequent first."""
        counts: dict[str, int] = {}
        for label in self.last_class.values():
            name = class_names.get(label, f"class {label}")
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


__all__ = ["RunSummary", "TrackTally"]
