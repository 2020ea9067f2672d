"""An embedder a class: each with its part of the embedding, made once, and refused where nobody knows the class."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.reid.by_class import ClassEmbedder, embedder_of
from boxtrail.trackers import create_tracker
from reid.badges import SIZE, Badges, row, scene


def test_each_class_has_its_embedder_and_no_class_looks_like_another() -> None:
    people, cars = Badges(4), Badges(3)
    by_class = embedder_of({"person": people, 2: cars}, class_names={0: "person", 2: "car", 5: "dog"})
    frame = np.ones((*SIZE, 3), np.uint8)
    detections = np.array([row(0.0), row(60.0), row(120.0)])
    detections[:, 5] = [2.0, 0.0, 5.0]
    rows, valid = by_class.embed(frame, detections, with_valid=True)
    assert by_class.dim == 7
    assert rows.tolist() == [[0, 0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0, 0], [0] * 7]
    assert valid.tolist() == [True, True, False]
    both = by_class.embed([frame, frame], [detections, detections[:0]])
    assert np.array_equal(both[0], rows)
    assert both[1].shape == (0, 7)
    assert np.array_equal(pickle.loads(pickle.dumps(by_class)).embed(frame, detections), rows)


def test_other_classes_share_one_model_and_a_model_named_twice_is_made_once() -> None:
    made = embedder_of({0: "histogram", "*": "histogram"})
    assert isinstance(made, ClassEmbedder)
    assert made.dim == 512
    assert made.embedders[0] is made.embedders[None]
    rest = embedder_of({0: Badges(2), "*": Badges(3)})
    detections = np.array([row(0.0), row(60.0)])
    detections[:, 5] = [0.0, 7.0]
    rows = rest.embed(np.ones((*SIZE, 3), np.uint8), detections)
    assert rows.tolist() == [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]


def test_a_class_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="no class 'cat' to embed; classes: person"):
        create_tracker("botsort", reid_weights={"cat": "histogram"}, class_names={0: "person"})
    with pytest.raises(ConfigError, match="an empty mapping"):
        create_tracker("botsort", reid_weights={})
    with pytest.raises(InvalidInputError, match="their class last"):
        embedder_of({0: Badges()}).embed(np.zeros((9, 9, 3), np.uint8), [[0.0, 0.0, 9.0, 9.0]])


@pytest.mark.parametrize("per_class", [False, True])
def test_tracking_each_class_by_itself_embeds_what_tracking_all_together_does(per_class: bool) -> None:
    embedder, asked, seen = Badges(), 0, set()
    tracker = create_tracker("botsort", reid_weights=embedder, cmc_method="none", per_class=per_class)
    for frame, detections in scene(20):
        detections[:, 5] = (detections[:, 1] // 20.0) % 2.0
        seen |= set(tracker.update(detections, frame).cls.tolist())
        asked += int((detections[:, 4] >= 0.6).sum())
    assert seen == {0, 1}
    assert sum(map(len, embedder.asked)) == asked
