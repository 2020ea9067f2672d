"""Batches of identities, and what is done to their pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.errors import ConfigError, SourceError
from boxtrail.training import load_dataset
from boxtrail.training.augmentation import MEAN, STD, affine, augment, prepare, resize
from boxtrail.training.options import TrainOptions, train_options
from boxtrail.training.pictures import Pictures
from boxtrail.training.sampler import identity_batches
from boxtrail.training.samples import Sample
from training.miniatures import people, picture


def groups(sizes: list[int]) -> dict[str, list[int]]:
    edges = np.cumsum([0, *sizes]).tolist()
    return {f"{number}": list(range(edges[number], edges[number + 1])) for number in range(len(sizes))}


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=12),
    st.integers(2, 5),
    st.integers(1, 4),
    st.integers(0, 5),
)
def test_every_batch_has_as_many_pictures_of_each_of_its_identities(
    sizes: list[int], room: int, instances: int, epoch: int
) -> None:
    own = groups(sizes)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    found = identity_batches(own, room * instances, instances, seed=1, epoch=epoch)
    assert found
    for batch in found:
        counts = Counter(owner[batch].tolist())
        assert len(counts) == min(room, len(sizes))
        assert set(counts.values()) == {instances}


def test_an_epoch_shows_every_picture_where_the_identities_are_even() -> None:
    found = identity_batches(groups([8, 8, 8, 8]), 16, 4, seed=0, epoch=0)
    assert sorted(np.concatenate(found).tolist()) == list(range(32))


def test_an_identity_of_few_pictures_shows_some_twice() -> None:
    [batch] = identity_batches(groups([3, 3]), 8, 4, seed=0, epoch=0)
    assert Counter(Counter(batch.tolist()).values()) == {1: 4, 2: 2}


def test_the_seed_and_the_epoch_make_the_batches() -> None:
    own = groups([6] * 6)

    def drawn(seed: int, epoch: int) -> list[list[int]]:
        return [batch.tolist() for batch in identity_batches(own, 8, 4, seed=seed, epoch=epoch)]

    assert drawn(0, 3) == drawn(0, 3)
    assert drawn(0, 3) != drawn(0, 4)
    assert drawn(0, 3) != drawn(1, 3)


def test_a_batch_shared_by_processes_leaves_each_at_least_two_identities() -> None:
    found = identity_batches(groups([4] * 7), 24, 4, seed=0, epoch=0, num_processes=2)
    assert {len(batch) for batch in found} == {24}
    found = identity_batches(groups([4] * 5), 24, 4, seed=0, epoch=0, num_processes=2)
    assert {len(batch) for batch in found} == {16}  # of 5 identities 2 for each process
    with pytest.raises(ConfigError, match="fewer than 2 identities to each of 4 processes"):
        identity_batches(groups([4] * 7), 24, 4, seed=0, epoch=0, num_processes=4)


def test_a_prepared_picture_is_rgb_less_the_mean_over_the_deviation() -> None:
    image = np.zeros((8, 4, 3), dtype=np.uint8)
    image[:] = (0, 0, 255)  # red, as OpenCV orders colours
    prepared = prepare(image, (16, 8))
    assert prepared.shape == (3, 16, 8)
    assert prepared[:, 3, 3] == pytest.approx((np.array([1.0, 0.0, 0.0]) - MEAN) / STD, abs=1e-6)


def test_shrinking_averages() -> None:
    stripes = np.zeros((8, 8, 3), dtype=np.uint8)
    stripes[::2] = 200
    assert np.unique(resize(stripes, (4, 4))).tolist() == [100]


def test_without_any_augmentation_a_picture_is_only_prepared() -> None:
    still = TrainOptions(flip=0.0, affine=0.0, erase=0.0, jitter=0.0)
    image = picture(5)
    found = augment(image, (32, 16), np.random.default_rng(0), still)
    assert found == pytest.approx(prepare(image, (32, 16)), abs=1e-5)


def test_flipping_mirrors_and_erasing_leaves_part_of_the_picture() -> None:
    image = picture(5)
    plain = prepare(image, (32, 16))
    flipped = augment(
        image, (32, 16), np.random.default_rng(0), TrainOptions(flip=1.0, affine=0.0, erase=0.0, jitter=0.0)
    )
    assert flipped == pytest.approx(plain[:, :, ::-1], abs=1e-5)
    erased = augment(
        image, (32, 16), np.random.default_rng(0), TrainOptions(flip=0.0, affine=0.0, erase=1.0, jitter=0.0)
    )
    changed = np.abs(erased - plain).max(axis=0) > 1e-4
    assert 0.02 * 0.8 < changed.mean() < 0.45
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean() > 0.99  # one rectangle


def test_an_affine_change_keeps_the_middle_near_the_middle() -> None:
    image = np.zeros((64, 32, 3), dtype=np.uint8)
    image[28:36, 12:20] = 255
    for seed in range(20):
        found = affine(image, (32, 16), np.random.default_rng(seed))
        rows, columns = np.nonzero(found[:, :, 0] > 127)
        assert abs(rows.mean() - 15.5) <= 0.08 * 32 + 1.0
        assert abs(columns.mean() - 7.5) <= 0.08 * 16 + 1.0
        assert 0.5 * 16 < len(rows) < 2.0 * 16  # the square of 4 × 4, scaled


def test_what_is_drawn_does_not_depend_on_the_threads(tmp_path: Path) -> None:
    samples = load_dataset("folder", people(tmp_path)).train
    batches = [np.arange(8), np.arange(8, 16)]
    stacks = []
    for workers in (1, 3):
        with Pictures((32, 16), TrainOptions(workers=workers)) as pictures:
            stacks.append([crops for _, crops in pictures.augmented(samples, batches, 4, part=slice(0, 8))])
    assert np.array_equal(stacks[0], stacks[1])
    with Pictures((32, 16), TrainOptions()) as pictures:
        halves = [
            list(pictures.augmented(samples, batches, 4, part=part)) for part in (slice(0, 4), slice(4, 8))
        ]
    assert np.array_equal(np.concatenate([halves[0][1][1], halves[1][1][1]]), stacks[0][1])
    assert halves[1][1][0].tolist() == [12, 13, 14, 15]


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = Sample(tmp_path / "broken.jpg", "a", "broken")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with Pictures((32, 16), TrainOptions()) as pictures:
        with pytest.raises(SourceError, match=r"broken\.jpg: it is damaged or no image"):
            list(pictures.plain([broken], 4))
        with pytest.raises(SourceError, match="frame 3: no image OpenCV can decode"):
            list(pictures.plain([Sample(b"", "a", "frame 3")], 4))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, r"epochs must be in \[1"),
        ({"batch_size": 10, "num_instances": 4}, "multiple of num_instances, not 10 of 4"),
        ({"num_instances": 1}, "num_instances must be at least 2"),
        ({"input_size": (256,)}, r"input_size must be \(height, width\)"),
        ({"input_size": (256, 8)}, "input_size"),
        ({"amp": 1}, "amp must be True, False or None"),
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"erase": 1.5}, r"erase must be in \[0, 1\]"),
    ],
)
def test_options_that_make_no_sense_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        train_options(given)


def test_names_of_the_field_are_taken() -> None:
    found = train_options({"lr": 0.01, "imgsz": [64, 32], "center_weight": 0.5, "batch": 8})
    assert (found.learning_rate, found.input_size, found.centre_weight, found.batch_size) == (
        0.01,
        (64, 32),
        0.5,
        8,
    )
