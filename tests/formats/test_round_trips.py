"""Tracks survive the way through any two formats, as far as both can hold them."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.io.formats import FORMATS, SequenceRows, convert, read_tracks, write_tracks
from boxtrail.io.formats.adapting import settled, upright
from boxtrail.io.formats.masks import (
    box_of,
    is_mask,
    mask_of,
    mask_of_polygons,
    pixels,
    run_lengths,
    run_text,
)
from formats.scenes import SIZE, put, scene, suffix
from strategies import examples

TOLERANCE = 2e-6  # pixels; files have six decimals
WITH_ANGLES = [name for name, format in FORMATS.items() if "oriented" in format.kinds]
TO_THE_DIGIT = [name for name in WITH_ANGLES if name != "supervisely"]  # whose corners are whole pixels
WITH_MASKS = [name for name, format in FORMATS.items() if "mask" in format.kinds]


def there_and_back(
    folder: Path, first: str, second: str, rows: SequenceRows
) -> tuple[SequenceRows, SequenceRows]:
    """What the first format holds, and what is left of it after the second."""
    start = put(folder / "start", first, rows)
    middle = folder / "middle" if second == "motchallenge" else folder / f"middle/one{suffix(second)}"
    end = folder / "end" if first == "motchallenge" else folder / f"end/one{suffix(first)}"
    convert(start, middle, source_format=first, format=second, frame_size=SIZE)
    convert(middle, end, source_format=second, format=first, frame_size=SIZE)
    before, after = read_tracks(start, first), read_tracks(end, first)
    assert list(before) == list(after) == ["one"]
    return settled(before["one"]), settled(after["one"])


def assert_alike(before: SequenceRows, after: SequenceRows, held: frozenset[str]) -> None:
    """The same rows, up to the names that one of the formats does not know."""
    np.testing.assert_array_equal(after.frames, before.frames)
    np.testing.assert_array_equal(after.ids, before.ids)
    if "scores" in held:
        assert before.scores is not None
        np.testing.assert_allclose(after.scores, before.scores, atol=TOLERANCE)
    if "labels" in held:
        assert before.labels is not None
        assert after.labels is not None
        pairs = set(zip(before.labels.tolist(), after.labels.tolist(), strict=True))
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    if {"labels", "names"} <= held:
        assert [before.names[k] for k in before.labels] == [after.names[k] for k in after.labels]


@pytest.mark.parametrize(("first", "second"), list(permutations(FORMATS, 2)))
@given(seed=st.integers(0, 2**31))
@examples(2)
def test_boxes_come_back_from_every_other_format(
    first: str, second: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    before, after = there_and_back(folder, first, second, scene(seed))
    np.testing.assert_allclose(upright(after).shapes, upright(before).shapes, atol=TOLERANCE)
    assert_alike(before, after, FORMATS[first].holds & FORMATS[second].holds)


@pytest.mark.parametrize(("first", "second"), list(permutations(TO_THE_DIGIT, 2)))
@given(seed=st.integers(0, 2**31))
@examples(2)
def test_oriented_boxes_come_back(
    first: str, second: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    before, after = there_and_back(folder, first, second, scene(seed, "oriented"))
    assert before.kind == after.kind == "oriented"
    np.testing.assert_allclose(after.shapes, before.shapes, atol=TOLERANCE)
    assert_alike(before, after, FORMATS[first].holds & FORMATS[second].holds)


@pytest.mark.parametrize(("first", "second"), list(permutations(WITH_MASKS, 2)))
@given(seed=st.integers(0, 2**31))
@examples(2)
def test_masks_come_back_to_the_pixel(
    first: str, second: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    before, after = there_and_back(folder, first, second, scene(seed, "mask"))
    for a, b in zip(before.shapes, after.shapes, strict=True):
        np.testing.assert_array_equal(pixels(a), pixels(b))
    assert_alike(before, after, FORMATS[first].holds & FORMATS[second].holds)


@given(seed=st.integers(0, 2**31))
def test_oriented_boxes_of_an_annotation_are_right_to_its_pixels(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    shapes = np.column_stack(
        [rng.uniform(200, 300, (9, 2)), rng.uniform(30, 90, (9, 2)), rng.uniform(-3, 3, 9)]
    )
    rows = SequenceRows(
        frames=np.arange(1, 10), ids=np.ones(9, dtype=np.int64), shapes=shapes, frame_size=(500, 500)
    )
    path = tmp_path_factory.mktemp("oriented") / "one.json"
    write_tracks(path, rows, "supervisely")
    found = read_tracks(path)["one"]
    assert found.kind == "oriented"
    np.testing.assert_allclose(np.asarray(found.shapes)[:, :4], shapes[:, :4], atol=1.5)
    turned = np.asarray(found.shapes)[:, 4] - shapes[:, 4]
    np.testing.assert_allclose(np.sin(turned), 0.0, atol=0.06)


@given(seed=st.integers(0, 2**31))
def test_masks_pixels_runs_and_boxes_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bits = rng.random((rng.integers(1, 9), rng.integers(1, 9))) < rng.choice([0.0, 0.2, 0.9, 1.0])
    mask = mask_of(bits)
    assert is_mask(mask)
    np.testing.assert_array_equal(pixels(mask), bits)
    assert run_text(run_lengths(mask[2])) == mask[2]
    rows, columns = np.nonzero(bits)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) else (0, 0, 0, 0)
    assert box_of(mask) == box


def test_runs_of_masks_are_those_of_pycocotools() -> None:
    coco = pytest.importorskip("pycocotools.mask", reason="pycocotools is not installed")
    rng = np.random.default_rng(5)
    for _ in range(200):
        bits = rng.random((rng.integers(1, 40), rng.integers(1, 40))) < rng.random()
        theirs = coco.encode(np.asfortranarray(bits.astype(np.uint8)))
        assert mask_of(bits) == (*theirs["size"], theirs["counts"])


def test_polygons_are_filled_at_the_centres_of_pixels() -> None:
    square = mask_of_polygons([np.array([[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [1.0, 3.0]])], (6, 5))
    assert box_of(square) == (1, 1, 4, 3)
    assert np.count_nonzero(pixels(square)) == 6
    triangle = pixels(mask_of_polygons([np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])], (4, 4)))
    np.testing.assert_array_equal(triangle.sum(axis=1), [3, 2, 1, 0])  # centres on the right edge are outside
    outside = mask_of_polygons([np.array([[-9.0, -9.0], [99.0, -9.0], [99.0, 99.0], [-9.0, 99.0]])], (4, 4))
    assert pixels(outside).all()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", ["box", "oriented", "mask"])
def test_a_sequence_without_rows_is_written_and_read(format: str, kind: str, tmp_path: Path) -> None:
    nothing = np.empty(0, dtype=np.int64)
    shapes = [] if kind == "mask" else np.empty((0, 5 if kind == "oriented" else 4))
    path = put(tmp_path, format, SequenceRows(frames=nothing, ids=nothing, shapes=shapes, frame_size=SIZE))
    found = read_tracks(path, format)
    assert [len(rows) for rows in found.values()] == [0]


@pytest.mark.parametrize("format", FORMATS)
def test_the_format_of_a_file_is_found_by_what_is_in_it(format: str, tmp_path: Path) -> None:
    for kind in ("box", "oriented", "mask"):
        rows = scene(3, kind)
        if kind not in FORMATS[format].kinds:
            continue
        explicit, found = (
            read_tracks(put(tmp_path / kind, format, rows), format),
            read_tracks(tmp_path / kind),
        )
        assert list(explicit) == list(found)
        assert explicit["one"].kind == found["one"].kind
        np.testing.assert_array_equal(explicit["one"].frames, found["one"].frames)


def test_oriented_boxes_that_are_cut_at_the_edge_of_the_frame_stay_oriented(tmp_path: Path) -> None:
    angles = np.array([0.3, -0.7, 1.1, 0.3])
    centres = np.array([[60.0, 60.0], [120.0, 80.0], [70.0, 120.0], [5.0, 60.0]])
    shapes = np.column_stack([centres, np.tile([50.0, 20.0], (4, 1)), angles])
    rows = SequenceRows(
        frames=np.arange(1, 5), ids=np.ones(4, dtype=np.int64), shapes=shapes, frame_size=(200, 200)
    )
    write_tracks(tmp_path / "one.json", rows, "supervisely")
    found = read_tracks(tmp_path / "one.json")["one"]
    assert found.kind == "oriented"
    np.testing.assert_allclose(np.asarray(found.shapes)[:3], shapes[:3], atol=1.5)
    cut = np.asarray(found.shapes)[3]
    assert np.sin(cut[4] - angles[3]) == pytest.approx(0.0, abs=0.1) or np.cos(
        cut[4] - angles[3]
    ) == pytest.approx(0.0, abs=0.1)
    assert 0.0 < cut[2] * cut[3] < 50.0 * 20.0
