"""Identities by name: enrolled, found again, kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, SinkError
from boxtrail.reid import exact_search
from boxtrail.reid.gallery import Found, Gallery

EAST, NORTH, BETWEEN = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]


@pytest.fixture
def gallery() -> Gallery:
    made = Gallery("histogram")
    made.enrol("anna", [EAST, BETWEEN])
    made.enrol("bela", NORTH)
    return made


def test_an_identity_is_as_similar_as_its_nearest_embedding(gallery: Gallery) -> None:
    found = gallery.search([EAST, NORTH], top_k=2)
    assert [[each.name for each in row] for row in found] == [["anna", "bela"], ["bela", "anna"]]
    assert [each.similarity for each in found[1]] == pytest.approx([1.0, 0.8])
    assert gallery.search(EAST) == [[Found("anna", 1.0)]]


def test_below_the_threshold_nobody_is_found(gallery: Gallery) -> None:
    assert gallery.search([-1.0, 0.0], min_similarity=0.1) == [[]]
    assert gallery.search([0.0, 0.0]) == [[]]  # no appearance
    assert [len(row) for row in gallery.search(NORTH, top_k=9, min_similarity=0.9)] == [1]
    assert Gallery().search([EAST, NORTH]) == [[], []]


def test_enrolling_again_adds_and_rows_are_brought_to_length_one(gallery: Gallery) -> None:
    gallery.enrol("bela", [[3.0, 4.0]])
    assert gallery.embeddings("bela") == pytest.approx(np.array([NORTH, BETWEEN]))
    assert gallery.names == ("anna", "bela")
    assert repr(gallery) == "Gallery(2 identities, 4 embeddings, model='histogram')"


def test_remove_and_rename(gallery: Gallery) -> None:
    gallery.rename("anna", "clara")
    assert gallery.names == ("clara", "bela")
    assert gallery.search(EAST)[0][0].name == "clara"
    gallery.remove("clara")
    assert "clara" not in gallery
    assert gallery.search(EAST)[0][0].name == "bela"
    with pytest.raises(ConfigError, match="nobody in the gallery is called 'anna'; names: bela"):
        gallery.remove("anna")
    gallery.enrol("dora", EAST)
    with pytest.raises(ConfigError, match="a 'bela' in the gallery already"):
        gallery.rename("dora", "bela")


@pytest.mark.parametrize("entries", [1, 50, 2**24])
def test_search_in_blocks_finds_what_a_plain_loop_finds(
    entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact_search, "ENTRIES", entries)
    monkeypatch.setattr(exact_search, "QUERIES", 7)
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 6, 40)
    people = {f"p{k}": rng.normal(size=(count, 8)) for k, count in enumerate(counts)}
    gallery = Gallery()
    for name, rows in people.items():
        gallery.enrol(name, rows)
    queries = rng.normal(size=(33, 8))
    for query, found in zip(queries, gallery.search(queries, top_k=5), strict=True):
        expected = {
            name: float((gallery.embeddings(name) @ (query / np.linalg.norm(query))).max()) for name in people
        }
        best = sorted(expected, key=lambda name: -expected[name])[:5]
        assert [each.name for each in found] == best
        assert [each.similarity for each in found] == pytest.approx(
            [expected[name] for name in best], abs=1e-5
        )


def test_faiss_finds_nearly_the_same() -> None:
    pytest.importorskip("faiss")
    from boxtrail.reid.faiss_search import FaissSearch

    rng = np.random.default_rng(1)
    gallery = Gallery()
    for k in range(300):
        gallery.enrol(f"p{k}", rng.normal(size=(3, 16)))
    queries = rng.normal(size=(50, 16))
    exact, quick = (
        gallery.search(queries, top_k=3),
        gallery.search(queries, top_k=3, search=FaissSearch(gallery)),
    )
    same = [
        one[0] == other[0].__class__(other[0].name, one[0].similarity)
        for one, other in zip(exact, quick, strict=True)
    ]
    assert np.mean(same) > 0.9
    assert all(len(row) == 3 for row in quick)


def test_a_file_brings_the_gallery_back(gallery: Gallery, tmp_path: Path) -> None:
    path = gallery.save(tmp_path / "new" / "people.npz")
    there = Gallery.load(path)
    assert (there.names, there.model, there.dim) == (("anna", "bela"), "histogram", 2)
    assert np.array_equal(there.embeddings("anna"), gallery.embeddings("anna"))
    assert [entry.name for entry in path.parent.iterdir()] == ["people.npz"]
    empty = Gallery.load(Gallery().save(tmp_path / "empty.npz"))
    assert len(empty) == 0
    assert empty.dim is None


def good(**changed: Any) -> dict[str, NDArray[Any]]:
    arrays: dict[str, Any] = {
        "format": 1, "model": "histogram", "names": ["a", "b"], "counts": [1, 2], "embeddings": np.eye(3)
    }  # fmt: skip
    return {key: np.asarray(value) for key, value in {**arrays, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"names": None}, "it has no names"),
        ({"format": 2}, "its format is 2, this boxtrail reads 1"),
        ({"counts": [1, 1]}, r"ask for 2 embeddings, it has shape \(3, 3\)"),
        ({"counts": [1.0, 2.0]}, "names and counts do not fit"),
        ({"counts": [3, 0]}, "names and counts do not fit"),
        ({"names": ["a", "a"]}, "'a' stands in it twice"),
        ({"names": ["a", " "]}, "an identity needs a name"),
        ({"embeddings": np.full((3, 3), np.nan)}, "finite"),
        ({"embeddings": np.zeros((3, 3))}, "row 0 is all zeros"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    np.savez(tmp_path / "people.npz", **good())
    assert Gallery.load(tmp_path / "people.npz").names == ("a", "b")
    np.savez(tmp_path / "people.npz", **good(**changed))
    with pytest.raises(ConfigError, match=rf"people.npz: this is no gallery: .*{says}"):
        Gallery.load(tmp_path / "people.npz")


def test_a_file_of_another_kind_is_refused_and_nothing_in_it_runs(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "ran",)

    evil = np.empty(2, object)
    evil[:] = [Evil(), Evil()]
    np.savez(tmp_path / "evil.npz", **{**good(), "names": evil})
    (tmp_path / "text.npz").write_text("anna")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.save(tmp_path / "array.npy", np.eye(2))
    for name in ("evil.npz", "text.npz", "empty.npz", "array.npy"):
        with pytest.raises(ConfigError, match=f"{name}: this is no gallery"):
            Gallery.load(tmp_path / name)
    assert not (tmp_path / "ran").exists()
    with pytest.raises(ConfigError, match="no such gallery"):
        Gallery.load(tmp_path / "nobody.npz")


def test_what_cannot_be_written_is_said(gallery: Gallery, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="cannot write"):
        gallery.save(tmp_path / "file" / "people.npz")


def test_wrong_embeddings_and_names_are_refused(gallery: Gallery) -> None:
    with pytest.raises(InvalidInputError, match="have 3 numbers, those of the gallery 2"):
        gallery.enrol("anna", [1.0, 0.0, 0.0])
    with pytest.raises(InvalidInputError, match="have 3 numbers, those of the gallery 2"):
        gallery.search([1.0, 0.0, 0.0])
    with pytest.raises(InvalidInputError, match="anna: embedding row 1 is all zeros"):
        gallery.enrol("anna", [EAST, [0.0, 0.0]])
    with pytest.raises(ConfigError, match="an identity needs a name"):
        gallery.enrol("  ", EAST)
    with pytest.raises(ConfigError, match="top_k"):
        gallery.search(EAST, top_k=0)
    assert len(gallery.embeddings("anna")) == 2
