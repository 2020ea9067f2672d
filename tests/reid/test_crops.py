"""What is cut out of a frame: on the CPU and where the network runs, upright and oriented."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.reid.inputs import frames_and_boxes
from boxtrail.reid.regions import Regions, regions

pytest.importorskip("cv2")

from boxtrail.reid.crops import DEVIATION, MEAN, cut_crops, normalised

SIZE = (64, 32)


def noise(height: int = 120, width: int = 160, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def gradient(height: int = 200, width: int = 300) -> NDArray[np.uint8]:
    """Blue rises to the right, green downwards."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[..., 0] = np.linspace(0, 255, width)
    frame[..., 1] = np.linspace(0, 255, height)[:, None]
    return frame


def on_device(
    frame: NDArray[np.uint8], found: Regions, device: str, size: tuple[int, int] = SIZE
) -> NDArray[np.float32]:
    torch = pytest.importorskip("torch")
    from boxtrail.reid.device_crops import DeviceCrops

    crops = DeviceCrops([frame], [found], size, torch.device(device))
    out = torch.empty((len(crops), 3, *size), device=device)
    crops.cut(0, len(crops), out)
    ordered = np.empty(out.shape, np.float32)
    ordered[crops.order] = out.cpu().numpy()
    return ordered.transpose(0, 2, 3, 1)


def on_cpu(frame: NDArray[np.uint8], found: Regions, size: tuple[int, int] = SIZE) -> NDArray[np.float32]:
    return normalised(cut_crops([frame], [found], size))


BOXES = {
    "larger": [[10, 20, 30, 60], [50.4, 10.6, 70.2, 55.5]],
    "as large": [[10, 20, 42, 84]],
    "smaller": [[5, 3, 155, 118], [0, 0, 160, 120]],
    "wider, lower": [[2, 2, 150, 40]],
    "over the edge": [[-40, -30, 40, 60], [130, 80, 300, 400]],
    "turned": [[80, 60, 40, 70, 0.6], [70, 50, 90, 100, -2.0]],
    "turned over the edge": [[5, 5, 40, 70, 0.8]],
}


@pytest.mark.parametrize("kind", BOXES)
def test_both_ways_to_cut_give_the_same_crops(kind: str, device: str) -> None:
    frame = noise()
    found = regions(frame, np.array(BOXES[kind], float))
    assert found.valid.all()
    cpu, gpu = on_cpu(frame, found), on_device(frame, found, device)
    # OpenCV rounds to bytes, and turned samples to 1/32 pixel.
    assert np.abs(cpu - gpu).max() < (0.03 if found.upright else 0.2)
    assert np.abs(cpu - gpu).mean() < 0.02


def test_a_crop_of_its_own_size_is_the_frame_normalised(device: str) -> None:
    frame = noise()
    found = regions(frame, np.array([[10.0, 20.0, 42.0, 84.0]]))
    wanted = (frame[20:84, 10:42, ::-1] / 255.0 - MEAN) / DEVIATION
    np.testing.assert_allclose(on_cpu(frame, found)[0], wanted, atol=1e-5)
    np.testing.assert_allclose(on_device(frame, found, device)[0], wanted, atol=1e-4)


def test_shrinking_takes_means_and_skips_no_pixel(device: str) -> None:
    frame = np.zeros((192, 96, 3), np.uint8)  # three pixels a side for one of the crop
    frame[::3, ::3] = frame[1::3, 1::3] = frame[2::3, 2::3] = 255
    found = regions(frame, np.array([[0.0, 0.0, 96.0, 192.0]]))
    wanted = np.broadcast_to((1 / 3 - np.array(MEAN)) / DEVIATION, (*SIZE, 3))
    np.testing.assert_allclose(on_cpu(frame, found)[0], wanted, atol=0.02)
    np.testing.assert_allclose(on_device(frame, found, device)[0], wanted, atol=0.02)


def test_an_upright_crop_shows_nothing_beyond_its_box(device: str) -> None:
    frame = np.full((120, 160, 3), 255, np.uint8)
    frame[30:50, 40:50] = 0
    found = regions(frame, np.array([[40.0, 30.0, 50.0, 50.0]]))
    black = np.broadcast_to(-np.array(MEAN) / DEVIATION, (*SIZE, 3))
    np.testing.assert_allclose(on_cpu(frame, found)[0], black, atol=1e-5)
    np.testing.assert_allclose(on_device(frame, found, device)[0], black, atol=1e-3)


def test_an_oriented_box_is_rotated_upright(device: str) -> None:
    """A quarter turn: the box's width runs down the frame, its height to the left."""
    frame = gradient()
    found = regions(frame, np.array([[150.0, 100.0, 60.0, 120.0, np.pi / 2]]))
    for crop in (on_cpu(frame, found)[0], on_device(frame, found, device)[0]):
        blue, green = crop[..., 2], crop[..., 1]
        assert (np.diff(green, axis=1) > -1e-3).all()  # along the crop's width: downwards
        assert green[:, -1].mean() > green[:, 0].mean() + 0.5
        assert blue[-1].mean() < blue[0].mean() - 0.5  # down the crop: to the left


def test_an_oriented_box_without_an_angle_is_the_upright_one(device: str) -> None:
    frame = noise()
    upright = regions(frame, np.array([[20.0, 30.0, 60.0, 110.0]]))
    oriented = regions(frame, np.array([[40.0, 70.0, 40.0, 80.0, 0.0]]))
    np.testing.assert_allclose(oriented.affines, upright.affines, atol=1e-9)
    inside = (
        slice(None),
        slice(2, -2),
        slice(2, -2),
    )  # at the edge the oriented one sees what lies beside it
    np.testing.assert_allclose(
        on_device(frame, oriented, device)[inside], on_device(frame, upright, device)[inside], atol=1e-3
    )


