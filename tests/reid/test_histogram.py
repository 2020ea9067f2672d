"""The embedder without weights: same looks near, other looks far, whatever the light and the box."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.reid import Embedder, create_embedder
from boxtrail.reid.histogram import HistogramEmbedder
from boxtrail.reid.small_product import small_product

RED, BLUE, GREEN, GREY = (40, 40, 200), (200, 60, 40), (50, 170, 60), (120, 120, 120)
LEFT, RIGHT, MIDDLE = [20.0, 20.0, 80.0, 180.0], [220.0, 20.0, 280.0, 180.0], [120.0, 20.0, 180.0, 180.0]
EMBEDDER = HistogramEmbedder()


def person(
    frame: NDArray[np.uint8], box: list[float], top: tuple[int, int, int], trousers: tuple[int, int, int]
) -> None:
    """Two coloured halves in a box."""
    x1, y1, x2, y2 = (int(side) for side in box)
    frame[y1 : (y1 + y2) // 2, x1:x2] = top
    frame[(y1 + y2) // 2 : y2, x1:x2] = trousers


def street() -> NDArray[np.uint8]:
    """Two people dressed alike, left and in the middle, and one dressed otherwise."""
    frame = np.random.default_rng(0).integers(100, 120, (200, 300, 3), dtype=np.uint8)
    person(frame, LEFT, RED, BLUE)
    person(frame, MIDDLE, RED, BLUE)
    person(frame, RIGHT, GREEN, GREY)
    return frame


def test_it_is_made_by_its_name_and_is_an_embedder() -> None:
    made = create_embedder("Histogram")
    assert isinstance(made, HistogramEmbedder)
    assert isinstance(made, Embedder)
    assert made.dim == 512


def test_rows_have_length_one_and_alike_is_nearer_than_different() -> None:
    rows = EMBEDDER.embed(street(), [LEFT, MIDDLE, RIGHT])
    assert rows.shape == (3, 512)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert rows[0] @ rows[1] > 0.99
    assert rows[0] @ rows[2] < 0.3


def test_upside_down_is_somebody_else() -> None:
    frame = street()
    person(frame, RIGHT, BLUE, RED)
    rows = EMBEDDER.embed(frame, [LEFT, RIGHT])
    assert rows[0] @ rows[1] < 0.5


@pytest.mark.parametrize("gain", [0.7, 1.3])
def test_a_change_of_light_leaves_people_apart(gain: float) -> None:
    before = EMBEDDER.embed(street(), [LEFT, RIGHT])
    lit = (street() * gain).clip(0, 255).astype(np.uint8)
    after = EMBEDDER.embed(lit, [LEFT, RIGHT])
    cosines = before @ after.T
    assert np.diag(cosines).min() > 0.7
    assert max(cosines[0, 1], cosines[1, 0]) < 0.3


def test_boxes_without_area_or_outside_get_zeros_and_a_flag() -> None:
    boxes = [LEFT, [10.0, 10.0, 10.0, 50.0], [-90.0, 0.0, -10.0, 50.0], [50.0, 90.0, 20.0, 20.0], RIGHT]
    rows, valid = EMBEDDER.embed(street(), boxes, with_valid=True)
    assert valid.tolist() == [True, False, False, False, True]
    assert not rows[1:4].any()
    assert np.array_equal(rows[[0, 4]], EMBEDDER.embed(street(), [LEFT, RIGHT]))


def test_a_box_that_leaves_the_frame_is_judged_by_what_shows() -> None:
    frame = street()
    cut = frame[:, 50:]  # LEFT now reaches from -30 to 30
    whole, half = EMBEDDER.embed(frame, [LEFT]), EMBEDDER.embed(cut, [[-30.0, 20.0, 30.0, 180.0]])
    assert whole[0] @ half[0] > 0.85


def test_an_oriented_box_sees_what_the_upright_one_sees_in_the_turned_picture() -> None:
    frame = street()
    turned = np.ascontiguousarray(np.rot90(frame, k=-1))  # clockwise; (x, y) goes to (200 - y, x)
    upright = EMBEDDER.embed(frame, [LEFT, RIGHT])
    boxes = [
        [100.0, 50.0, 60.0, 160.0, np.pi / 2, 0.9, 0.0],
        [100.0, 250.0, 60.0, 160.0, np.pi / 2, 0.9, 0.0],
    ]
    oriented = EMBEDDER.embed(turned, boxes)
    assert np.einsum("nd,nd->n", upright, oriented).min() > 0.99
    assert EMBEDDER.embed(frame, [[50.0, 100.0, 60.0, 160.0, 0.0]])[0] @ upright[0] > 0.999


def test_a_list_of_frames_gives_what_each_gives_alone() -> None:
    first, second = street(), np.ascontiguousarray(street()[:, ::-1])
    together = EMBEDDER.embed([first, second, first], [[LEFT], [LEFT, RIGHT], []])
    assert [len(rows) for rows in together] == [1, 2, 0]
    assert together[2].shape == (0, 512)
    assert np.array_equal(together[0], EMBEDDER.embed(first, [LEFT]))
    assert np.array_equal(together[1], EMBEDDER.embed(second, [LEFT, RIGHT]))


def test_many_boxes_are_worked_off_in_turns() -> None:
    rng = np.random.default_rng(1)
    corners = rng.uniform(0.0, 150.0, (300, 2))
    boxes = np.hstack([corners, corners + rng.uniform(5.0, 100.0, (300, 2))])
    rows = EMBEDDER.embed(street(), boxes)
    assert np.allclose(rows[[0, 130, 299]], EMBEDDER.embed(street(), boxes[[0, 130, 299]]), atol=1e-5)


def test_the_product_in_pieces_is_the_product() -> None:
    rng = np.random.default_rng(2)
    left = rng.random((19, 700), dtype=np.float32) * (rng.random((19, 700)) < 0.2)
    right = rng.normal(size=(700, 96)).astype(np.float32)
    assert np.allclose(small_product(left, right), left @ right, atol=1e-4)
    assert small_product(left[:0], right).shape == (0, 96)


def test_no_boxes_give_no_rows_and_grey_frames_are_frames() -> None:
    assert EMBEDDER.embed(street(), np.empty((0, 6))).shape == (0, 512)
    grey = street().mean(axis=2).astype(np.uint8)
    same = EMBEDDER.embed(np.repeat(grey[..., None], 3, axis=2), [LEFT])
    assert np.array_equal(EMBEDDER.embed(grey, [LEFT]), same)


def test_it_is_the_same_in_every_process() -> None:
    there = pickle.loads(pickle.dumps(HistogramEmbedder(64, sharpness=3.0)))
    assert (there.dim, there.sharpness) == (64, 3.0)
    rows = HistogramEmbedder(64, sharpness=3.0).embed(street(), [LEFT])
    assert np.array_equal(there.embed(street(), [LEFT]), rows)
    # What is saved in a gallery must still fit: the random frequencies are part of the format.
    frequencies = HistogramEmbedder(8)._frequencies[:2, 0] / np.sqrt(np.float32(EMBEDDER.sharpness))
    assert frequencies == pytest.approx([-0.1177767, 1.0134734], abs=1e-5)


def test_the_cosine_is_the_kernel_of_the_distance() -> None:
    boxes = [LEFT, MIDDLE, RIGHT]
    narrow = [HistogramEmbedder(512, sharpness=s).embed(street(), boxes) for s in (1.0, 2.0)]
    cosines = [float(rows[0] @ rows[2]) for rows in narrow]
    assert cosines[1] == pytest.approx(cosines[0] ** 2, abs=0.1)  # exp(-2h²) is the square of exp(-h²)


def test_wrong_input_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"not \(200, 300, 4\) of uint8"):
        EMBEDDER.embed(np.zeros((200, 300, 4), np.uint8), [LEFT])
    with pytest.raises(InvalidInputError, match=r"not \(2, 3\)"):
        EMBEDDER.embed(street(), np.zeros((2, 3)))
    with pytest.raises(InvalidInputError, match="box row 1 is not finite"):
        EMBEDDER.embed(street(), [LEFT, [0.0, 0.0, np.nan, 9.0]])
    with pytest.raises(InvalidInputError, match="2 frames, but boxes for 1"):
        EMBEDDER.embed([street(), street()], [[LEFT]])
    with pytest.raises(ConfigError, match="dim must be even"):
        HistogramEmbedder(7)
    with pytest.raises(ConfigError, match="sharpness"):
        HistogramEmbedder(sharpness=0.0)


def test_real_people_are_found_again_later_in_the_video(data_dir: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    paths = sorted((data_dir / "reid-crops").glob("*/*.jpg"))
    if not paths:
        pytest.skip(f"no crops of people in {data_dir / 'reid-crops'}")
    rows, people = [], []
    for path in paths:
        crop = cv2.imread(str(path))
        rows.append(EMBEDDER.embed(crop, [[0.0, 0.0, crop.shape[1], crop.shape[0]]])[0])
        people.append(f"{path.parent.name}/{path.name[:4]}")
    identities, embeddings = np.array(people), np.array(rows)
    late = np.zeros(len(paths), bool)  # names are sorted by frame: the second half of each person's crops
    for identity in np.unique(identities):
        of_one = np.flatnonzero(identities == identity)
        late[of_one[len(of_one) // 2 :]] = True
    nearest = (embeddings[late] @ embeddings[~late].T).argmax(axis=1)
    rank_1 = float((identities[~late][nearest] == identities[late]).mean())
    assert rank_1 > 0.65  # 0.03 by chance
