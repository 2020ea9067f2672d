"""Files of a cache: complete or not there, and never believed when damaged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from boxtrail.benchmarks import DamagedFileError
from boxtrail.benchmarks.cache_file import STALE_SECONDS, read_arrays, remove_stale_partials, write_arrays
from boxtrail.benchmarks.content import ContentHashes, key_of
from boxtrail.errors import SinkError, SourceError

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "none": np.empty((0, 6)), "n": np.array([1, 2], np.int64)}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_arrays(tmp_path / "deep" / "x.npz", ARRAYS, {"key": "k", "size": [3, 4]})
    arrays, meta = read_arrays(tmp_path / "deep" / "x.npz")
    assert meta == {"key": "k", "size": [3, 4]}
    assert set(arrays) == set(ARRAYS)
    for name, expected in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], expected)
        assert arrays[name].dtype == expected.dtype
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.npz"]


def test_numpy_alone_can_read_it(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x.npz", ARRAYS, {})
    with np.load(tmp_path / "x.npz") as file:
        np.testing.assert_array_equal(file["a"], ARRAYS["a"])


def test_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x.npz", ARRAYS, {"b": 1, "a": 2})
    write_arrays(tmp_path / "y.npz", ARRAYS, {"a": 2, "b": 1})
    assert (tmp_path / "x.npz").read_bytes() == (tmp_path / "y.npz").read_bytes()


def test_a_change_of_any_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    write_arrays(path, {"a": np.arange(3)}, {"key": "k"})
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x20]) + whole[position + 1 :])
        with pytest.raises(DamagedFileError, match=r"x\.npz is damaged"):
            read_arrays(path)


@pytest.mark.parametrize("length", [0, 10, 71, 200])
def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path, length: int) -> None:
    path = tmp_path / "x.npz"
    write_arrays(path, ARRAYS, {})
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedFileError, match=r"x\.npz is damaged"):
        read_arrays(path)


def test_a_missing_file_is_missing_and_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "x.npz")
    with pytest.raises(SourceError, match="cannot read"):
        read_arrays(tmp_path)


def test_where_nothing_can_be_written_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="cannot write"):
        write_arrays(tmp_path / "file" / "x.npz", ARRAYS, {})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_only_partial_files_that_nobody_writes_are_removed(tmp_path: Path) -> None:
    old, young, whole = (tmp_path / "s" / name for name in ("a.npz.1.partial", "b.npz.2.partial", "c.npz"))
    old.parent.mkdir()
    for path, age in ((old, 2 * STALE_SECONDS), (young, 0.0), (whole, 2 * STALE_SECONDS)):
        path.write_bytes(b"x")
        os.utime(path, (1e9 - age, 1e9 - age))
    assert remove_stale_partials(tmp_path, clock=lambda: 1e9 + 1.0) == [old]
    assert young.exists()
    assert whole.exists()
    assert remove_stale_partials(tmp_path / "none") == []


def test_a_hash_goes_by_content_and_order_not_by_name_or_time(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in "abc")
    for path, text in ((a, "1"), (b, "2"), (c, "1")):
        path.write_text(text)
        os.utime(path, (1e9, 1e9))
    hashes = ContentHashes(tmp_path / "memo" / "hashes.json")
    assert hashes.of([a, b]) == hashes.of([c, b])
    assert hashes.of([a, b]) != hashes.of([b, a])
    os.utime(a, (2e9, 1.1e9))
    assert hashes.of([a, b]) == hashes.of([c, b])
    with pytest.raises(SourceError, match=r"cannot read .*none"):
        hashes.of([tmp_path / "none"])


def test_a_hash_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path, memo = tmp_path / "a", tmp_path / "hashes.json"
    path.write_text("one")
    os.utime(path, (1e9, 1e9))
    first = ContentHashes(memo).of([path])
    assert "a" in memo.read_text()
    path.write_text("two")
    os.utime(path, (1e9, 1e9))  # same size, same time: this is what remembering means
    assert ContentHashes(memo).of([path]) == first
    os.utime(path, (1e9, 1e9 + 1))
    second = ContentHashes(memo).of([path])
    assert second != first
    memo.write_text("{broken")
    assert ContentHashes(memo).of([path]) == second


def test_a_file_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    path, memo = tmp_path / "a", tmp_path / "hashes.json"
    path.write_text("one")
    os.utime(path, (1e9, 1e9))
    ContentHashes(memo, clock=lambda: 1e9 + 0.5).of([path])
    assert not memo.exists()


def test_a_key_does_not_depend_on_the_order_of_its_ingredients() -> None:
    assert key_of({"a": 1, "b": [2, None]}) == key_of({"b": [2, None], "a": 1})
    assert key_of({"a": 1}) != key_of({"a": 2})
