"""Known motions are found, whatever the layout of the frame, and what moves on its own is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.motion import make_estimator
from moving_camera import corner_error, cv2, photograph, plane_for, similarity

Image = NDArray[np.uint8]
METHODS = ("sof", "ecc", "orb", "sift")
MOTIONS = {
    "none": similarity(),
    "shift": similarity((9.5, -6.25)),
    "turn": similarity(degrees=1.0),
    "zoom in": similarity(zoom=1.02),
    "zoom out": similarity(zoom=0.985),
    "all": similarity((-7.0, 11.0), -0.8, 1.015),
}


@pytest.mark.parametrize("motion", MOTIONS.values(), ids=MOTIONS)
@pytest.mark.parametrize("name", METHODS)
def test_a_known_motion_is_found_to_half_a_pixel(plane: Image, first: Image, name: str, motion: Any) -> None:
    estimate = make_estimator(name)
    estimate(first)
    found = estimate(photograph(plane, motion))
    assert found.shape == (2, 3)
    assert found.dtype == np.float64
    assert corner_error(found, motion) < 0.5
    assert estimate.failures == 0
    assert estimate.last_seconds > 0.0


@pytest.mark.parametrize("size", [(1280, 720), (1921, 1083), (318, 236)])
@pytest.mark.parametrize("name", METHODS)
def test_the_warp_is_in_pixels_of_the_frame_whatever_its_size(name: str, size: tuple[int, int]) -> None:
    motion = similarity((6.0, -4.0), 0.5, 1.01, size)
    plane = plane_for(size, seed=3)
    estimate = make_estimator(name)
    estimate(photograph(plane, similarity(size=size), size))
    found = estimate(photograph(plane, motion, size))
    assert corner_error(found, motion, size) < 0.8 * max(1.0, size[0] / 1280)


@pytest.mark.parametrize("name", METHODS)
def test_warps_lead_from_each_frame_to_the_next(plane: Image, name: str) -> None:
    positions = [similarity((3.0 * k, -2.0 * k), 0.3 * k) for k in range(4)]
    estimate = make_estimator(name)
    chained = np.eye(3)
    for position in positions:
        chained = np.vstack([estimate(photograph(plane, position)), [0, 0, 1]]) @ chained
    assert corner_error(chained[:2], positions[-1]) < 1.0


@pytest.mark.parametrize("name", METHODS)
def test_the_first_frame_and_the_first_after_a_reset_give_the_identity(
    plane: Image, first: Image, name: str
) -> None:
    estimate = make_estimator(name)
    moved = photograph(plane, MOTIONS["shift"])
    assert np.array_equal(estimate(first), np.eye(2, 3))
    before = estimate(moved)
    estimate.reset()
    assert np.array_equal(estimate(first), np.eye(2, 3))
    assert np.array_equal(estimate(moved), before)


LAYOUTS = {
    "grey": lambda image: cv2.cvtColor(image, cv2.COLOR_BGR2GRAY),
    "cut out of a larger array": lambda image: np.pad(image, ((5, 7), (3, 2), (0, 0)))[5:-7, 3:-2],
    "channels reversed": lambda image: np.ascontiguousarray(image[..., ::-1])[..., ::-1],
    "mirrored twice": lambda image: np.ascontiguousarray(image[:, ::-1])[:, ::-1],
    "in Fortran order": np.asfortranarray,
    "read only": lambda image: np.frombuffer(image.tobytes(), np.uint8).reshape(image.shape),
}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_memory_layout_gives_the_same_warp(plane: Image, first: Image, name: str, layout: Any) -> None:
    moved = photograph(plane, MOTIONS["all"])
    plain, other = make_estimator(name), make_estimator(name)
    plain(first)
    other(layout(first))
    np.testing.assert_allclose(other(layout(moved)), plain(moved), atol=1e-12)


@pytest.mark.parametrize("name", METHODS)
def test_a_frame_that_the_caller_overwrites_does_not_change_the_estimate(
    plane: Image, first: Image, name: str
) -> None:
    for convert in (LAYOUTS["grey"], np.copy):
        buffer = convert(first)
        estimate = make_estimator(name)
        estimate(buffer)
        buffer[:] = convert(photograph(plane, MOTIONS["shift"]))
        assert corner_error(estimate(buffer), MOTIONS["shift"]) < 0.5


def with_foreground(plane: Image, camera: Any, left: int, angle: float) -> tuple[Image, NDArray[np.float64]]:
    """A photograph with a textured rectangle before it that fills most of it, and its oriented box (5,)."""
    image = photograph(plane, camera)
    box = np.array([left + 260.0, 240.0, 520.0, 390.0, angle])
    block = plane_for((640, 480), seed=9)
    A = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    place = np.column_stack([A, box[:2] - A @ (box[2:4] / 2)])
    mask = cv2.warpAffine(np.full((390, 520), 255, np.uint8), place, (640, 480))
    drawn = cv2.warpAffine(block[:390, :520], place, (640, 480))
    image[mask > 127] = drawn[mask > 127]
    return image, box


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_a_large_moving_foreground_misleads_unless_its_detections_are_given(
    plane: Image, name: str, oriented: bool
) -> None:
    camera, angle = similarity((3.0, -2.0)), 0.35 if oriented else 0.0
    scenes = [with_foreground(plane, warp, left, angle) for warp, left in ((similarity(), 50), (camera, 62))]
    misled, right = make_estimator(name), make_estimator(name)
    for image, box in scenes:
        rows = (
            [[*box, 0.9, 0]] if oriented else [[*(box[:2] - box[2:4] / 2), *(box[:2] + box[2:4] / 2), 0.9, 0]]
        )
        without, found = misled(image), right(image, np.array(rows))
    assert corner_error(found, camera) < 0.5
    assert corner_error(without, camera) > 2.0


def test_an_oriented_mask_leaves_the_corners_of_its_upright_box_in_use(plane: Image) -> None:
    whole = np.array([[320.0, 240.0, 660.0, 380.0, np.pi / 4, 0.9, 0.0]])  # its upright box covers the frame
    upright = np.array([[0.0, 0.0, 640.0, 480.0, 0.9, 0.0]])
    results = {}
    for kind, rows in (("oriented", whole), ("upright", upright)):
        estimate = make_estimator("sof")
        estimate(photograph(plane, similarity()), rows)
        results[kind] = estimate(photograph(plane, MOTIONS["shift"]), rows), estimate.failures
    assert corner_error(results["oriented"][0], MOTIONS["shift"]) < 0.5
    assert results["oriented"][1] == 0
    assert np.array_equal(results["upright"][0], np.eye(2, 3))
    assert results["upright"][1] == 1


def test_options_reach_the_estimator(plane: Image, first: Image) -> None:
    shift_only = make_estimator("ecc", motion="translation")
    shift_only(first)
    found = shift_only(photograph(plane, MOTIONS["shift"]))
    assert np.array_equal(found[:, :2], np.eye(2))
    assert corner_error(found, MOTIONS["shift"]) < 0.5


@pytest.mark.parametrize(("name", "limit"), [("sof", 0.2), ("orb", 0.5), ("sift", 1.0)])
def test_a_real_camera_that_stands_still_is_seen_to_stand_still(
    data_dir: Path, name: str, limit: float
) -> None:
    capture = cv2.VideoCapture(str(data_dir / "clips" / "vtest.avi"))
    estimate = make_estimator(name)
    warps = [estimate(capture.read()[1]) for _ in range(40)]
    capture.release()
    assert max(corner_error(warp, np.eye(2, 3), (768, 576)) for warp in warps) < limit
    assert estimate.failures == 0
