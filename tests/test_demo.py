"""The demo: a film whose truth is right, and an honest count of the ids kept."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.demo import run_demo
from boxtrail.demo.camera import plaza_camera
from boxtrail.demo.figure import FEET_ROW, FigureArtist, pose
from boxtrail.demo.scene import PlazaScene, SceneFrame
from boxtrail.demo.score import IdScore
from boxtrail.demo.truth import TruePerson, write_truth
from boxtrail.errors import ConfigError, SinkError

SIZE = (480, 270)


@pytest.fixture(scope="module")
def scene() -> PlazaScene:
    return PlazaScene(seed=3, seconds=12.0, width=SIZE[0], height=SIZE[1], fps=10.0)


@pytest.fixture(scope="module")
def film(scene: PlazaScene) -> list[SceneFrame]:
    return list(scene)


def test_the_same_seed_gives_the_same_film(film: list[SceneFrame]) -> None:
    again = iter(PlazaScene(seed=3, seconds=12.0, width=SIZE[0], height=SIZE[1], fps=10.0))
    for frame, _ in zip(again, range(15), strict=False):
        np.testing.assert_array_equal(frame.image, film[frame.index].image)
        assert frame.people == film[frame.index].people


def test_the_film_opens_with_nobody_in_it_and_fills(film: list[SceneFrame]) -> None:
    assert film[0].people == ()
    assert max(len(frame.people) for frame in film) >= 4
    assert len({person.person_id for frame in film for person in frame.people}) >= 5


def test_true_boxes_lie_in_the_picture(film: list[SceneFrame]) -> None:
    for frame in film:
        for person in frame.people:
            x1, y1, x2, y2 = person.xyxy
            assert 0 <= x1 < x2 <= SIZE[0]
            assert 0 <= y1 < y2 <= SIZE[1]
            assert 0.0 <= person.visibility <= 1.0


def test_a_true_box_holds_what_changed_in_the_picture(film: list[SceneFrame]) -> None:
    frame = next(f for f in film if [p.visibility > 0.95 for p in f.people] == [True])
    x1, y1, x2, y2 = (int(value) for value in frame.people[0].xyxy)
    change = cv2.absdiff(frame.image, film[0].image).max(axis=2) > 40
    inside = change[y1:y2, x1:x2].sum()
    assert inside > 0.2 * (x2 - x1) * (y2 - y1)
    assert inside > 0.6 * change.sum()  # the rest is the shadow on the ground


def test_somebody_is_hidden_and_comes_back(film: list[SceneFrame]) -> None:
    shown: dict[int, list[float]] = {}
    for frame in film:
        for person in frame.people:
            shown.setdefault(person.person_id, []).append(person.visibility)
    hidden = [np.argmin(values[10:-10]) + 10 for values in shown.values() if len(values) > 30]
    valleys = [
        values[low] < 0.6 and max(values[:low]) > 0.9 and max(values[low:]) > 0.9
        for values, low in zip((v for v in shown.values() if len(v) > 30), hidden, strict=True)
    ]
    assert any(valleys)


def test_people_walk_and_do_not_jump(film: list[SceneFrame]) -> None:
    for before, after in pairwise(film):
        feet = {person.person_id: person.xyxy[3] for person in before.people}
        for person in after.people:
            assert abs(person.xyxy[3] - feet.get(person.person_id, person.xyxy[3])) < 6.0


def test_light_drifts_and_noise_is_fresh(film: list[SceneFrame]) -> None:
    corner = [frame.image[:20, :20].astype(float) for frame in film]
    means = np.array([patch.mean() for patch in corner])
    assert 0.02 < np.ptp(means) / means.mean() < 0.15
    assert not np.array_equal(corner[1], corner[2])


def test_soles_stand_on_the_ground_in_every_phase(scene: PlazaScene) -> None:
    artist = FigureArtist(scene.walkers[0].looks, np.random.default_rng(0))
    for phase in np.linspace(0.0, 2.0 * np.pi, 7):
        rows = np.flatnonzero((artist.draw(float(phase), 1.0)[..., 3] > 127).any(axis=1))
        assert abs(rows[-1] + 1 - FEET_ROW) < 5.0


def test_a_stride_brings_the_other_leg_forward() -> None:
    (_, _, far, _), (_, _, near, _) = pose(np.pi / 2, 1.0).legs
    assert near[0] > far[0] + 20.0
    (_, _, far, _), (_, _, near, _) = pose(3 * np.pi / 2, 1.0).legs
    assert far[0] > near[0] + 20.0


def test_the_camera_agrees_with_its_homography() -> None:
    camera = plaza_camera(1280, 720)
    u, v, w = camera.ground_homography() @ (2.0, 12.0, 1.0)
    assert (u / w, v / w) == pytest.approx(camera.project(2.0, 12.0))


A, B = (0.0, 0.0, 10.0, 10.0), (40.0, 0.0, 50.0, 10.0)


def score(*frames: tuple[list[TruePerson], list[tuple[int, tuple[float, ...]]]]) -> IdScore:
    result = IdScore()
    for truth, tracks in frames:
        boxes = np.array([box for _, box in tracks], dtype=np.float64).reshape(-1, 4)
        result.add(truth, boxes, np.array([number for number, _ in tracks], dtype=np.int64))
    return result


def test_people_who_keep_their_ids_count_as_kept() -> None:
    people = [TruePerson(1, A, 1.0), TruePerson(2, B, 1.0)]
    result = score((people, [(5, A), (6, B)]), (people, [(6, B), (5, A)]))
    assert (result.num_kept, result.num_switches, result.coverage) == (2, 0, 1.0)


def test_exchanged_ids_are_two_switches() -> None:
    people = [TruePerson(1, A, 1.0), TruePerson(2, B, 1.0)]
    result = score((people, [(5, A), (6, B)]), (people, [(6, A), (5, B)]))
    assert (result.num_kept, result.num_switches) == (0, 2)
    assert [person.ids for person in result.people] == [[5, 6], [6, 5]]


def test_a_known_pair_is_kept_before_a_better_overlap() -> None:
    shifted = (2.0, 0.0, 12.0, 10.0)  # IoU 2/3
    people = [TruePerson(1, A, 1.0)]
    result = score((people, [(5, A)]), (people, [(6, A), (5, shifted)]))
    assert result.people[0].ids == [5]


def test_half_overlap_is_needed() -> None:
    result = score(([TruePerson(1, A, 1.0)], [(5, (4.0, 0.0, 14.0, 10.0))]))  # IoU 3/7
    assert (result.coverage, result.num_kept) == (0.0, 0)


def test_people_out_of_sight_are_not_asked_for() -> None:
    result = score(([TruePerson(1, A, 1.0), TruePerson(2, B, 0.4)], [(5, A)]))
    assert [person.person_id for person in result.people] == [1]
    assert result.coverage == 1.0


def test_one_track_follows_one_person_only() -> None:
    people = [TruePerson(1, A, 1.0), TruePerson(2, A, 1.0)]
    assert score((people, [(5, A)])).coverage == 0.5


def test_nothing_to_see_gives_no_coverage() -> None:
    assert score(([], []), ([], [(1, A)])).coverage == 0.0


def test_the_truth_is_written_as_mot_rows(tmp_path: Path) -> None:
    write_truth(tmp_path / "gt.txt", [[], [TruePerson(3, (10.0, 20.0, 40.0, 80.0), 0.25)]])
    assert (tmp_path / "gt.txt").read_text() == "2,3,10,20,30,60,1,1,0.250\n"
    with pytest.raises(SinkError, match="nowhere"):
        write_truth(tmp_path / "nowhere" / "gt.txt", [])


def test_the_demo_runs_from_the_film_to_the_contact_sheet(tmp_path: Path) -> None:
    report = run_demo(tmp_path, seconds=6.0, tracker="bytetrack:python", size=(640, 360))

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {path.name for path in report.files} | {"annotation.meta.json"}
    assert report.summary.frames == report.timings.frames == 150
    assert report.score.people[0].coverage > 0.6
    assert report.score.people[0].kept_id
    sheet = cv2.imread(str(tmp_path / "contact-sheet.png"))
    assert sheet is not None
    assert sheet.shape[1] > 1900
    assert json.loads((tmp_path / "annotation.json").read_text())["framesCount"] == 150
    for name in ("truth.txt", "tracks.txt"):
        rows = np.loadtxt(tmp_path / name, delimiter=",", ndmin=2)
        assert len(rows) > 50
        assert rows[:, 0].min() >= 1


@pytest.mark.parametrize("seconds", [0.0, 3.9, 601.0, float("nan")])
def test_a_film_too_short_or_long_is_refused(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(ConfigError, match="4 to 600 seconds"):
        run_demo(tmp_path, seconds=seconds)
