"""The class of a track: detectors waver between similar classes from frame to frame, so every match votes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from boxtrail.detections import Detections


@dataclass(slots=True)
class ClassVote:
    """Sum of the scores with which a track was seen as ``label``."""

    label: int
    weight: float


class VotingTrack(Protocol):
    """What a match changes in every track; ``label`` is the class with the largest sum so far."""

    score: float
    label: int
    row: int
    votes: list[ClassVote]


def take_detection(track: VotingTrack, detections: Detections, j: int) -> None:
    """What a matched detection tells of a track: its score, its row, a vote for its class."""
    track.score, track.row = float(detections.scores[j]), int(detections.rows[j])
    label = int(detections.labels[j])
    vote = _vote(track, label)
    vote.weight += track.score
    if vote.weight > _vote(track, track.label).weight:
        track.label = label


def first_vote(label: int, score: float) -> list[ClassVote]:
    """The votes of a track that a detection gave birth to."""
    return [ClassVote(label, score)]


def _vote(track: VotingTrack, label: int) -> ClassVote:
    for vote in track.votes:
        if vote.label == label:
            return vote
    track.votes.append(ClassVote(label, 0.0))
    return track.votes[-1]