def test_a_crop_does_not_depend_on_what_else_is_cut(device: str) -> None:
    frame = noise()
    boxes = np.array([[10, 20, 30, 60], [5, 3, 155, 118], [2, 2, 150, 40], [60, 20, 100, 119]], float)
    together = on_device(frame, regions(frame, boxes), device)
    for row, box in enumerate(boxes):
        np.testing.assert_array_equal(together[row], on_device(frame, regions(frame, box[None]), device)[0])


def test_crops_are_cut_in_parts_as_well(device: str) -> None:
    torch = pytest.importorskip("torch")
    from boxtrail.reid.device_crops import DeviceCrops

    frames = [noise(seed=1), noise(90, 70, seed=2)]
    boxes = [np.array([[10, 20, 30, 60], [5, 3, 155, 118]], float), np.array([[3, 4, 60, 80]], float)]
    found = [regions(frame, rows) for frame, rows in zip(frames, boxes, strict=True)]
    crops = DeviceCrops(frames, found, SIZE, torch.device(device))
    whole, parts = torch.empty((3, 3, *SIZE), device=device), torch.empty((3, 3, *SIZE), device=device)
    crops.cut(0, 3, whole)
    for row in range(3):
        crops.cut(row, row + 1, parts[row : row + 1])
    assert torch.equal(whole, parts)
    wanted = normalised(cut_crops(frames, found, SIZE)).transpose(0, 3, 1, 2)
    assert np.abs(whole.cpu().numpy() - wanted[crops.order]).max() < 0.03


def test_many_samples_are_taken_in_turns(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from boxtrail.reid import device_crops

    frame = noise()
    found = regions(frame, np.array([[5.0, 3.0, 155.0, 118.0]] * 5))
    at_once = on_device(frame, found, device)
    monkeypatch.setattr(device_crops, "MAX_POINTS", 2 * SIZE[0] * SIZE[1] * 5 * 2)
    np.testing.assert_array_equal(on_device(frame, found, device), at_once)


@pytest.mark.parametrize(
    "box",
    [
        [10, 10, 10, 50],
        [50, 10, 10, 50],
        [-50, 10, 0, 50],
        [160, 10, 200, 50],
        [10, 120, 20, 130],
        [40, 40, 0, 30, 0.3],
        [40, 40, 30, -1, 0.3],
        [-40, 60, 40, 40, 0.0],
        [-18, -18, 60, 10, -np.pi / 4],  # only the upright box around it touches the frame
    ],
)
def test_boxes_without_area_or_outside_have_no_region(box: list[float]) -> None:
    found = regions(noise(), np.array([box], float))
    assert found.valid.tolist() == [False]
    assert len(found) == 0


def test_a_box_of_less_than_a_pixel_shows_one() -> None:
    found = regions(noise(), np.array([[10.6, 20.6, 10.9, 20.7], [159.5, 119.5, 170.0, 130.0]]))
    assert found.rectangles().tolist() == [[11, 21, 12, 22], [159, 119, 160, 120]]


@given(
    st.lists(
        st.tuples(*[st.floats(-300, 300, allow_nan=False) for _ in range(4)], st.floats(-7, 7)), max_size=8
    ),
    st.booleans(),
)
def test_any_boxes_are_cut_without_a_crash(rows: list[tuple[float, ...]], oriented: bool) -> None:
    frame = noise(30, 40)
    boxes = np.array(rows, float).reshape(-1, 5)[:, : 5 if oriented else 4]
    found = regions(frame, boxes)
    assert len(found.valid) == len(boxes)
    crops = cut_crops([frame], [found], (16, 8))
    assert crops.shape == (int(found.valid.sum()), 16, 8, 3)


def test_columns_behind_the_box_are_ignored() -> None:
    frame = noise()
    for columns, width in ((4, 4), (6, 4), (8, 4), (5, 5), (7, 5), (9, 5)):
        _, (rows,), alone = frames_and_boxes(frame, np.ones((3, columns)))
        assert (rows.shape, alone) == ((3, width), True)
    for nothing in (None, [], np.empty((0, 6)), np.empty((0, 7))):
        _, (rows,), _ = frames_and_boxes(frame, nothing)
        assert len(rows) == 0


def test_a_grey_frame_counts_as_one_of_three_equal_colours() -> None:
    (image,), _, _ = frames_and_boxes(noise()[..., 0], [])
    assert image.shape == (120, 160, 3)
    assert (image == noise()[..., :1]).all()


@pytest.mark.parametrize(
    ("frames", "boxes", "message"),
    [
        (
            np.zeros((4, 4, 3)),
            [],
            r"frame must be an \(H, W, 3\) BGR array of uint8, not \(4, 4, 3\) of float64",
        ),
        (np.zeros((4, 4, 4), np.uint8), [], r"frame must be .* not \(4, 4, 4\) of uint8"),
        (np.zeros((0, 4, 3), np.uint8), [], "frame must be"),
        ([noise(), None], [[], []], "frame 1 must be"),
        ([noise()], [[], []], "got 1 frames but boxes of 2"),
        (noise(), [[1, 2, 3]], r"boxes must have shape \(N, 4\).* not \(1, 3\)"),
        (noise(), [1, 2, 3, 4], r"not \(4,\)"),
        (noise(), [["a", 2, 3, 4]], "boxes must be rows of numbers"),
        (
            [noise(), noise()],
            [[], [[0, 0, 1, 1], [0, 0, np.nan, 1]]],
            "boxes of frame 1: row 1 is not finite",
        ),
    ],
)
def test_bad_frames_and_boxes_are_errors_that_name_them(frames: object, boxes: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        frames_and_boxes(frames, boxes)  # type: ignore[arg-type]
