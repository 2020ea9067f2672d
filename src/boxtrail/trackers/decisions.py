"""Reads the decisions that a backend noted, and tells them track by track and detection by detection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from boxtrail.trackers.explanation import (
    Attempt,
    DetectionStory,
    Ended,
    Explanation,
    Reason,
    Refusal,
    TrackStory,
)

Attempts = dict[int, list[Attempt]]


def explain(
    record: Mapping[str, Any],
    *,
    frame: int,
    live: Iterable[int],
    rows: Sequence[int],
    count: int,
    ended: Mapping[int, Ended],
) -> Explanation:
    """The decisions of one update, told.

    Args:
        record: what the backend noted; its rows count the detections the backend saw.
        frame: number of the update, from 1.
        live: ids of the tracks that are live after it.
        rows: for each detection the backend saw, its row in what the user passed.
        count: detections the user passed.
        ended: by id of a new track, an older one that had ended where it began.
    """
    of_track: Attempts = {}
    of_detection: Attempts = {}
    for stage in record["stages"]:
        _add_stage(stage, rows, of_track, of_detection)
    births = {track: rows[row] for track, row in record["births"]}
    deaths = dict(record["deaths"])
    refusals: dict[int, list[Refusal]] = {}
    for row, gate, value, threshold in record["refusals"]:
        refusals.setdefault(rows[row], []).append(Refusal(gate, value, threshold))

    ids = sorted({*live, *of_track, *births, *deaths})
    seen, founders = set(rows), {row: track for track, row in births.items()}
    return Explanation(
        frame,
        {
            track: _track_story(
                track, births.get(track), deaths.get(track), ended.get(track), of_track, of_detection
            )
            for track in ids
        },
        {
            row: _detection_story(row, founders.get(row), of_detection.get(row, []), refusals.get(row, []))
            if row in seen
            else DetectionStory(row, "dropped")
            for row in range(count)
        },
    )


def _add_stage(
    stage: Mapping[str, Any], rows: Sequence[int], of_track: Attempts, of_detection: Attempts
) -> None:
    """Tell one association from both sides."""
    candidates = [(track, rows[row], similarity) for track, row, similarity in stage["candidates"]]
    matches = [(track, rows[row]) for track, row in stage["matches"]]
    name, threshold = stage["stage"], stage["threshold"]
    for track, attempt in _attempts(name, threshold, stage["tracks"], candidates, matches):
        of_track.setdefault(track, []).append(attempt)
    turned = [(row, track, similarity) for track, row, similarity in candidates]
    members = [rows[row] for row in stage["detections"]]
    for row, attempt in _attempts(name, threshold, members, turned, [(row, track) for track, row in matches]):
        of_detection.setdefault(row, []).append(attempt)


def _attempts(
    stage: str,
    threshold: float,
    members: Iterable[int],
    candidates: Iterable[tuple[int, int, float]],
    matches: Sequence[tuple[int, int]],
) -> Iterable[tuple[int, Attempt]]:
    """What an association meant for each of ``members``, which are the first of every pair."""
    similarity = {(member, partner): value for member, partner, value in candidates}
    best: dict[int, tuple[int, float]] = {}
    for (member, partner), value in similarity.items():
        if member not in best or value > best[member][1]:
            best[member] = partner, value
    partner_of, holder = dict(matches), {partner: member for member, partner in matches}
    for member in members:
        if member in partner_of:
            partner = partner_of[member]
            alike = similarity.get((member, partner), 0.0)
            yield member, Attempt(stage, threshold, "matched", partner, alike)
        elif member not in best:
            yield member, Attempt(stage, threshold, "no candidate")
        else:
            partner, alike = best[member]
            rival = holder.get(partner)
            reason = _reason(alike, threshold, taken=rival is not None)
            if rival is None or reason != "taken":
                yield member, Attempt(stage, threshold, reason, partner, alike)
            else:
                rivals = similarity.get((rival, partner), 0.0)
                yield member, Attempt(stage, threshold, reason, partner, alike, rival, rivals)


def _reason(similarity: float, threshold: float, *, taken: bool) -> Reason:
    if similarity < threshold:
        return "below threshold"
    if taken:
        return "taken"
    # Both are free and exactly as alike as asked for: only a gate that excludes its threshold does that.
    return "below threshold" if similarity == threshold else "not chosen"


def _track_story(
    track: int,
    born_from: int | None,
    death: str | None,
    ended: Ended | None,
    of_track: Attempts,
    of_detection: Attempts,
) -> TrackStory:
    attempts = tuple(of_track.get(track, ()))
    row = next((attempt.partner for attempt in attempts if attempt.reason == "matched"), born_from)
    nearest = None
    if born_from is not None:
        near = [attempt for attempt in of_detection.get(born_from, ()) if attempt.partner is not None]
        nearest = max(near, key=lambda attempt: attempt.similarity or 0.0, default=None)
        if nearest is not None and ended is not None and nearest.partner == ended.track:
            ended = None  # it took part to the last, so the association says more
    if death is not None:
        return TrackStory(track, "died", row, attempts, death, nearest, ended)
    if born_from is not None:
        return TrackStory(track, "born", row, attempts, None, nearest, ended)
    return TrackStory(track, "missed" if row is None else "matched", row, attempts)


def _detection_story(
    row: int, founded: int | None, attempts: list[Attempt], refusals: list[Refusal]
) -> DetectionStory:
    matched = next((attempt.partner for attempt in attempts if attempt.reason == "matched"), None)
    told = tuple(attempts), tuple(refusals)
    if matched is not None:
        return DetectionStory(row, "matched", matched, *told)
    if founded is not None:
        return DetectionStory(row, "started", founded, *told)
    return DetectionStory(row, "refused" if refusals else "unmatched", None, *told)


__all__ = ["explain"]
