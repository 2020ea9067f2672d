"""What is drawn, and where."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.io.colours import colour_of, hex_colour, text_colour
from boxtrail.io.drawing import TrackPainter, contact_sheet
from boxtrail.results import TrackResults
from fresh_imports import loaded_by


def canvas(height: int = 240, width: int = 320) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 128, np.uint8)


def changed(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((image != 128).any(axis=2))


def test_drawing_leaves_the_input_alone_and_colours_the_outline() -> None:
    image = canvas()
    drawn = TrackPainter({0: "person"}).draw(image, TrackResults([[100, 80, 150, 180, 3, 0.9, 0, 0]]))
    assert (image == 128).all()
    assert drawn.dtype == np.uint8
    for x, y in ((100, 130), (150, 130), (125, 180)):
        np.testing.assert_allclose(drawn[y, x].astype(int), colour_of(3), atol=45)
    assert not changed(drawn)[95:165, 110:140].any()


def test_no_track_leaves_the_picture_as_it_is() -> None:
    for empty in (TrackResults.empty(), TrackResults.empty(is_obb=True)):
        np.testing.assert_array_equal(TrackPainter().draw(canvas(), empty), canvas())


@pytest.mark.parametrize("box", [(0, 0, 40, 30), (290, 0, 320, 40), (290, 220, 320, 240), (0, 5, 20, 240)])
def test_the_label_stays_inside_the_image(box: tuple[float, ...]) -> None:
    rows = TrackResults([[*box, 1234, 0.87, 0, 0]])
    strip = (TrackPainter({0: "pedestrian"}).draw(canvas(), rows) == colour_of(1234)).all(axis=2)
    free = TrackPainter({0: "pedestrian"}).draw(
        canvas(), TrackResults([[90, 90, 120, 130, 1234, 0.87, 0, 0]])
    )
    whole = (free == colour_of(1234)).all(axis=2)
    # As much of the filled strip is seen as in the middle of the image, give or take the outline.
    assert strip.sum() > 0.9 * (whole.sum() - 2 * 70)


def test_names_are_drawn_without_their_accents_and_in_other_scripts_with_the_id() -> None:
    rows = TrackResults([[90, 90, 120, 130, 1234, 0.87, 0, 0]])

    def drawn(name: str) -> NDArray[np.uint8]:
        return TrackPainter({0: "person"}, track_name=lambda _: name).draw(canvas(), rows)

    np.testing.assert_array_equal(drawn("Ümit Čapek"), drawn("Umit Capek"))
    np.testing.assert_array_equal(drawn("安娜"), drawn("1234 ??"))
    assert not np.array_equal(drawn("Umit"), drawn("Anna"))


def test_labels_of_neighbours_do_not_hide_each_other() -> None:
    rows = TrackResults([[100 + 12 * k, 100 + k, 112 + 12 * k, 160, k + 1, 0.9, 0, 0] for k in range(3)])
    together = TrackPainter({0: "person"}).draw(canvas(), rows)
    for track_id in (1, 2, 3):
        alone = TrackPainter({0: "person"}).draw(canvas(), rows[track_id - 1 : track_id])
        colour = colour_of(track_id)
        assert (together == colour).all(axis=2).sum() > 0.9 * (alone == colour).all(axis=2).sum()


def test_names_outside_ascii_are_drawn_without_failing() -> None:
    rows = TrackResults([[100, 80, 150, 180, 3, 0.9, 0, 0]])
    assert changed(TrackPainter({0: "Fußgänger 人"}).draw(canvas(), rows)).any()


def test_boxes_far_outside_or_without_a_size_do_no_harm() -> None:
    rows = [
        [-1e9, -1e9, 1e9, 1e9, 1, 0.5, 0, 0],
        [5, 5, 5, 5, 2, 0.5, 0, -1],
        [900, 900, 950, 950, 3, 0.5, 0, 0],
    ]
    painter = TrackPainter()
    for _ in range(3):
        assert painter.draw(canvas(), TrackResults(rows)).shape == (240, 320, 3)
    assert painter.draw(canvas(6, 9), TrackResults(rows)).shape == (6, 9, 3)


def test_a_coasting_track_is_dashed() -> None:
    counts = []
    for det_ind in (0, -1):
        rows = TrackResults([[100, 80, 150, 180, 3, 0.9, 0, det_ind]])
        counts.append(int(changed(TrackPainter().draw(canvas(), rows))[100:160, 148:153].any(axis=1).sum()))
    assert counts[0] == 60
    assert 15 < counts[1] < 50


def test_an_oriented_box_is_drawn_turned() -> None:
    rows = TrackResults([[160, 120, 100, 20, math.pi / 4, 3, 0.9, 0, 0]])
    drawn = changed(TrackPainter().draw(canvas(), rows))
    end = 50 * math.sqrt(0.5)
    assert drawn[round(120 + end), round(160 + end)]
    # The corner of the enclosing upright box is empty.
    assert not drawn[150:170, 110:130].any()


def test_a_trail_follows_the_feet_and_fades() -> None:
    painter = TrackPainter(trail_length=20)
    for k in range(20):
        drawn = painter.draw(canvas(), TrackResults([[20 + 10 * k, 100, 40 + 10 * k, 200, 3, 0.9, 0, 0]]))
    strength = np.abs(drawn[200].astype(int) - 128).sum(axis=1)
    assert strength[190] > strength[120] > strength[60] > 0
    assert TrackPainter(trail_length=0).draw(canvas(), TrackResults([[20, 100, 40, 200, 3, 0.9, 0, 0]])).any()


def test_a_trail_is_as_long_as_told_and_forgotten_by_reset() -> None:
    painter = TrackPainter(trail_length=5)
    for k in range(20):
        drawn = painter.draw(canvas(), TrackResults([[20 + 10 * k, 100, 40 + 10 * k, 200, 3, 0.9, 0, 0]]))
    assert not changed(drawn)[:, :155].any()
    painter.reset()
    again = painter.draw(canvas(), TrackResults([[210, 100, 230, 200, 3, 0.9, 0, 0]]))
    assert not changed(again)[195:, :205].any()


@pytest.mark.parametrize("at", [(-8, 60), (300, 60), (100, -8), (100, 225), (-400, 900), (1e9, -1e9)])
def test_a_trail_across_the_border_is_drawn_as_far_as_it_is_seen(at: tuple[float, float]) -> None:
    painter = TrackPainter()
    for k in range(12):
        # A box without a size, so that only its label can hide some of the trail.
        x, y = at[0] + 3 * k, at[1] + 3 * k
        drawn = painter.draw(canvas(), TrackResults([[x, y, x, y, 3, 0.9, 0, 0]]))
    trail = (drawn != TrackPainter().draw(canvas(), TrackResults([[x, y, x, y, 3, 0.9, 0, 0]]))).any(axis=2)
    way = [(at[0] + 3 * k, at[1] + 3 * k) for k in range(5)]
    seen = [trail[row, column] for column, row in way if 0 <= column < 320 and 0 <= row < 240]
    assert all(seen)
    assert trail.any() == bool(seen)
    assert trail.sum() < 200


def test_a_trail_is_tinted_by_what_is_under_it_and_not_by_other_trails() -> None:
    image = canvas()
    image[:, :160] = 250
    before = image.copy()
    painters = TrackPainter(), TrackPainter()
    for k in range(25):
        box = [30 + 10 * k, 100, 40 + 10 * k, 200, 3, 0.9, 0, 0]
        first = painters[0].draw(image, TrackResults([box]))
        crossing = [60, 80 + 10 * k, 70, 90 + 10 * k, 4, 0.9, 0, 0]
        both = painters[1].draw(image, TrackResults([box, crossing]))
    np.testing.assert_array_equal(image, before)
    # The tail has faded: light on the light side, darker on the dark one.
    assert first[200, 60].astype(int).sum() > first[200, 170].astype(int).sum()
    np.testing.assert_array_equal(first[195:205, 90:250], both[195:205, 90:250])


def test_a_trail_lies_still_while_it_grows() -> None:
    painter = TrackPainter(trail_length=40)
    inked = []
    for k in range(24):
        y = 100 + 4 * (k % 4)
        box = [20 + 8 * k, y - 50, 40 + 8 * k, y + 50, 3, 0.9, 0, 0]
        inked.append(changed(painter.draw(canvas(), TrackResults([box])))[:, 40:90])
    # Its edges only grow fainter and thinner.
    shifted = [int((later & ~earlier).sum()) for earlier, later in pairwise(inked[16:])]
    assert max(shifted) < 12


def test_upright_boxes_have_crisp_sides() -> None:
    drawn = TrackPainter().draw(canvas(), TrackResults([[100.4, 80.3, 150.6, 180.2, 3, 0.9, 0, 0]]))
    row = drawn[130, 92:110].reshape(-1, 3)
    assert {tuple(pixel) for pixel in row.tolist()} == {(128, 128, 128), (24, 24, 24), colour_of(3)}


def test_a_track_that_was_long_away_leaves_no_line_across_the_image() -> None:
    painter = TrackPainter(trail_length=30)
    painter.draw(canvas(), TrackResults([[10, 100, 30, 200, 3, 0.9, 0, 0]]))
    for _ in range(10):
        painter.draw(canvas(), TrackResults.empty())
    drawn = painter.draw(canvas(), TrackResults([[280, 100, 300, 200, 3, 0.9, 0, 0]]))
    assert not changed(drawn)[195:205, 50:250].any()


def test_trails_of_tracks_long_gone_take_no_memory() -> None:
    painter = TrackPainter(trail_length=10)
    for k in range(500):
        painter.draw(canvas(24, 32), TrackResults([[1, 1, 9, 9, k + 1, 0.9, 0, 0]]))
    assert len(painter._trails) <= 12


def test_colours_of_neighbouring_ids_are_far_apart() -> None:
    colours = np.array([colour_of(k) for k in range(1, 13)], dtype=int)
    distances = np.abs(colours[:, None] - colours[None]).sum(axis=2) + 1000 * np.eye(12, dtype=int)
    assert distances.min() > 60
    assert hex_colour(1) == "#{2:02X}{1:02X}{0:02X}".format(*colour_of(1))


def test_the_colour_of_an_id_is_the_same_in_every_process() -> None:
    code = "from boxtrail.io.colours import colour_of; print([colour_of(k) for k in (1, 2, 77, 123456)])"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str([colour_of(k) for k in (1, 2, 77, 123456)])


def test_text_is_dark_on_light_and_light_on_dark() -> None:
    assert text_colour((255, 255, 255)) == (16, 16, 16)
    assert text_colour((120, 0, 0)) == (255, 255, 255)


def test_a_contact_sheet_holds_every_image_in_rows() -> None:
    images = [np.full((60, 80, 3), 50 * k + 50, np.uint8) for k in range(4)]
    images[3] = np.full((30, 20, 3), 200, np.uint8)
    sheet = contact_sheet(images, 3, ["a", "b", "c", "d"])
    assert sheet.shape[1] >= 3 * 80
    assert sheet.shape[0] >= 2 * 60
    for level in (50, 100, 150):
        assert (sheet == level).all(axis=2).sum() >= 60 * 80
    assert (sheet == 200).all(axis=2).sum() >= 60 * 40
    assert contact_sheet(images[:1]).shape[1] < 120


def test_a_contact_sheet_needs_images_and_as_many_captions() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        contact_sheet([])
    with pytest.raises(ValueError, match="2 images need as many captions, not 1"):
        contact_sheet([canvas(), canvas()], 2, ["one"])


def test_importing_the_package_loads_no_opencv() -> None:
    assert loaded_by("import boxtrail.io", ["cv2"]) == []
