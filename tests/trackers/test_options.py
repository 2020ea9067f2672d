"""Names of trackers and options, backends, presets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError
from boxtrail.trackers import (
    TRACKERS,
    ByteTrack,
    OcSort,
    Sort,
    Tracker,
    load_preset,
    preset_names,
    tracker_class,
)
from boxtrail.trackers.presets import preset_folder
from boxtrail.trackers.speed import SPEED_CLASSES, speed_class
from boxtrail.trackers.tracker_zoo import create_tracker as zoo_create_tracker


@pytest.mark.parametrize("spelling", ["ocsort", "OcSort", "OC-SORT", "oc_sort", "Oc Sort"])
def test_case_and_punctuation_of_a_name_do_not_matter(spelling: str) -> None:
    assert isinstance(create_tracker(spelling), OcSort)


def test_every_tracker_is_found_by_its_own_name() -> None:
    for name, kind in TRACKERS.items():
        assert kind.name == name
        assert tracker_class(kind.__name__) is kind
        assert kind.paper


@pytest.mark.parametrize(
    ("wrong", "right"), [("bytetrak", "bytetrack"), ("oc-srt", "ocsort"), ("srt", "sort")]
)
def test_an_unknown_tracker_suggests_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(ConfigError, match=f"(?i)did you mean '{right}'"):
        create_tracker(wrong)


def test_the_backend_may_be_said_in_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOXTRAIL_BACKEND", raising=False)
    assert create_tracker("bytetrack").backend == "cpp"
    assert create_tracker("bytetrack", "python").backend == "python"
    assert create_tracker("bytetrack", backend="python").backend == "python"
    assert create_tracker("bytetrack", tracker_backend="python").backend == "python"
    assert create_tracker("ByteTrack:python").backend == "python"
    assert ByteTrack(backend="python").backend == "python"
    monkeypatch.setenv("BOXTRAIL_BACKEND", "python")
    assert create_tracker("bytetrack").backend == "python"
    assert Sort().backend == "python"
    assert create_tracker("bytetrack", "cpp").backend == "cpp"
    assert create_tracker("bytetrack:cpp").backend == "cpp"


def test_every_tracker_names_its_speed_class() -> None:
    assert all(kind.speed in SPEED_CLASSES for kind in TRACKERS.values())
    assert [speed_class(ratio) for ratio in (0.6, 1.25, 1.3, 2.5, 9.0)] == [
        "fastest",
        "fastest",
        "fast",
        "fast",
        "moderate",
    ]


@pytest.mark.parametrize("create", [create_tracker, zoo_create_tracker])
def test_an_appearance_model_means_nothing_to_a_tracker_without_appearance(
    create: Callable[..., Tracker], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "boxtrail"):
        tracker = create("sort", reid_weights="osnet.pt", device="cpu", half=True)
    assert isinstance(tracker, Sort)
    assert [record.getMessage() for record in caplog.records] == [
        "Sort does not look at appearance: ignored reid_weights, device, half"
    ]
    caplog.clear()
    with caplog.at_level(logging.INFO, "boxtrail"):
        create("sort")
    assert not caplog.records


@pytest.mark.parametrize("create", [create_tracker, zoo_create_tracker])
def test_an_appearance_model_is_made_where_it_matters(create: Callable[..., Tracker]) -> None:
    embedder = create("botsort", reid_weights="histogram", device="cpu").embedding.embedder
    assert embedder is not None
    assert embedder.dim == 512
    assert create("botsort", device="cpu").embedding.embedder is None


@pytest.mark.parametrize("backend", ["rust", "C++"])
def test_an_unknown_backend_is_refused(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in (lambda: create_tracker("sort", backend), lambda: create_tracker(f"sort:{backend}")):
        with pytest.raises(ConfigError, match="unknown backend"):
            call()
    monkeypatch.setenv("BOXTRAIL_BACKEND", backend)
    with pytest.raises(ConfigError, match="unknown backend"):
        create_tracker("sort")


@pytest.mark.parametrize("tracker", TRACKERS.values())
def test_every_other_name_of_an_option_sets_it(tracker: type[Any]) -> None:
    defaults = tracker().options
    for alias, name in tracker.aliases.items():
        assert name in defaults
        value = _another(name, defaults[name])
        assert tracker(**{alias: value}).options[name] == value


def _another(name: str, default: Any) -> Any:
    """A value of the option that is not its default."""
    if default is None or isinstance(default, bool):
        return not default
    if isinstance(default, float):
        return default / 2.0
    return "giou" if name == "asso_func" else 7


def test_the_names_of_the_papers_work() -> None:
    assert create_tracker("bytetrack", track_thresh=0.5).options["track_high_thresh"] == 0.5
    assert create_tracker("bytetrack", lost_track_buffer=12).options["track_buffer"] == 12
    assert create_tracker("ocsort", deltat=2).options["delta_t"] == 2


def test_an_unknown_option_suggests_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match="ByteTrack has no option 'track_bufer'; did you mean 'track_buffer'"
    ):
        create_tracker("bytetrack", track_bufer=3)
    with pytest.raises(ConfigError, match=r"Sort has no option 'zzz'; known: .*iou_threshold"):
        create_tracker("sort", zzz=3)


def test_an_option_given_under_two_names_is_refused() -> None:
    with pytest.raises(ConfigError, match="'track_high_thresh' is given twice"):
        create_tracker("bytetrack", track_thresh=0.5, track_high_thresh=0.6)


def test_a_value_out_of_range_names_the_option_and_the_range() -> None:
    with pytest.raises(ConfigError, match=r"iou_threshold must be in \[0, 1\], not 1.5"):
        create_tracker("sort", iou_threshold=1.5)
    with pytest.raises(ConfigError, match=r"asso_func must be one of iou, giou.*, not 'overlap'"):
        create_tracker("sort", asso_func="overlap")
    with pytest.raises(ConfigError, match="use_byte must be True or False, not 1"):
        create_tracker("ocsort", use_byte=1)


def test_centroid_needs_the_size_of_the_frame() -> None:
    with pytest.raises(ConfigError, match="frame_size"):
        create_tracker("sort", asso_func="centroid")
    assert create_tracker("sort", asso_func="centroid", frame_size=(640, 480))


def test_a_mapping_of_options_is_overridden_by_what_is_said_directly() -> None:
    tracker = create_tracker(
        "bytetrack",
        tracker_config={"match_thresh": 0.8, "track_buffer": 20, "fuse_score": False},
        evolve_param_dict={"track_buffer": 21, "fuse_score": True},
        track_buffer=22,
    )
    options = tracker.options
    assert (options["match_thresh"], options["track_buffer"], options["fuse_score"]) == (0.8, 22, True)


def test_what_is_said_directly_overrides_the_same_option_under_another_name() -> None:
    tracker = create_tracker("bytetrack", tracker_config={"track_high_thresh": 0.5}, track_thresh=0.4)
    assert tracker.options["track_high_thresh"] == 0.4
    tracker = create_tracker("bytetrack", tracker_config={"track_thresh": 0.5}, track_high_thresh=0.4)
    assert tracker.options["track_high_thresh"] == 0.4


def test_options_come_from_a_yaml_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("track_thresh: 0.4\ntrack_buffer: 1.0s\n", encoding="utf-8")
    for tracker in (
        create_tracker("bytetrack", preset=path),
        create_tracker("bytetrack", tracker_config=str(path)),
        zoo_create_tracker("bytetrack", path),
    ):
        assert tracker.options["track_high_thresh"] == 0.4
        assert tracker.options["track_buffer"] == "1.0s"


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "just words\n", "a: [1\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        create_tracker("sort", preset=path)


def test_an_unknown_preset_names_the_known_ones(tmp_path: Path) -> None:
    known = preset_names("bytetrack")
    with pytest.raises(ConfigError, match=f"presets: {', '.join(known) or 'none'}"):
        create_tracker("bytetrack", preset="no-such-preset")
    with pytest.raises(ConfigError, match="no such file of options"):
        create_tracker("bytetrack", preset=tmp_path / "missing.yaml")


def test_the_call_that_users_of_other_packages_type_works() -> None:
    tracker = zoo_create_tracker("SORT", None, Path("weights.pt"), "cpu", False, True, {"max_age": 9})
    assert isinstance(tracker, Sort)
    assert tracker.options["per_class"] is True
    assert tracker.options["max_age"] == 9


def test_there_are_presets() -> None:
    assert preset_folder().is_dir()
    assert any(preset_folder().rglob("*.yaml"))


@pytest.mark.parametrize(
    "name", [name for name in TRACKERS if name != "sort"]
)  # SORT names no benchmark settings
def test_every_tracker_has_the_presets_of_the_benchmarks(name: str) -> None:
    wanted = {"official-mot17", "official-mot20", "official-dancetrack", "boxmot"}
    if name in ("deepsort", "cbiou", "tracktrack"):
        wanted.remove("boxmot")  # BoxMOT has none of these
    assert wanted <= set(preset_names(name))


def test_every_preset_loads_and_holds_only_differences() -> None:
    for path in preset_folder().rglob("*.yaml"):
        if path.parent.name == "benchmarks":
            continue
        kind = tracker_class(path.parent.name)
        chosen = load_preset(kind.name, path.stem)
        comment = path.read_text(encoding="utf-8").splitlines()[0]
        assert comment.startswith("# "), f"{path} does not say where its values come from"
        assert chosen or "the defaults" in comment, f"{path} is empty and does not say why"
        options, defaults = create_tracker(kind.name, preset=path.stem).options, kind().options
        for given in chosen:
            name = kind.aliases.get(given, given)
            assert options[name] != defaults[name], f"{path}: {given} is the default"


def test_a_tracker_shows_what_differs_from_the_defaults() -> None:
    shown = repr(create_tracker("bytetrack", "cpp", track_thresh=0.5))
    assert shown == "ByteTrack(track_high_thresh=0.5, backend='cpp')"


def test_the_defaults_are_those_of_the_papers() -> None:
    byte, oc, sort = (create_tracker(name).options for name in ("bytetrack", "ocsort", "sort"))
    assert [byte[k] for k in ("track_high_thresh", "track_low_thresh", "new_track_thresh")] == [0.6, 0.1, 0.7]
    assert [byte[k] for k in ("match_thresh", "second_match_thresh", "unconfirmed_match_thresh")] == [
        0.9,
        0.5,
        0.7,
    ]
    assert [byte[k] for k in ("track_buffer", "fuse_score", "duplicate_thresh")] == [30, True, 0.15]
    assert [oc[k] for k in ("det_thresh", "iou_threshold", "max_age", "min_hits")] == [0.6, 0.3, 30, 3]
    assert [oc[k] for k in ("delta_t", "inertia", "use_byte", "oru_repeat_last")] == [3, 0.2, False, True]
    assert [sort[k] for k in ("iou_threshold", "max_age", "min_hits", "asso_func")] == [0.3, 1, 3, "iou"]
    deep, strong = (create_tracker(name).options for name in ("deepsort", "strongsort"))
    assert [deep[k] for k in ("min_confidence", "max_cosine_distance", "nn_budget")] == [0.3, 0.2, 100]
    assert [strong[k] for k in ("min_confidence", "max_cosine_distance", "nn_budget")] == [0.6, 0.45, 1]
    assert [strong[k] for k in ("mc_lambda", "ema_alpha", "warp_covariance")] == [0.98, 0.9, False]
    for options in (deep, strong):
        assert [options[k] for k in ("max_iou_distance", "max_age", "min_hits", "max_coasted")] == [
            0.7,
            30,
            3,
            1,
        ]


def test_two_backends_at_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="two backends at once: cpp and python"):
        create_tracker("sort:cpp", "python")


@pytest.mark.parametrize("name", [None, 3])
def test_a_tracker_is_asked_for_by_name(name: Any) -> None:
    with pytest.raises(ConfigError, match="asked for by name"):
        create_tracker(name)


@pytest.mark.parametrize("name", ["track_buffer", "track_high_thresh"])
def test_a_number_beyond_all_floats_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is too large"):
        create_tracker("bytetrack", **{name: 10**400})
