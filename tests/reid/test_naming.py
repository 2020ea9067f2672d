"""Names for tracks: by their looks so far, nobody twice in a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.reid.gallery import Gallery
from boxtrail.reid.histogram import HistogramEmbedder
from boxtrail.reid.naming import TrackNames, track_names

ANNA, BELA, NOBODY, UNSEEN = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]
LIKE_ANNA = [0.8, 0.6, 0.0]


@pytest.fixture
def names() -> TrackNames:
    gallery = Gallery()
    gallery.enrol("anna", ANNA)
    gallery.enrol("bela", BELA)
    return TrackNames(gallery, min_similarity=0.55)


def show(names: TrackNames, **rows: list[float]) -> dict[int, str]:
    """Tracks by ``t1=…``, and who is named afterwards."""
    ids = np.array([int(key[1:]) for key in rows])
    names.update(ids, np.array(list(rows.values()), np.float32))
    return names.names


def test_who_looks_like_somebody_gets_the_name(names: TrackNames) -> None:
    assert show(names, t1=BELA, t2=ANNA, t3=NOBODY) == {1: "bela", 2: "anna"}
    assert names.name(3) is None


def test_two_at_once_are_not_the_same_person(names: TrackNames) -> None:
    assert show(names, t1=LIKE_ANNA, t2=ANNA) == {1: "bela", 2: "anna"}  # 0.6 is enough for the second choice
    assert show(names, t1=LIKE_ANNA) == {
        1: "anna",
        2: "anna",
    }  # alone, the first choice is free; 2 was there before


def test_a_name_stays_while_a_track_is_not_seen_well(names: TrackNames) -> None:
    show(names, t1=ANNA)
    assert show(names, t1=UNSEEN) == {1: "anna"}
    assert show(names, t1=NOBODY, t2=UNSEEN) == {1: "anna"}  # the mean still looks like her
    assert show(names, t1=NOBODY) == {1: "anna"}  # and now it does not, but nobody else claims the name
    assert show(names, t1=NOBODY, t3=ANNA) == {3: "anna"}


def test_a_later_track_of_the_same_person_gets_the_name_again(names: TrackNames) -> None:
    show(names, t1=ANNA)
    show(names, t5=BELA)
    assert show(names, t9=ANNA) == {1: "anna", 5: "bela", 9: "anna"}


def test_reset_forgets(names: TrackNames) -> None:
    show(names, t1=ANNA)
    names.reset()
    assert show(names, t1=UNSEEN) == {}


def test_a_gallery_needs_the_embedder_it_was_made_with() -> None:
    gallery = Gallery("osnet.pt")
    assert track_names(None, 0.5, None) is None
    with pytest.raises(ConfigError, match="nobody is in it"):
        track_names(gallery, 0.5, HistogramEmbedder())
    gallery.enrol("anna", ANNA)
    with pytest.raises(ConfigError, match=r"give reid \(--reid\); it was made with 'osnet.pt'"):
        track_names(gallery, 0.5, None)
    with pytest.raises(ConfigError, match="holds embeddings of 3 numbers, reid gives 512"):
        track_names(gallery, 0.5, HistogramEmbedder())
    with pytest.raises(
        ConfigError, match=r"was made with 'osnet.pt'; what histogram gives compares with nothing"
    ):
        track_names(gallery, 0.5, HistogramEmbedder(8), "histogram")
    with pytest.raises(ConfigError, match="least similarity"):
        TrackNames(gallery, min_similarity=1.5)
    with pytest.raises(InvalidInputError, match="have 2 numbers"):
        TrackNames(gallery).update(np.array([1]), np.ones((1, 2), np.float32))


def test_a_gallery_fits_its_model_wherever_the_file_lies_now() -> None:
    assert Gallery("histogram").fits(" Histogram")
    assert Gallery("models/osnet.pt").fits(Path("/elsewhere/osnet.pt"))
    assert Gallery("").fits("osnet.pt")
    assert Gallery("osnet.pt").fits(HistogramEmbedder())  # an object has no name to compare
    assert not Gallery("osnet.pt").fits("histogram")
