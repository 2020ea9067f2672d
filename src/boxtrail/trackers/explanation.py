"""What one update decided about every track and detection, and why: for whoever asks why an id changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Reason: TypeAlias = Literal["matched", "below threshold", "taken", "not chosen", "no candidate"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One association that a track or a detection took part in: its best partner there, and what came of it.

    Attributes:
        stage: the association, as the tracker calls it: ``"first"``, ``"second"``, ``"recovery"`` …
        threshold: the similarity it asked for.
        reason: ``"matched"``; ``"below threshold"``; ``"taken"`` where the partner went to a rival; ``"not chosen"``
            where the pair was alike enough, but the best choice over all pairs left it out; ``"no candidate"`` where
            nothing was alike at all.
        partner: a row of the detections for a track, a track id for a detection; None without a candidate.
        similarity: of the two, as the stage measures it; 0 for a match of two that were not alike.
        rival: who has the partner: a track id for a track, a row of the detections for a detection.
        rival_similarity: of the partner and the rival.
    """

    stage: str
    threshold: float
    reason: Reason
    partner: int | None = None
    similarity: float | None = None
    rival: int | None = None
    rival_similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An option kept a detection out of an association, or from starting a track."""

    gate: str  # the option
    value: float  # what the detection had
    threshold: float  # what the option asked for


@dataclass(frozen=True, slots=True)
class Ended:
    """A track that lay where a new one began, but was over."""

    track: int
    why: str  # the option that ended it
    frames_ago: int  # 0: in the same frame
    overlap: float  # IoU of the detection and where it was last seen, or believed to be, in (0, 1]


@dataclass(frozen=True, slots=True)
class TrackStory:
    """What happened to a track.

    Attributes:
        id: of the track.
        outcome: ``"died"`` goes before ``"born"``, that before ``"matched"``; otherwise ``"missed"``.
        row: the detection that it was matched with or began with, as a row of what the user passed.
        attempts: the associations it took part in, in order.
        death: the option that ended it, or ``"diverged"``.
        nearest: for a new track, the best partner its detection had in any association: the track that it could
            have continued, and why it did not.
        ended: for a new track, a track that was over by then and lay in the same place.
    """

    id: int
    outcome: Literal["matched", "missed", "born", "died"]
    row: int | None = None
    attempts: tuple[Attempt, ...] = ()
    death: str | None = None
    nearest: Attempt | None = None
    ended: Ended | None = None

    def __str__(self) -> str:
        parts = [] if self.death is None else [f"died ({self.death})"]
        if self.nearest is not None or self.ended is not None or self.outcome == "born":
            parts += [f"born from detection {self.row}", self.origin]
        elif self.outcome == "missed":
            parts.append("missed")
        matched = [attempt for attempt in self.attempts if attempt.reason == "matched"]
        parts += [_matched(attempt, "detection") for attempt in matched]
        parts += _failures(self.attempts, "detection", "track")
        if self.outcome == "missed" and not self.attempts:
            parts.append("it took part in no association")
        return f"track {self.id}: {'; '.join(parts)}"

    @property
    def origin(self) -> str:
        """Which track a new one could have continued, and why it did not."""
        parts = []
        if self.nearest is not None:
            near, stage = self.nearest, self.nearest.stage
            said = {
                "below threshold": f"{_asked(near.similarity, near.threshold)} in stage {stage}",
                "taken": f"{near.similarity:.2f} in stage {stage}, but it took detection {near.rival} "
                f"({near.rival_similarity or 0.0:.2f})",
            }
            other = f"{near.similarity:.2f} in stage {stage}, but the best choice over all pairs left it out"
            parts.append(f"track {near.partner} was nearest: {said.get(near.reason, other)}")
        if self.ended is not None:
            ago = self.ended.frames_ago
            when = {0: "in this frame", 1: "one frame before"}.get(ago, f"{ago} frames before")
            parts.append(
                f"track {self.ended.track}, overlap {self.ended.overlap:.2f}, had ended {when} ({self.ended.why})"
            )
        return "; ".join(parts) or "no track was near"


@dataclass(frozen=True, slots=True)
class DetectionStory:
    """What happened to a detection.

    Attributes:
        row: of what the user passed.
        outcome: ``"matched"`` by a track; ``"started"`` one; ``"refused"`` by an option; ``"dropped"`` before the
            tracker saw it, for it has no area; otherwise ``"unmatched"``.
        track: the track that has it now.
        attempts: the associations it took part in, in order.
        refusals: the options that kept it out.
    """

    row: int
    outcome: Literal["matched", "started", "refused", "unmatched", "dropped"]
    track: int | None = None
    attempts: tuple[Attempt, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    def __str__(self) -> str:
        parts = {
            "started": [f"started track {self.track}"],
            "unmatched": ["unmatched"],
            "dropped": ["dropped, it has no area"],
        }.get(self.outcome, [])
        parts += [_matched(attempt, "track") for attempt in self.attempts if attempt.reason == "matched"]
        parts += [f"kept out by {r.gate}: {_asked(r.value, r.threshold)}" for r in self.refusals]
        parts += _failures(self.attempts, "track", "detection")
        if self.outcome == "unmatched" and not self.attempts:
            parts.append("it took part in no association")
        return f"detection {self.row}: {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One update of a tracker made with ``record=True``; see :meth:`boxtrail.trackers.Tracker.explain`.

    ``str()`` has a line a track and a line a detection; :meth:`to_dict` is for JSON.

    Attributes:
        frame: number of the update, from 1; 0 before the first.
        tracks: by id, ascending: all that were live before or after the update.
        detections: by row of what the user passed, ascending.
    """

    frame: int
    tracks: dict[int, TrackStory]
    detections: dict[int, DetectionStory]

    def why(self, track_id: int) -> str:
        """What happened to a track, in one line."""
        story = self.tracks.get(track_id)
        return f"track {track_id}: there is none in frame {self.frame}" if story is None else str(story)

    def why_detection(self, row: int) -> str:
        """What happened to a detection, in one line."""
        story = self.detections.get(row)
        return f"detection {row}: there is none in frame {self.frame}" if story is None else str(story)

    def id_changes(self) -> dict[int, str]:
        """For every new track that an older one lay near to: which, and why the older one did not go on.

        ```python
        for new, reason in tracker.explain().id_changes().items():
            print(new, reason)  # 7 track 3 was nearest: 0.22, asked for 0.30 in stage first
        ```
        """
        return {
            story.id: story.origin
            for story in self.tracks.values()
            if story.nearest is not None or story.ended is not None
        }

    def to_dict(self) -> dict[str, Any]:
        """``frame``, ``tracks`` and ``detections``, one dict each with the attributes that are not empty."""
        return {
            "frame": self.frame,
            "tracks": [_plain(story) for story in self.tracks.values()],
            "detections": [_plain(story) for story in self.detections.values()],
        }

    def __str__(self) -> str:
        lines: Iterable[object] = (*self.tracks.values(), *self.detections.values())
        return "\n".join([f"frame {self.frame}", *map(str, lines)])


