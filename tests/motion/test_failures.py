"""Where no motion can be found the warp is the identity, the failure is counted, and the next pair works again."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, MissingExtraError
from boxtrail.motion import StillCamera, make_estimator
from moving_camera import corner_error, photograph, similarity, texture

Image = NDArray[np.uint8]
METHODS = ("sof", "ecc", "orb", "sift")
IDENTITY = np.eye(2, 3)
FLAT = np.full((480, 640, 3), 90, np.uint8)
WHOLE = np.array([[0.0, 0.0, 640.0, 480.0, 0.9, 0.0]])

UNUSABLE = {
    "black": np.zeros_like(FLAT),
    "flat": FLAT,
    "white": np.full_like(FLAT, 255),
    "a ramp": np.repeat(np.linspace(0, 255, 640).astype(np.uint8)[None], 480, axis=0),
}


# A ramp has a gradient, which is all that ecc asks for.
PAIRS = [(name, kind) for name in METHODS for kind in UNUSABLE if (name, kind) != ("ecc", "a ramp")]


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_a_frame_that_shows_nothing_gives_the_identity_and_the_one_after_next_works_again(
    plane: Image, first: Image, name: str, kind: str
) -> None:
    frame = UNUSABLE[kind]
    motion = similarity((4.0, -3.0))
    estimate = make_estimator(name)
    estimate(first)
    assert np.array_equal(estimate(frame), IDENTITY)
    assert np.array_equal(estimate(first), IDENTITY)
    assert estimate.failures == 2
    assert corner_error(estimate(photograph(plane, motion)), motion) < 0.5
    assert estimate.failures == 2


@pytest.mark.parametrize("name", METHODS)
def test_a_video_of_one_colour_is_a_failure_a_pair_and_never_an_error(name: str) -> None:
    estimate = make_estimator(name)
    for _ in range(4):
        assert np.array_equal(estimate(FLAT), IDENTITY)
    assert estimate.failures == 3


@pytest.mark.parametrize("name", METHODS)
def test_a_cut_to_another_scene_gives_the_identity(first: Image, name: str) -> None:
    estimate = make_estimator(name)
    estimate(first)
    assert np.array_equal(estimate(texture(480, 640, seed=77)), IDENTITY)
    assert estimate.failures == 1


@pytest.mark.parametrize("name", METHODS)
def test_a_new_frame_size_starts_anew_and_is_no_failure(plane: Image, first: Image, name: str) -> None:
    motion = similarity((4.0, -3.0))
    estimate = make_estimator(name)
    estimate(photograph(plane, similarity(), (320, 240)))
    assert np.array_equal(estimate(first), IDENTITY)
    assert corner_error(estimate(photograph(plane, motion)), motion) < 0.5
    assert estimate.failures == 0


@pytest.mark.parametrize("name", METHODS)
def test_detections_that_cover_everything_leave_nothing_to_estimate_from(first: Image, name: str) -> None:
    estimate = make_estimator(name)
    for _ in range(3):
        assert np.array_equal(estimate(first, WHOLE), IDENTITY)
    assert estimate.failures == 2


NO_ROWS = (None, np.empty((0, 6)), np.empty((0, 7)), np.empty(0), [])
OUTSIDE = np.array([[-1e8, -1e8, -1e7, -1e7, 0.9, 0], [1e8, 5, 2e8, 9, 0.9, 0], [50, 50, 10, 90, 0.9, 0]])
OUTSIDE_OBB = np.array([[1e8, -1e8, 50, 20, 0.3, 0.9, 0], [-900, -900, 50, 0, 0.3, 0.9, 0]])


@pytest.mark.parametrize("rows", [*NO_ROWS, OUTSIDE, OUTSIDE_OBB], ids=range(len(NO_ROWS) + 2))
def test_no_rows_and_rows_outside_the_frame_cover_nothing(plane: Image, first: Image, rows: Any) -> None:
    motion = similarity((4.0, -3.0))
    plain, estimate = make_estimator("sof"), make_estimator("sof")
    plain(first)
    estimate(first, rows)
    moved = photograph(plane, motion)
    assert np.array_equal(estimate(moved, rows), plain(moved))


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (2, 3), (17, 5)])
@pytest.mark.parametrize("name", METHODS)
def test_a_tiny_frame_is_no_error(name: str, size: tuple[int, int]) -> None:
    estimate = make_estimator(name)
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    for _ in range(2):
        assert np.isfinite(estimate(image, WHOLE / 100)).all()


BAD_FRAMES = {
    "uint8, not float64": np.zeros((480, 640, 3)),
    "uint8, not int64": np.zeros((480, 640), np.int64),
    "not (480, 640, 4)": np.zeros((480, 640, 4), np.uint8),
    "not (480,)": np.zeros(480, np.uint8),
    "not (0, 640, 3)": np.zeros((0, 640, 3), np.uint8),
    "not list": [[0, 1], [2, 3]],
    "not NoneType": None,
}
BAD_DETECTIONS = {
    "not (2, 3)": np.zeros((2, 3)),
    "not (6,)": np.zeros(6),
    "row 1 has a box that is not finite": [[0, 0, 9, 9, 0.5, 0], [0, np.nan, 9, 9, 0.5, 0]],
    "rows of numbers": [["a", 0, 9, 9, 0.5, 0]],
}


@pytest.mark.parametrize("name", METHODS)
def test_bad_frames_and_detections_are_errors_that_leave_the_state_as_it_was(
    plane: Image, first: Image, name: str
) -> None:
    motion = similarity((4.0, -3.0))
    undisturbed, estimate = make_estimator(name), make_estimator(name)
    for each in (undisturbed, estimate):
        each(first)
    for message, frame in BAD_FRAMES.items():
        with pytest.raises(InvalidInputError) as caught:
            estimate(frame)
        assert message in str(caught.value)
    for message, rows in BAD_DETECTIONS.items():
        with pytest.raises(InvalidInputError) as caught:
            estimate(FLAT, rows)
        assert message in str(caught.value)
    moved = photograph(plane, motion)
    assert np.array_equal(estimate(moved), undisturbed(moved))
    assert estimate.failures == 0


def test_only_the_first_failure_is_logged_and_a_reset_starts_the_count_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    estimate = make_estimator("sof")
    with caplog.at_level(logging.WARNING, logger="boxtrail.motion"):
        for _ in range(5):
            estimate(FLAT)
    assert [record.message for record in caplog.records] == [
        "camera motion by sof: 0 corners, fewer than 8; the identity is used; later failures are only counted"
    ]
    assert estimate.failures == 4
    estimate.reset()
    assert estimate.failures == 0


def test_a_still_camera_needs_no_frame_but_refuses_a_bad_one() -> None:
    estimate = make_estimator("none")
    assert isinstance(estimate, StillCamera)
    assert np.array_equal(estimate(None), IDENTITY)
    assert np.array_equal(estimate(FLAT, WHOLE), IDENTITY)
    with pytest.raises(InvalidInputError, match="uint8"):
        estimate(FLAT.astype(float))


@pytest.mark.parametrize("spelling", ["SOF", " Sof ", "sof"])
def test_names_are_matched_without_regard_to_case(spelling: str) -> None:
    assert repr(make_estimator(spelling)) == repr(make_estimator("sof"))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("soff", {}, "unknown camera motion 'soff'; did you mean 'sof'"),
        ("file", {}, "did you mean 'file:PATH'"),
        ("file:", {}, "did you mean 'file:PATH'"),
        ("sof:x", {}, "did you mean 'sof'"),
        ("", {}, "unknown camera motion ''"),
        (7, {}, "camera motion is a name"),
        ("sof", {"max_corner": 3}, "no option 'max_corner'; did you mean 'max_corners'"),
        ("none", {"max_corners": 3}, "camera motion by none has no option 'max_corners'; it has none"),
        ("sof", {"max_corners": 2}, "max_corners must be a whole number in [8, 100000], not 2"),
        ("sof", {"quality": float("nan")}, "quality must be in [0, 1], not nan"),
        ("orb", {"max_ratio": "high"}, "max_ratio must be in [0, 1], not 'high'"),
        ("sift", {"min_inliers": True}, "min_inliers must be a whole number"),
        ("ecc", {"motion": "afine"}, "motion must be one of translation, euclidean, affine"),
        ("ecc", {"blur": 4}, "blur must be odd"),
    ],
)
def test_a_wrong_name_or_option_is_an_error_that_helps(
    name: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_estimator(name, **options)
    assert message in str(caught.value)


def test_without_opencv_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> Any:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr("boxtrail.errors.importlib.import_module", missing)
    with pytest.raises(MissingExtraError, match=r"boxtrail\[video\]"):
        make_estimator("ecc")
    assert np.array_equal(make_estimator("none")(FLAT), IDENTITY)
