"""Explanations of a run: which file holds them, and what stands in the way of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError
from boxtrail.pipeline import Boxtrail
from square_video import NUM_FRAMES, CoastingTracker, square_detector


def test_explanations_are_written_beside_the_tracks(clip: Path, tmp_path: Path) -> None:
    run = Boxtrail(square_detector, "sort:python").track(clip, explain=tmp_path / "why.jsonl")
    assert run.summary.files == (tmp_path / "why.jsonl",)
    lines = [json.loads(line) for line in (tmp_path / "why.jsonl").read_text().splitlines()]
    assert [line["frame_index"] for line in lines] == list(range(NUM_FRAMES))
    assert [story["outcome"] for story in lines[0]["tracks"]] == ["born", "born"]
    assert [story["track"] for story in lines[5]["detections"]] == [1, 2]
    # A tracker that is already made explains itself too; True puts the file into the run's folder.
    made = create_tracker("sort", "python", record=True)
    again = Boxtrail(square_detector, made).track(clip, explain=True, out_dir=tmp_path)
    assert again.summary.files == (tmp_path / "square.explain.jsonl",)
    assert (tmp_path / "square.explain.jsonl").read_text() == (tmp_path / "why.jsonl").read_text()


def test_interrupted_explanations_stay_under_a_partial_name(clip: Path, tmp_path: Path) -> None:
    run = Boxtrail(square_detector, "sort:python").track(clip, explain=tmp_path / "why.jsonl", stream=True)
    for frame in run:
        if frame.frame_idx == 6:
            break
    assert [path.name for path in tmp_path.iterdir()] == ["why.partial.jsonl"]
    assert len((tmp_path / "why.partial.jsonl").read_text().splitlines()) == 7


def test_explanations_of_a_tracker_that_notes_nothing_are_an_error_before_the_first_frame(
    clip: Path, tmp_path: Path
) -> None:
    for tracker, message in (
        (CoastingTracker(), r"CoastingTracker gives no explanations"),
        (create_tracker("sort", "python"), r"Sort\(record=True\)"),
    ):
        with pytest.raises(ConfigError, match=message):
            Boxtrail(square_detector, tracker).track(clip, explain=tmp_path / "why.jsonl")
    with pytest.raises(ConfigError, match=r"record=True"):
        Boxtrail(square_detector, "sort:python", record=False).track(clip, explain=True, out_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []
