"""Methods by name."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, MissingExtraError
from boxtrail.postprocessing import METHODS, interpolate, link_tracklets, postprocess, smooth_gaussian
from boxtrail.postprocessing.methods import method_names
from track_tables import lines, table, walk

TRACKS = table(walk(1, [0, 2, 3, 9]) + walk(2, [0, 5], x=70))


def test_a_name_is_its_function_at_the_defaults() -> None:
    assert lines(postprocess(TRACKS, "linear")) == lines(interpolate(TRACKS))
    assert lines(postprocess(TRACKS, "gsi")) == lines(smooth_gaussian(TRACKS))


def test_several_methods_run_in_order() -> None:
    pytest.importorskip("sklearn")
    embeddings = np.eye(6)[[0, 0, 0, 0, 1, 1]]
    linked = link_tracklets(TRACKS, embeddings)
    assert lines(postprocess(TRACKS, ["gta", "linear"], embeddings)) == lines(interpolate(linked))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("interpolate", "linear"),
        ("LI", "linear"),
        ("GSI", "gsi"),
        ("g-s-i", "gsi"),
        ("gbrc", "gbi"),
        ("GTA", "gta"),
    ],
)
def test_names_match_without_case_and_punctuation_and_have_aliases(given: str, name: str) -> None:
    if name in ("gbi", "gta"):
        pytest.importorskip("sklearn")
    assert method_names(given) == (name,)
    assert name in METHODS


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gis", "there is no post-processing 'gis'. Did you mean 'gsi'? Methods: linear, gsi, gbi, gta"),
        ("interpolation", "Did you mean 'interpolate'?"),
        ("kalman", "there is no post-processing 'kalman'. Methods:"),
        ([], "no post-processing method is named"),
        ([3], "asked for by name, not by 3"),
        (["gsi", "gta"], "gta must come before gsi, which adds rows that have no embeddings"),
    ],
)
def test_what_is_no_method_is_refused(given: str | list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        postprocess(TRACKS, given)
    assert message in str(caught.value)


def test_gta_without_embeddings_is_refused() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(InvalidInputError, match="needs embeddings"):
        postprocess(TRACKS, "gta")


@pytest.mark.parametrize("name", ["gbi", "gta"])
def test_a_missing_package_is_named_before_any_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match=rf"{name} needs sklearn; .*boxtrail\[post\]"):
        method_names(["linear", name] if name == "gbi" else name)


def test_progress_is_told_with_the_name_of_the_method() -> None:
    told: list[tuple[str, int, int]] = []
    postprocess(TRACKS, ["linear", "gsi"], watch=lambda *news: told.append(news))
    assert told == [("gsi", 1, 2), ("gsi", 2, 2)]


def test_importing_it_loads_nothing_heavy() -> None:
    code = """
import sys
from boxtrail.postprocessing import TrackTable, postprocess
assert len(postprocess(TrackTable.empty(), "gsi")) == 0
print([name for name in ("sklearn", "scipy", "cv2", "torch", "rich") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