def _matched(attempt: Attempt, partner: str) -> str:
    figures = _asked(attempt.similarity, attempt.threshold)
    return f"matched {partner} {attempt.partner} at {figures} in stage {attempt.stage}"


def _failures(attempts: tuple[Attempt, ...], partner: str, rival: str) -> list[str]:
    """Why associations brought no match; ``partner`` and ``rival`` say what their numbers count."""
    alone = [attempt.stage for attempt in attempts if attempt.reason == "no candidate"]
    if len(alone) == len(attempts):
        return [f"no {partner} near it ({', '.join(alone)})"] if alone else []
    near = [attempt for attempt in attempts if attempt.reason not in ("matched", "no candidate")]
    return [f"{attempt.stage}: {_failed(attempt, partner, rival)}" for attempt in near]


def _failed(attempt: Attempt, partner: str, rival: str) -> str:
    who, figures = f"{partner} {attempt.partner}", _asked(attempt.similarity, attempt.threshold)
    if attempt.reason == "below threshold":
        return f"best {who} at {figures}"
    if attempt.reason == "taken":
        verb = "taken by" if rival == "track" else "took"
        return f"{who} {verb} {rival} {attempt.rival} ({attempt.rival_similarity or 0.0:.2f})"
    return f"{who} at {figures}, but the best choice over all pairs left it out"


def _asked(value: float | None, threshold: float) -> str:
    """Both numbers, with as many digits as it takes to tell them apart."""
    value = 0.0 if value is None else value
    for digits in (2, 3, 4, 6, 9):
        if f"{value:.{digits}f}" != f"{threshold:.{digits}f}":
            return f"{value:.{digits}f}, asked for {threshold:.{digits}f}"
    return f"{value:.2f}, asked for {'above ' if value <= threshold else ''}{threshold:.2f}"


def _plain(value: Any) -> Any:
    """A story without what is empty, its tuples as lists."""

    def without_empty(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: list(v) if isinstance(v, tuple) else v for name, v in pairs if v not in (None, ())}

    return asdict(value, dict_factory=without_empty)


__all__ = ["Attempt", "DetectionStory", "Ended", "Explanation", "Refusal", "TrackStory"]
