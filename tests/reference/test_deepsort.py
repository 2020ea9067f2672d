"""DeepSORT and StrongSORT, by hand-worked scenes and the numbers of the papers' filters."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from boxtrail import TrackResults, create_tracker
from boxtrail.errors import InvalidInputError
from boxtrail.trackers import Tracker

Person = tuple[float, list[float]]  # left edge in pixels, look
Make = Callable[..., Tracker]
EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def at_angle(degrees: float) -> list[float]:
    """A look; 1 − cos of the angle between two is their distance."""
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]


def with_cosine(cosine: float) -> list[float]:
    """A look that has this cosine with EAST."""
    return [cosine, math.sqrt(1.0 - cosine * cosine)]


def show(tracker: Tracker, *people: Person, score: float = 0.9) -> TrackResults:
    """One frame of people 40 wide and 100 tall."""
    rows = [[x, 50.0, x + 40.0, 150.0, score, 0.0] for x, _ in people]
    return tracker.update(rows, embs=[look for _, look in people])


@pytest.fixture(params=["cpp", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deepsort(backend: str) -> Make:
    return lambda **options: create_tracker("deepsort", backend, **options)


@pytest.fixture
def strongsort(backend: str) -> Make:
    return lambda **options: create_tracker("strongsort", backend, **options)


@pytest.fixture(params=["deepsort", "strongsort"])
def either(request: pytest.FixtureRequest, backend: str) -> Make:
    return lambda **options: create_tracker(request.param, backend, **options)


def test_a_track_is_printed_from_its_third_detection_on_the_birth_included(either: Make) -> None:
    tracker = either()
    assert [show(tracker, (0.0, EAST)).id.tolist() for _ in range(4)] == [[], [], [1], [1]]
    tracker = either(n_init=1)
    assert show(tracker, (0.0, EAST)).id.tolist() == [1]


def test_a_track_that_misses_before_its_third_detection_is_gone(either: Make) -> None:
    tracker = either()
    for people in ([(0.0, EAST)], [(0.0, EAST)], []):
        show(tracker, *people)
    assert tracker.tracks == []
    assert [show(tracker, (0.0, EAST)).id.tolist() for _ in range(3)] == [[], [], [2]]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_an_unseen_track_is_printed_for_as_long_as_it_may_coast(either: Make, most: int) -> None:
    tracker = either(max_coasted=most)
    for t in range(30):
        show(tracker, (10.0 * t, EAST), score=0.8)
    coasted = [show(tracker) for _ in range(5)]
    assert [tracks.id.tolist() for tracks in coasted] == [[1]] * most + [[]] * (5 - most)
    for t, tracks in enumerate(coasted[:most]):
        assert tracks.det_ind.tolist() == [-1]
        assert tracks.conf.tolist() == [0.8]
        assert tracks.xyxy[0, 0] == pytest.approx(300.0 + 10.0 * t, abs=1.0)


def test_the_authors_print_one_frame_in_which_a_track_is_not_seen(either: Make) -> None:
    assert either().options["max_coasted"] == 1


def test_without_embeddings_it_says_what_is_missing(either: Make) -> None:
    tracker = either()
    with pytest.raises(
        InvalidInputError, match=r"needs the appearance .* pass embs=\(N, D\), or an image .* reid_weights="
    ):
        tracker.update([[0.0, 50.0, 40.0, 150.0, 0.9, 0.0]])
    assert tracker.update([]).shape == (0, 8)


def test_a_score_at_the_threshold_is_used_and_one_below_is_not(either: Make) -> None:
    tracker = either(min_confidence=0.5, min_hits=1)
    assert show(tracker, (0.0, EAST), score=0.5).id.tolist() == [1]
    assert show(tracker, (0.0, EAST), score=0.49).det_ind.tolist() == [-1]


# A box and the next detection of it, at a squared Mahalanobis distance of 8.302382 and an overlap of 0.27.
A, B = [100.0, 200.0, 150.0, 300.0], [120.0, 210.0, 190.0, 320.0]


def a_then_b(tracker: Tracker, look: list[float], score: float = 1.0, further: float = 0.0) -> TrackResults:
    tracker.update([[*A, 1.0, 0.0]], embs=[EAST])
    x1, y1, x2, y2 = B
    return tracker.update([[x1 + further, y1, x2 + further, y2, score, 0.0]], embs=[look])


def test_a_detection_in_the_gate_is_found_by_its_look_where_the_overlap_is_too_small(deepsort: Make) -> None:
    for cosine, ids in ((1.0, [1]), (0.81, [1]), (0.79, [2])):
        assert a_then_b(deepsort(min_hits=1, max_coasted=0), with_cosine(cosine)).id.tolist() == ids


def test_the_same_look_outside_the_gate_is_another_track(either: Make) -> None:
    # Eight pixels further the x alone is 38² and not 30² of a variance of 189.06: 11.2 in all, beyond 9.4877.
    assert a_then_b(either(min_hits=1, max_coasted=0), EAST).id.tolist() == [1]
    assert a_then_b(either(min_hits=1, max_coasted=0), EAST, further=8.0).id.tolist() == [2]


def test_the_filter_of_deepsort_gives_the_numbers_of_its_authors(deepsort: Make) -> None:
    box = a_then_b(deepsort(min_hits=1), EAST, score=0.8).xyxy[0]
    assert [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] == pytest.approx([151.033058, 263.016529], abs=1e-6)
    assert [(box[2] - box[0]) / (box[3] - box[1]), box[3] - box[1]] == pytest.approx(
        [0.502674, 108.677686], abs=1e-6
    )


def test_the_filter_of_strongsort_trusts_a_sure_detection_more(strongsort: Make) -> None:
    tracker = strongsort(min_hits=1)
    box = a_then_b(tracker, EAST, score=0.8).xyxy[0]
    assert [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] == pytest.approx([154.818251, 264.909125], abs=1e-6)
    assert [(box[2] - box[0]) / (box[3] - box[1]), box[3] - box[1]] == pytest.approx(
        [0.545455, 109.939417], abs=1e-6
    )
    assert tracker.tracks[0].velocity == pytest.approx([7.099583, 3.549792], abs=1e-6)


def test_a_score_of_one_leaves_the_filter_of_strongsort_healthy(strongsort: Make) -> None:
    tracker = strongsort(min_hits=1)
    assert a_then_b(tracker, EAST, score=1.0).xyxy[0] == pytest.approx(B, abs=1e-3)
    for _ in range(50):
        tracks = tracker.update([[*B, 1.0, 0.0]], embs=[EAST])
    assert tracks.xyxy[0] == pytest.approx(B, abs=1e-3)


@pytest.mark.parametrize(
    ("cosine", "weight", "found"),
    # 0.98 · (1 − cosine) + 0.02 · 8.302382 beside 0.45: 0.440, 0.460; and 0.3 without the motion.
    [(0.72, 0.98, True), (0.70, 0.98, False), (0.70, 1.0, True)],
)
def test_motion_has_a_small_share_in_the_cost_of_strongsort(
    strongsort: Make, cosine: float, weight: float, found: bool
) -> None:
    tracker = strongsort(min_hits=1, MC_lambda=weight, max_coasted=0)
    assert a_then_b(tracker, with_cosine(cosine)).id.tolist() == ([1] if found else [2])


def two_beside_one_another(tracker: Tracker) -> TrackResults:
    """Track 1 is hidden for a frame, track 2 is not; then one detection between them, nearer in looks to track 1."""
    one, other = at_angle(0.0), at_angle(53.0)
    for _ in range(3):
        show(tracker, (100.0, one), (110.0, other))
    show(tracker, (110.0, other))
    return show(tracker, (105.0, at_angle(20.0)))  # at distances 0.06 and 0.16


def test_the_cascade_of_deepsort_prefers_the_track_seen_last(deepsort: Make) -> None:
    assert two_beside_one_another(deepsort(max_coasted=0)).id.tolist() == [2]


def test_strongsort_has_no_cascade_and_takes_the_better_look(strongsort: Make) -> None:
    assert two_beside_one_another(strongsort(max_coasted=0)).id.tolist() == [1]


@pytest.mark.parametrize(("budget", "same"), [(2, False), (3, True), (0, True)])
def test_a_track_is_found_by_any_look_its_budget_lets_it_remember(
    deepsort: Make, budget: int, same: bool
) -> None:
    tracker = deepsort(nn_budget=budget, max_coasted=0)
    for look in (EAST, EAST, EAST, NORTH, NORTH):  # the new look is accepted for its overlap
        assert show(tracker, (100.0, look)).id.tolist() in ([], [1])
    for _ in range(2):
        show(tracker)
    for _ in range(3):
        tracks = show(tracker, (100.0, EAST))
    assert tracks.id.tolist() == ([1] if same else [2])


def test_strongsort_remembers_a_running_average(strongsort: Make) -> None:
    tracker = strongsort()
    for look in (EAST, EAST, EAST, NORTH):
        show(tracker, (100.0, look))
    (gallery,) = (track["gallery"]["rows"] for track in saved_tracks(tracker))
    assert len(gallery) == 1
    assert gallery[0] == pytest.approx([0.9 / math.hypot(0.9, 0.1), 0.1 / math.hypot(0.9, 0.1)], abs=1e-6)


def saved_tracks(tracker: Tracker) -> list[dict[str, Any]]:
    tracks: list[dict[str, Any]] = tracker.state_dict()["stream"]["collections"][0]["tracks"]
    return tracks


@pytest.mark.parametrize("swapped", [False, True])
def test_people_who_meet_behind_a_pillar_and_turn_back_are_told_apart_by_their_looks(
    either: Make, swapped: bool
) -> None:
    tracker = either(max_coasted=0)
    for t in range(15):
        show(tracker, (100.0 + 4.0 * t, EAST), (260.0 - 4.0 * t, NORTH))
    for _ in range(5):
        show(tracker)
    # By motion alone the first would be on the right by now.
    back = [(176.0, EAST), (184.0, NORTH)]
    tracks = show(tracker, *(back[::-1] if swapped else back))
    assert tracks.id.tolist() == [1, 2]
    assert tracks.det_ind.tolist() == ([1, 0] if swapped else [0, 1])


@pytest.mark.parametrize(("whole", "speed"), [(False, 10.0), (True, 20.0)])
def test_the_camera_moves_the_box_and_if_asked_the_velocity(
    strongsort: Make, whole: bool, speed: float
) -> None:
    tracker = strongsort(warp_covariance=whole)
    for t in range(20):
        show(tracker, (10.0 * t, EAST))
    tracker.update([], warp=[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    track = tracker.tracks[0]
    assert track.velocity[0] == pytest.approx(speed, rel=0.02)
    assert track.box == pytest.approx([380.0 + speed, 100.0, 460.0 + speed, 300.0], abs=1.0)


def test_a_detection_without_appearance_is_found_by_overlap_alone(either: Make) -> None:
    tracker = either()
    for look in (EAST, EAST, EAST, [0.0, 0.0], EAST):
        tracks = show(tracker, (100.0, look))
    assert tracks.id.tolist() == [1]
    assert all(any(row) for track in saved_tracks(tracker) for row in track["gallery"]["rows"])
    show(tracker)
    assert show(tracker, (100.0, [0.0, 0.0])).id.tolist() == []


def test_what_is_decided_is_noted(deepsort: Make) -> None:
    tracker = deepsort(record=True, min_hits=1)
    show(tracker, (100.0, EAST))
    show(tracker, (100.0, with_cosine(0.9)), (500.0, NORTH))
    noted = tracker._impl.record()
    assert noted is not None
    assert [stage["stage"] for stage in noted["stages"]] == ["cascade", "overlap"]
    ((track, row, similarity),) = noted["stages"][0]["candidates"]
    assert (track, row) == (1, 0)
    assert similarity == pytest.approx(0.9, abs=1e-6)
    assert noted["stages"][0]["threshold"] == pytest.approx(0.8)
    assert [(int(a), int(b)) for a, b in noted["stages"][0]["matches"]] == [(1, 0)]
    assert [tuple(birth) for birth in noted["births"]] == [(2, 1)]


@pytest.mark.parametrize("name", ["deepsort", "strongsort"])
def test_noting_decisions_changes_none(name: str) -> None:
    # Without a record the core stops at the first look that decides a pair that has no rival.
    rng = np.random.default_rng(4)
    starts = rng.uniform(0.0, 400.0, 14).tolist()
    quiet, noting = (create_tracker(name, "cpp", record=record, nn_budget=5) for record in (False, True))
    for t in range(60):
        seen = [
            (x + t * (k % 3 - 1) + rng.normal(), at_angle(rng.normal(0.0, 20.0) + 30.0 * k))
            for k, x in enumerate(starts)
            if rng.random() < 0.8
        ]
        assert show(quiet, *seen).tolist() == show(noting, *seen).tolist()
    assert len(quiet.tracks) > 5
