"""Why an id changed: small scenes by hand, asked of both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import InvalidDetectionsError
from boxtrail.trackers import Explanation, Tracker
from boxtrail.trackers.explanation import Attempt, DetectionStory, Ended, Refusal, TrackStory

NOTHING = np.zeros((0, 6))


def box(x: float, y: float = 0.0, score: float = 0.9, label: int = 0) -> list[float]:
    """A square of 10 pixels with its upper left corner at (x, y)."""
    return [x, y, x + 10.0, y + 10.0, score, label]


def told(tracker: Tracker, *frames: Any) -> Explanation:
    """The explanation of the last of some updates."""
    for frame in frames:
        tracker.update(frame)
    return tracker.explain()


def test_a_miss_below_the_threshold_names_the_detection_and_both_numbers(backend: str) -> None:
    # Moved by 8 of 10 pixels: IoU 20 / 180.
    explanation = told(create_tracker("sort", backend, record=True), [box(0)], [box(8)])
    story = explanation.tracks[1]
    assert (story.outcome, story.row) == ("missed", None)
    (attempt,) = story.attempts
    assert (attempt.stage, attempt.threshold, attempt.reason, attempt.partner) == (
        "iou",
        0.3,
        "below threshold",
        0,
    )
    assert attempt.similarity == pytest.approx(1 / 9, abs=1e-6)
    assert explanation.frame == 2
    assert explanation.why(1) == "track 1: missed; iou: best detection 0 at 0.11, asked for 0.30"


def test_a_birth_names_the_track_it_could_have_continued(backend: str) -> None:
    explanation = told(create_tracker("sort", backend, record=True), [box(0)], [box(8)])
    story = explanation.tracks[2]
    assert (story.outcome, story.row) == ("born", 0)
    assert story.nearest is not None
    assert (story.nearest.partner, story.nearest.reason) == (1, "below threshold")
    assert explanation.id_changes() == {2: "track 1 was nearest: 0.11, asked for 0.30 in stage iou"}
    assert explanation.detections[0].track == 2
    assert explanation.why_detection(0) == (
        "detection 0: started track 2; iou: best track 1 at 0.11, asked for 0.30"
    )


def test_a_match_names_stage_row_similarity_and_threshold(backend: str) -> None:
    explanation = told(create_tracker("sort", backend, record=True), [box(0)], [box(50), box(0)])
    assert explanation.tracks[1].outcome == "matched"
    assert explanation.tracks[1].row == 1
    assert explanation.why(1) == "track 1: matched detection 1 at 1.00, asked for 0.30 in stage iou"
    assert explanation.why_detection(1) == "detection 1: matched track 1 at 1.00, asked for 0.30 in stage iou"
    assert explanation.why(2) == "track 2: born from detection 0; no track was near"


def test_a_rival_is_named_on_both_sides(backend: str) -> None:
    # Two tracks 4 pixels apart (IoU 60 / 140), one detection on the first: the second loses it.
    tracker = create_tracker("sort", backend, record=True)
    explanation = told(tracker, [box(0), box(4)], [box(0)])
    assert explanation.tracks[1].outcome == "matched"
    (attempt,) = explanation.tracks[2].attempts
    assert (attempt.reason, attempt.partner, attempt.rival) == ("taken", 0, 1)
    assert attempt.similarity == pytest.approx(3 / 7, abs=1e-6)
    assert attempt.rival_similarity == pytest.approx(1.0, abs=1e-6)
    assert explanation.why(2) == "track 2: missed; iou: detection 0 taken by track 1 (1.00)"
    # And one track with two detections: the second founds a new track.
    tracker = create_tracker("sort", backend, record=True)
    explanation = told(tracker, [box(0)], [box(0), box(4)])
    (attempt,) = explanation.detections[1].attempts
    assert (attempt.reason, attempt.partner, attempt.rival) == ("taken", 1, 0)
    assert explanation.id_changes() == {
        2: "track 1 was nearest: 0.43 in stage iou, but it took detection 0 (1.00)"
    }
    assert (
        explanation.why_detection(1) == "detection 1: started track 2; iou: track 1 took detection 0 (1.00)"
    )


def test_every_stage_of_a_miss_is_told_in_order(backend: str) -> None:
    # OC-SORT: the recovery compares with the last observation, here the same box as the prediction.
    tracker = create_tracker("ocsort", backend, record=True)
    explanation = told(tracker, [box(0)], [box(0)], [box(8)])
    assert [attempt.stage for attempt in explanation.tracks[1].attempts] == ["first", "recovery"]
    assert explanation.why(1) == (
        "track 1: missed; first: best detection 0 at 0.11, asked for 0.30; "
        "recovery: best detection 0 at 0.11, asked for 0.30"
    )


def test_a_match_in_a_late_stage_tells_what_failed_before(backend: str) -> None:
    # The sure detection overlaps by 1 / 19, times its score; the unsure one is for the second association.
    tracker = create_tracker("bytetrack", backend, record=True)
    explanation = told(tracker, [box(0)], [box(9), box(0, score=0.3)])
    assert explanation.why(1) == (
        "track 1: matched detection 1 at 1.00, asked for 0.50 in stage second; "
        "first: best detection 0 at 0.05, asked for 0.10"
    )
    assert explanation.detections[1].attempts[0].stage == "second"


def test_options_that_keep_a_detection_out_are_named_with_both_numbers(backend: str) -> None:
    explanation = told(
        create_tracker("bytetrack", backend, record=True),
        [box(0, score=0.05), box(50, score=0.6), box(100, score=0.65), box(150, score=0.3), box(200)],
    )
    stories = explanation.detections
    assert [story.outcome for story in stories.values()] == [
        "refused",
        "refused",
        "refused",
        "unmatched",
        "started",
    ]
    assert stories[0].refusals == (Refusal("track_low_thresh", 0.05, 0.1),)
    # As in the authors' code a score that equals the high threshold falls in neither band.
    assert stories[1].refusals == (Refusal("track_high_thresh", 0.6, 0.6),)
    assert stories[2].refusals == (Refusal("new_track_thresh", 0.65, 0.7),)
    assert [attempt.stage for attempt in stories[2].attempts] == ["first", "unconfirmed"]
    assert [explanation.why_detection(row) for row in range(4)] == [
        "detection 0: kept out by track_low_thresh: 0.05, asked for 0.10",
        "detection 1: kept out by track_high_thresh: 0.60, asked for above 0.60",
        "detection 2: kept out by new_track_thresh: 0.65, asked for 0.70; no track near it (first, unconfirmed)",
        "detection 3: unmatched; no track near it (second)",
    ]
    refused = told(create_tracker("ocsort", backend, record=True), [box(0, score=0.5)]).detections[0]
    assert refused == DetectionStory(0, "refused", None, (), (Refusal("det_thresh", 0.5, 0.6),))


def test_an_ended_track_says_which_option_ended_it(backend: str) -> None:
    tracker = create_tracker("sort", backend, record=True, max_age=1)
    explanation = told(tracker, [box(0)], NOTHING, NOTHING)
    assert (explanation.tracks[1].outcome, explanation.tracks[1].death) == ("died", "max_age")
    assert explanation.why(1) == "track 1: died (max_age); no detection near it (iou)"
    assert tracker.tracks == []
    unconfirmed = told(create_tracker("bytetrack", backend, record=True), NOTHING, [box(0)], NOTHING)
    assert unconfirmed.why(1) == "track 1: died (unconfirmed); no detection near it (unconfirmed)"


def test_a_track_that_ends_in_the_frame_of_its_birth_tells_both(backend: str) -> None:
    # IoU 9.5 / 10.5 is too little for so strict a match, and enough to be a duplicate of the lost track.
    tracker = create_tracker("bytetrack", backend, record=True, match_thresh=0.05)
    explanation = told(tracker, [box(0)], [box(0.5)])
    assert explanation.tracks[2].outcome == "died"
    assert explanation.why(2) == (
        "track 2: died (duplicate_thresh); born from detection 0; "
        "track 1 was nearest: 0.81, asked for 0.95 in stage first"
    )
    assert explanation.why_detection(0).startswith(
        "detection 0: started track 2; first: best track 1 at 0.81"
    )


def test_a_birth_names_the_track_that_had_ended_in_its_place(backend: str) -> None:
    tracker = create_tracker("sort", backend, record=True, max_age=1)
    explanation = told(tracker, [box(0), box(100)], NOTHING, NOTHING, NOTHING, [box(2)])
    story = explanation.tracks[3]
    assert story.nearest is None
    assert story.ended == Ended(1, "max_age", 2, pytest.approx(2 / 3, abs=1e-6))
    assert explanation.id_changes() == {3: "track 1, overlap 0.67, had ended 2 frames before (max_age)"}
    assert explanation.why(1) == "track 1: there is none in frame 5"


def test_a_track_that_ended_is_looked_for_where_it_was_seen_and_where_it_was_heading(backend: str) -> None:
    # It moves 5 pixels a frame; believed to go on, it lies far from where it was seen when it ends.
    for reborn in (25, 65):
        tracker = create_tracker("sort", backend, record=True, max_age=8)
        told(tracker, *[[box(5 * t)] for t in range(6)], *[NOTHING] * 9)
        assert tracker.tracks == []
        explanation = told(tracker, [box(reborn)])
        assert explanation.tracks[2].ended is not None
        assert explanation.tracks[2].ended.track == 1


def test_tracks_of_other_classes_are_no_predecessors_where_classes_are_tracked_apart(backend: str) -> None:
    frames = [box(0, label=1)], [box(0, label=2)], NOTHING, NOTHING, [box(0, label=2), box(0, label=3)]
    apart = told(create_tracker("sort", backend, record=True, per_class=True, max_age=1), *frames[:2])
    assert apart.why(1) == "track 1: missed; no detection near it (iou)"
    assert apart.why(2) == "track 2: born from detection 0; no track was near"
    assert apart.detections[0].attempts == (Attempt("iou", 0.3, "no candidate"),)
    tracker = create_tracker("sort", backend, record=True, per_class=True, max_age=1)
    later = told(tracker, *frames)
    assert list(later.id_changes()) == [3]
    assert later.tracks[3].ended is not None
    assert later.tracks[3].ended.track == 2
    together = told(create_tracker("sort", backend, record=True), *frames[:2])
    assert together.tracks[1].row == 0


def test_rows_are_those_of_the_user_when_boxes_without_area_are_dropped(backend: str) -> None:
    empty = [5.0, 5.0, 5.0, 9.0, 0.9, 0.0]
    tracker = create_tracker("bytetrack", backend, record=True)
    explanation = told(tracker, [box(0)], [empty, box(50, score=0.05), empty, box(0), box(90), box(2)])
    assert {row: story.outcome for row, story in explanation.detections.items()} == {
        0: "dropped",
        1: "refused",
        2: "dropped",
        3: "matched",
        4: "started",
        5: "started",
    }
    assert explanation.tracks[1].row == 3
    assert explanation.tracks[2].row == 4
    assert explanation.why_detection(0) == "detection 0: dropped, it has no area"
    assert explanation.why_detection(5).endswith("first: track 1 took detection 3 (0.90)")


@pytest.mark.parametrize("name", ["sort", "bytetrack", "ocsort"])
def test_oriented_boxes_are_explained_alike(name: str, backend: str) -> None:
    def oriented(x: float) -> list[float]:
        return [x, 50.0, 40.0, 10.0, 0.3, 0.9, 0.0]

    tracker = create_tracker(name, backend, record=True)
    explanation = told(tracker, [oriented(50)], [oriented(400), oriented(50)])
    assert explanation.tracks[1].row == 1
    assert explanation.detections[1].track == 1
    assert explanation.tracks[2] == TrackStory(2, "born", 0)
    late = told(tracker, *[np.zeros((0, 7))] * 40, [oriented(50)])
    assert late.tracks[3].ended is not None
    assert late.tracks[3].ended.track == 1


def test_a_pair_that_the_best_choice_over_all_leaves_out_is_said_to_be_free(backend: str) -> None:
    # Track 1 and detection 0 overlap by 0.55, but 1 with 1 and 2 with 0 bring 0.8 in sum, and then fail the gate.
    # Track 3 has two candidates; without them SORT would not look at sums.
    tracker = create_tracker("sort", backend, record=True, iou_threshold=0.5)
    explanation = told(tracker, [box(50), box(57.18), box(200)], [box(52.9), box(45.72), box(200), box(201)])
    (attempt,) = explanation.tracks[1].attempts
    assert (attempt.reason, attempt.partner, attempt.rival) == ("not chosen", 0, None)
    assert explanation.why(1) == (
        "track 1: missed; iou: detection 0 at 0.55, asked for 0.50, but the best choice over all pairs left it out"
    )
    assert explanation.id_changes()[4] == (
        "track 1 was nearest: 0.55 in stage iou, but the best choice over all pairs left it out"
    )


def test_the_text_has_a_line_a_track_and_a_line_a_detection(backend: str) -> None:
    explanation = told(create_tracker("sort", backend, record=True), [box(0)], [box(8)])
    assert str(explanation).splitlines() == [
        "frame 2",
        "track 1: missed; iou: best detection 0 at 0.11, asked for 0.30",
        "track 2: born from detection 0; track 1 was nearest: 0.11, asked for 0.30 in stage iou",
        "detection 0: started track 2; iou: best track 1 at 0.11, asked for 0.30",
    ]


def test_numbers_that_look_the_same_get_more_digits() -> None:
    close = Attempt("first", 0.3, "below threshold", 2, 0.29996)
    assert str(TrackStory(4, "missed", None, (close,))) == (
        "track 4: missed; first: best detection 2 at 0.299960, asked for 0.300000"
    )
    equal = Attempt("first", 0.3, "below threshold", 2, 0.3)
    assert str(TrackStory(4, "missed", None, (equal,))).endswith("at 0.30, asked for above 0.30")


def test_before_the_first_update_and_after_a_reset_it_is_empty(backend: str) -> None:
    tracker = create_tracker("sort", backend, record=True, max_age=1)
    assert tracker.explain() == Explanation(0, {}, {})
    told(tracker, [box(0)], NOTHING, NOTHING)
    tracker.reset()
    assert tracker.explain() == Explanation(0, {}, {})
    assert str(told(tracker, [box(0)])) == (
        "frame 1\ntrack 1: born from detection 0; no track was near\n"
        "detection 0: started track 1; no track near it (iou)"
    )


def test_the_frame_number_goes_on_in_a_restored_tracker(backend: str) -> None:
    tracker = create_tracker("sort", backend, record=True)
    told(tracker, [box(0)], [box(0)])
    restored = create_tracker("sort", backend, record=True)
    restored.load_state_dict(tracker.state_dict())
    assert restored.explain() == Explanation(2, {}, {})
    assert told(restored, [box(0)]) == told(tracker, [box(0)])
    assert restored.explain().frame == 3


def test_bad_input_leaves_the_explanation_as_it_was(backend: str) -> None:
    tracker = create_tracker("sort", backend, record=True)
    before = told(tracker, [box(0)])
    with pytest.raises(InvalidDetectionsError):
        tracker.update([box(np.nan)])
    assert tracker.explain() == before
