"""Ids kept against the truth: a small count for the demo, not a benchmark's metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.truth import TruePerson

MIN_IOU = 0.5  # of a track's box and the true one, to count as the same
MIN_VISIBILITY = 0.5  # share of a body that must show for it to be asked for


@dataclass(slots=True)
class PersonScore:
    """How one true person was followed."""

    person_id: int
    visible: int = 0  # frames in which at least half of the body showed
    matched: int = 0  # of these, frames in which a track lay on it
    ids: list[int] = field(default_factory=list)  # track ids in order, a new entry at every change

    @property
    def coverage(self) -> float:
        """Share of the visible frames in which a track lay on the person, in [0, 1]."""
        return self.matched / self.visible if self.visible else 0.0

    @property
    def kept_id(self) -> bool:
        """Whether the person was followed, and under one id throughout."""
        return len(self.ids) == 1


@dataclass(slots=True)
class IdScore:
    """All people of the film; frames are added in order."""

    people: list[PersonScore] = field(default_factory=list)

    @property
    def num_kept(self) -> int:
        """People who kept one id from the first frame to the last."""
        return sum(person.kept_id for person in self.people)

    @property
    def num_switches(self) -> int:
        """Times that a person's id changed."""
        return sum(max(0, len(person.ids) - 1) for person in self.people)

    @property
    def coverage(self) -> float:
        """Share of all visible true boxes on which a track lay, in [0, 1]."""
        visible = sum(person.visible for person in self.people)
        return sum(person.matched for person in self.people) / visible if visible else 0.0

    def add(self, truth: Sequence[TruePerson], boxes: NDArray[np.float64], ids: NDArray[np.int64]) -> None:
        """Count one frame: ``boxes`` (M, 4) xyxy in pixels and ``ids`` (M,) of the tracks in it."""
        asked = [person for person in truth if person.visibility >= MIN_VISIBILITY]
        true_boxes = np.array([person.xyxy for person in asked], dtype=np.float64).reshape(-1, 4)
        scores = [self._person(person.person_id) for person in asked]
        overlap = _iou(true_boxes, boxes)
        # A pair of the frame before stays a pair while it overlaps, as in the CLEAR metrics.
        known = np.array([score.ids[-1] if score.ids else 0 for score in scores], dtype=np.int64)
        preference = overlap + (known[:, None] == ids[None, :])
        preference[overlap < MIN_IOU] = 0.0
        for score in scores:
            score.visible += 1
        while preference.size and preference.max() > 0.0:
            row, column = np.unravel_index(int(preference.argmax()), preference.shape)
            preference[row, :] = 0.0
            preference[:, column] = 0.0
            scores[row].matched += 1
            if scores[row].ids[-1:] != [int(ids[column])]:
                scores[row].ids.append(int(ids[column]))

    def _person(self, person_id: int) -> PersonScore:
        for person in self.people:
            if person.person_id == person_id:
                return person
        self.people.append(PersonScore(person_id))
        self.people.sort(key=lambda person: person.person_id)
        return self._person(person_id)


def _iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) intersection over union of boxes (N, 4) and (M, 4) xyxy."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=-1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


__all__ = ["IdScore", "PersonScore"]
