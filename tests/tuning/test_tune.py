"""The search as a whole: what it does with options, seeds, objectives, sequences held out and wrong requests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from boxtrail.benchmarks import replay
from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation import evaluate
from boxtrail.trackers import TRACKERS, create_tracker
from boxtrail.tuning import TuneResult, tune
from boxtrail.tuning.trials import Trial
from tuning_scenes import scenes


def search(tracker: str = "bytetrack", **given: Any) -> TuneResult:
    asked: dict[str, Any] = {"n_trials": 12, "workers": 1, "progress": False, **given}
    return tune(tracker, scenes(), **asked)


def timeless(trials: list[Trial]) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in trials]


@pytest.fixture(scope="module")
def result() -> TuneResult:
    return search(n_trials=40)


def test_the_first_trial_has_the_default_options_and_their_score(result: TuneResult) -> None:
    first = result.trials[0]
    defaults = create_tracker("bytetrack").options
    assert all(defaults[name] == value for name, value in first.options.items())
    assert first.values == result.summary.default_values == (result.before.overall["HOTA"],)


def test_the_best_value_is_what_an_evaluation_of_its_options_gives(result: TuneResult) -> None:
    tracks = {one.name: replay(create_tracker("bytetrack", **result.best_options), one) for one in scenes()}
    found = evaluate({one.name: one.truth for one in scenes()}, tracks)
    assert result.best_value == found.overall["HOTA"] == result.after.overall["HOTA"]
    assert result.best.running[-1] == result.best_value


def test_the_search_finds_better_options_than_the_defaults(result: TuneResult) -> None:
    assert result.best_value > result.summary.default_values[0] + 0.02
    assert result.best_value == max(trial.values[0] for trial in result.trials if trial.values)


def test_options_that_ask_for_the_size_of_the_frames_get_that_of_the_sequences() -> None:
    sizeless = [replace(one, frame_size=None) for one in scenes()]
    assert "horizontal_margin" in search("sfsort", n_trials=1).space.ranges
    assert "horizontal_margin" not in tune("sfsort", sizeless, n_trials=1, progress=False).space.ranges
    measure = {"asso_func": "centroid", "iou_threshold": 0.9}
    assert search("sort", n_trials=1, options=measure).trials[0].is_complete
    with pytest.raises(ConfigError, match="needs frame_size"):
        tune("sort", sizeless, n_trials=1, options=measure, progress=False)


def test_the_same_seed_gives_the_same_trials_and_another_seed_others() -> None:
    first, again, other = search(), search(), search(seed=1)
    assert timeless(first.trials) == timeless(again.trials)
    assert timeless(first.trials) != timeless(other.trials)


def test_two_processes_find_what_one_finds() -> None:
    assert timeless(search(workers=2).trials) == timeless(search(workers=1).trials)


def test_trials_that_fall_behind_the_median_are_given_up(result: TuneResult) -> None:
    given_up = [trial for trial in result.trials if not trial.is_complete]
    assert len(given_up) == result.summary.num_pruned > 0
    for trial in given_up:
        start = trial.index - trial.index % 8  # of its batch
        before = [other.running for other in result.trials[:start] if other.is_complete]
        step = len(trial.running) - 1
        median = sorted(values[step] for values in before)[len(before) // 2]
        assert step < 2
        assert trial.running[-1] < median
    assert all(trial.is_complete for trial in search(n_trials=40, prune=False).trials)


def test_several_objectives_give_a_front_that_nothing_beats() -> None:
    result = search(objective="HOTA,IDSW", n_trials=30)
    points = [trial.values for trial in result.trials]
    assert all(trial.is_complete for trial in result.trials)
    for one in result.front:
        assert not any(hota >= one.values[0] and switches < one.values[1] for hota, switches in points)
        assert not any(hota > one.values[0] and switches <= one.values[1] for hota, switches in points)
    assert result.best in result.front
    assert result.best_value == result.best.values
    assert result.summary.objectives == ("HOTA", "IDSW")


def test_fewer_is_better_for_counts_of_mistakes() -> None:
    result = search(objective="IDSW", n_trials=20)
    assert result.best_value == min(trial.values[0] for trial in result.trials if trial.values)


def test_options_keep_to_their_side_of_one_another(result: TuneResult) -> None:
    assert any(t.params["new_track_thresh"] < t.params["track_high_thresh"] for t in result.trials)
    for trial in result.trials:
        options = trial.options
        assert options["track_low_thresh"] <= options["track_high_thresh"] <= options["new_track_thresh"]


def test_options_that_are_given_stay_and_are_not_searched() -> None:
    result = search(options={"track_thresh": 0.45}, only=["match_thresh", "track_buffer"])
    assert {trial.options["track_high_thresh"] for trial in result.trials} == {0.45}
    assert set(result.trials[1].params) == {"match_thresh", "track_buffer"}
    assert result.best_options["track_high_thresh"] == 0.45


def test_other_ranges_can_be_given_also_for_options_that_have_none() -> None:
    result = search(only=(), ranges={"match_thresh": (0.5, 0.6), "asso_func": ["iou", "giou"]}, n_trials=20)
    assert {trial.options["asso_func"] for trial in result.trials} == {"iou", "giou"}
    assert all(0.5 <= trial.options["match_thresh"] <= 0.6 for trial in result.trials)


def test_sequences_held_out_are_not_looked_at_before_the_end() -> None:
    result = search(held_out=["walk-1"])
    assert result.summary.sequences == ("walk-0", "walk-2")
    assert result.summary.held_out == ("walk-1",)
    assert result.summary.warning == ""
    assert {len(trial.running) for trial in result.trials if trial.is_complete} == {2}
    assert set(result.delta_summary) == {"tuned", "held_out"}
    assert search(held_out=3).summary.held_out == ("walk-2",)


def test_numbers_of_the_sequences_tuned_on_come_with_a_warning(result: TuneResult) -> None:
    assert "tuned on" in result.summary.warning
    assert set(result.delta_summary) == {"tuned"}


def test_changes_have_an_interval_around_them(result: TuneResult) -> None:
    change = result.delta_summary["tuned"]["HOTA"]
    assert change.low <= change.delta <= change.high
    assert change.delta == change.after - change.before > 0.0
    assert change.verdict == ("better" if change.low > 0.0 else "unclear")


def test_a_timeout_ends_the_search_after_the_batch_under_way() -> None:
    result = search(n_trials=10_000, timeout=0.5)
    assert len(result.trials) % 8 == 0
    assert 8 <= len(result.trials) < 10_000
    assert result.summary.num_wanted == 10_000


def test_the_preset_is_read_by_the_factory_and_names_only_differences(
    result: TuneResult, tmp_path: Path
) -> None:
    path = result.save_preset(tmp_path / "best.yaml")
    tracker = create_tracker("bytetrack", preset=path)
    defaults = create_tracker("bytetrack").options
    changed = {name: value for name, value in tracker.options.items() if value != defaults[name]}
    assert changed == result.best_options
    text = path.read_text()
    assert text.startswith("# ByteTrack tuned for HOTA")
    assert f"Trial {result.best.index} of 40, seed 0" in text


def test_everything_fits_json(result: TuneResult, tmp_path: Path) -> None:
    import json

    found = json.loads(result.save_json(tmp_path / "result.json").read_text())
    assert found["summary"]["num_trials"] == 40
    assert found["best_options"] == result.best_options
    assert found["trials"][result.best.index]["values"] == [result.best_value]
    assert found["timings"]["trials_per_second"] > 0.0


def test_the_report_is_one_file_with_the_plots_in_it(tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    text = search(objective="HOTA,IDF1").save_report(tmp_path / "report.html").read_text()
    for heading in (
        "HOTA of every sequence",
        "Compromises",
        "Importance of the options for IDF1",
        "tuned on, so",
    ):
        assert heading in text
    assert "<script src" not in text
    assert "bootstrap over whole sequences" in text


@pytest.mark.parametrize("tracker", TRACKERS)
def test_every_tracker_can_be_tuned(tracker: str) -> None:
    rng = np.random.default_rng(0)
    looks = [rng.normal(size=(len(one.detections), 8)).astype(np.float32) for one in scenes()]
    sequences = [
        replace(one, embeddings=rows / np.linalg.norm(rows, axis=1, keepdims=True))
        for one, rows in zip(scenes(), looks, strict=True)
    ]
    result = tune(tracker, sequences[:2], n_trials=9, workers=1, progress=False)
    assert len(result.trials) == 9
    assert 0.0 <= result.best_value <= 1.0
    create_tracker(tracker, **result.best_options)


def test_options_of_appearance_are_left_alone_without_embeddings() -> None:
    assert "appearance_thresh" not in search("botsort", n_trials=1).trials[0].params
    with pytest.raises(ConfigError, match="appearance_thresh has no effect without embeddings"):
        search("botsort", only=["appearance_thresh"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tracker": "bytetrak"}, "Did you mean 'bytetrack'"),
        ({"objective": "HOAT"}, "unknown metric 'HOAT'; did you mean 'HOTA'"),
        ({"objective": "GT_IDs"}, "true tracks is no objective"),
        ({"objective": ""}, "there is none"),
        ({"only": ["match_tresh"]}, "did you mean 'match_thresh'"),
        ({"only": ["asso_func"]}, "asso_func has no range to search"),
        ({"only": []}, "no option is left to search"),
        ({"ranges": {"match_thresh": (0.9, 0.5)}}, "must ascend, not 0.9 to 0.5"),
        ({"ranges": {"match_thresh": (0.5, 7.0)}}, r"match_thresh must be in \[0, 2\], not 7"),
        ({"ranges": {"match_thresh": 0.5}}, "must be two numbers or a list of values"),
        ({"options": {"nonsense": 1}}, "has no option 'nonsense'"),
        ({"n_trials": 0}, "n_trials must be at least 1, not 0"),
        ({"timeout": 0.0}, "timeout must be above 0"),
        ({"held_out": 1}, "held_out must be 2 or more"),
        ({"held_out": ["walk-9"]}, "there is no sequence 'walk-9'"),
        ({"held_out": ["walk-0", "walk-1", "walk-2"]}, "both sides need one"),
        ({"detector": "public"}, "these sequences are there already"),
        ({"executor": "cluster"}, "unknown executor 'cluster'"),
    ],
)
def test_a_wrong_request_is_one_line_that_says_what_is_wrong(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        search(**given)
    assert "\n" not in str(error.value)


def test_sequences_without_truth_or_with_one_name_are_refused() -> None:
    first, second, _ = scenes()
    for wrong, message in (
        ([], "no sequence"),
        ([replace(first, truth=None)], "'walk-0' has no ground truth"),
        ([first, replace(second, name="walk-0")], "two sequences are called 'walk-0'"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            tune("bytetrack", wrong, workers=1, progress=False)
