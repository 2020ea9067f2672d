"""The suggested threshold, its picture and its preset."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import InvalidInputError, StateError
from boxtrail.training.log import RunLog, read_log
from boxtrail.training.plots import plot_run
from boxtrail.training.preset import appearance_threshold, write_preset
from boxtrail.training.samples import Sample
from boxtrail.training.thresholds import Separation, separate


def rows(*cosines: float) -> np.ndarray:
    """Unit rows with these cosines to (1, 0)."""
    return np.array([(cosine, np.sqrt(1.0 - cosine**2)) for cosine in cosines], dtype=np.float32)


def samples(names: str) -> list[Sample]:
    return [Sample(b"", name, name) for name in names]


def test_the_threshold_lies_between_two_identities_that_do_not_mix() -> None:
    found = separate(rows(1.0), rows(0.9, 0.8, 0.4, 0.3), samples("a"), samples("aabb"))
    assert found.same.tolist() == pytest.approx([0.1, 0.2])
    assert found.different.tolist() == pytest.approx([0.6, 0.7])
    assert found.threshold == pytest.approx(0.4)  # halfway from 0.2 to 0.6
    assert (found.missed, found.confused) == (0.0, 0.0)


def test_where_they_mix_the_sum_of_both_errors_is_least() -> None:
    # Distances: same 0.1, 0.2, 0.8; different 0.3, 0.7, 0.9, 1.0. Up to 0.2: 1/3 missed, none confused.
    found = separate(rows(1.0), rows(0.9, 0.8, 0.2, 0.7, 0.3, 0.1, 0.0), samples("a"), samples("aaabbbb"))
    assert found.threshold == pytest.approx(0.25)
    assert (found.missed, found.confused) == (pytest.approx(1 / 3), 0.0)


def test_pairs_of_both_kinds_are_needed() -> None:
    with pytest.raises(InvalidInputError, match="pairs of one identity and pairs of two"):
        separate(rows(1.0), rows(0.9), samples("a"), samples("a"))


def separation(threshold: float) -> Separation:
    same, different = np.array([0.1, 0.2], np.float32), np.array([0.6, 0.7], np.float32)
    return Separation(same, different, threshold, 0.0, 0.25)


def test_the_preset_makes_a_tracker_with_the_threshold_in_its_own_unit(tmp_path: Path) -> None:
    path = write_preset(tmp_path / "botsort.yaml", separation(0.4), Path("best.pt"))
    tracker = create_tracker("botsort", preset=path)
    assert tracker.config.appearance_thresh == pytest.approx(0.4 / tracker.config.emb_scale)
    assert appearance_threshold(separation(0.4)) == 0.2
    assert "best.pt" in path.read_text(encoding="utf-8")


def test_the_picture_of_a_run_shows_something_with_and_without_queries(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    log = [
        {"epoch": epoch, "loss": 3.0 / epoch, "cross_entropy": 2.0 / epoch, "triplet": 1.0 / epoch}
        for epoch in (1, 2, 3)
    ]
    log[-1] |= {"mAP": 0.5, "rank1": 0.4}
    for name, given in (("with.png", separation(0.4)), ("without.png", None)):
        image = cv2.imread(str(plot_run(tmp_path / name, log, given)))
        assert image.shape[0] > 400
        assert image.std() > 5.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["with.png", "without.png"]


def test_the_log_goes_on_after_the_epochs_that_count(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = RunLog(path, [])
    for epoch in (1, 2, 3):
        log.add({"epoch": epoch, "loss": 1.0 / epoch})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"epoch": 4, "lo')  # killed here
    RunLog(path, read_log(path, 2)).add({"epoch": 3, "loss": 9.0})
    assert path.read_text(encoding="utf-8").splitlines() == [
        '{"epoch": 1, "loss": 1.0}',
        '{"epoch": 2, "loss": 0.5}',
        '{"epoch": 3, "loss": 9.0}',
    ]
    with pytest.raises(StateError, match="not the log of the 4 epochs"):
        read_log(path, 4)
