"""Trackers replayed on benchmarks, scored and compared; the same from Boxtrail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark_folders import Watcher, write_sequence
from boxtrail import Boxtrail, create_tracker
from boxtrail.benchmarks import GeneratedCache, TrackerRun, generate, replay, val
from boxtrail.errors import ConfigError, SourceError
from boxtrail.io.formats import read_tracks
from boxtrail.trackers import ByteTrack


@pytest.fixture
def own(tmp_path: Path) -> Path:
    write_sequence(tmp_path / "own" / "a", 20)
    write_sequence(tmp_path / "own" / "b", 12)
    return tmp_path / "own"


@pytest.fixture
def cache(own: Path, tmp_path: Path) -> GeneratedCache:
    return generate(own, cache_dir=tmp_path / "cache")


def test_trackers_are_scored_on_what_they_make_of_the_cache(cache: GeneratedCache) -> None:
    blind = TrackerRun("blind", "bytetrack:python", options={"track_high_thresh": 0.95})
    found = val(cache, ["bytetrack", blind])
    assert list(found.evaluations) == ["bytetrack", "blind"]
    for name, sequence in (("a", cache.sequence("a")), ("b", cache.sequence("b"))):
        expected = replay(create_tracker("bytetrack", frame_rate=10.0), sequence)
        rows = found.tracks["bytetrack"][name]
        for column in ("frames", "ids", "shapes", "scores", "labels"):
            np.testing.assert_array_equal(getattr(rows, column), getattr(expected, column))
    assert found.summary["bytetrack"]["MOTA"] == pytest.approx(1.0)
    assert found.summary["blind"]["MOTA"] == 0.0
    assert list(found.delta_summary) == ["blind"]
    assert found.delta_summary["blind"]["CLR_FN"] == 64.0
    assert found.delta_summary["blind"]["MOTA"] == pytest.approx(-1.0)
    timings = found.timings["trackers"]["bytetrack"]
    assert timings["frames"] == 32
    assert timings["track"] > 0.0


@pytest.mark.parametrize(("more", "lost"), [({}, 1), ({"frame_size": (10_000, 10_000)}, 2)])
def test_a_replayed_tracker_knows_the_size_of_the_frames_as_one_that_sees_them(
    tmp_path: Path, more: dict[str, Any], lost: int
) -> None:
    folder = write_sequence(tmp_path / "own" / "a", 20)
    detections = folder / "det" / "det.txt"
    lines = detections.read_text().splitlines(keepends=True)
    unseen = range(2, 6)  # for longer than SFSORT waits at an edge
    detections.write_text("".join(line for line in lines if int(line.split(",")[0]) not in unseen))
    options = {"central_timeout": 15, "marginal_timeout": 2, "vertical_margin": 0.0, **more}
    replayed = val(tmp_path / "own", "sfsort", options=options, cache_dir=tmp_path / "cache")
    run = Boxtrail(f"file:{detections}", "sfsort", **options).track(folder, save_txt=tmp_path / "seen.txt")
    assert run.summary.frames == 20
    seen, found = read_tracks(tmp_path / "seen.txt")["seen"], replayed.tracks["sfsort"]["a"]
    for column in ("frames", "ids", "shapes"):
        np.testing.assert_allclose(getattr(found, column), getattr(seen, column))
    assert found.ids.max() == 2 + lost  # at the edge of the image, so forgotten before they are seen again


def test_everything_but_the_tracks_survives_json(cache: GeneratedCache) -> None:
    found = val(cache, "bytetrack, ocsort", baseline="ocsort")
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["benchmark"] == "own"
    assert list(plain["delta_summary"]) == ["bytetrack"]
    assert plain["summary"]["ocsort"] == found.summary["ocsort"]
    assert set(plain["evaluations"]["ocsort"]) >= {"overall", "sequences", "classes"}


def test_options_and_presets_reach_the_trackers(cache: GeneratedCache) -> None:
    found = val(cache, ["bytetrack", "bytetrack@official-mot17"], options={"track_high_thresh": 0.95})
    assert found.evaluations["bytetrack"].overall["CLR_TP"] == 0
    one = val(cache, "bytetrack", tracker_config="official-mot17")
    assert one.evaluations["bytetrack"].overall["CLR_TP"] > 0


def test_methods_go_over_the_tracks_of_every_sequence(own: Path, tmp_path: Path) -> None:
    det = own / "a" / "det" / "det.txt"
    det.write_text("".join(line + "\n" for line in det.read_text().splitlines() if not line.startswith("9,")))
    cache = generate(own, cache_dir=tmp_path / "cache")
    plain, filled = val(cache), val(cache, postprocess="linear")
    assert not (plain.tracks["bytetrack"]["a"].frames == 9).any()
    assert (filled.tracks["bytetrack"]["a"].frames == 9).sum() == 2
    assert filled.summary["bytetrack"]["HOTA"] > plain.summary["bytetrack"]["HOTA"]
    assert filled.timings["trackers"]["bytetrack"]["postprocess"] > 0.0


def test_appearance_of_the_cache_reaches_trackers_and_methods(own: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {"reid": "histogram", "cache_dir": tmp_path / "cache"}
    found = val(own, "strongsort", postprocess="gta", **given)
    assert found.summary["strongsort"]["MOTA"] > 0.5


def test_tracks_are_written_when_asked_for(cache: GeneratedCache, tmp_path: Path) -> None:
    found = val(cache, ["bytetrack:cpp"], save_txt=tmp_path / "txt")
    files = sorted(path.relative_to(tmp_path).as_posix() for path in found.files)
    assert files == ["txt/bytetrack-cpp/a.txt", "txt/bytetrack-cpp/b.txt"]
    tracks = read_tracks(tmp_path / "txt" / "bytetrack-cpp")
    again = cache.benchmark.evaluate(tracks)
    assert again.overall["HOTA"] == pytest.approx(found.summary["bytetrack:cpp"]["HOTA"], abs=1e-4)


def test_several_workers_give_the_same_scores(cache: GeneratedCache) -> None:
    watcher = Watcher()
    one, two = val(cache, "bytetrack,ocsort"), val(cache, "bytetrack,ocsort", workers=2, progress=watcher)
    assert one.summary == two.summary
    assert (watcher.begun, watcher.steps) == ([("tracking", 4, "sequences")], 4)


def test_a_split_without_truth_can_be_tracked_but_not_scored(tmp_path: Path) -> None:
    write_sequence(tmp_path / "MOT20" / "test" / "MOT20-04", truth=False)
    given: dict[str, Any] = {"split": "test", "data_dir": tmp_path, "cache_dir": tmp_path / "cache"}
    with pytest.raises(SourceError, match="MOT20 test has no ground truth to score by; --save-txt"):
        val("mot20", **given)
    found = val("mot20", save_txt=tmp_path / "txt", **given)
    assert found.summary == {}
    assert found.delta_summary == {}
    assert (tmp_path / "txt" / "bytetrack" / "MOT20-04.txt").stat().st_size > 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trackers": "bytetrak"}, "no tracker 'bytetrak'. Did you mean 'bytetrack'"),
        ({"trackers": "sort,sort"}, "tracker 'sort' is named twice"),
        ({"trackers": " , "}, "no tracker is named"),
        ({"trackers": "sort@"}, "a preset's name follows the @"),
        ({"trackers": "bytetrack@none"}, "no preset 'none'"),
        ({"options": {"max_agee": 3}}, "no option 'max_agee'; did you mean 'max_age'"),
        ({"trackers": "deepsort"}, "deepsort cannot do without appearance; name an embedder with --reid"),
        ({"postprocess": "gta"}, "gta cannot do without appearance"),
        ({"postprocess": "gsii"}, "no post-processing 'gsii'"),
        ({"baseline": "sort"}, "the baseline 'sort' is none of the trackers bytetrack"),
        ({"detector": "motion"}, "detector: the cache is made already"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_runs(
    cache: GeneratedCache, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        val(cache, **given)


def test_boxtrail_generates_validates_and_tunes(own: Path, tmp_path: Path) -> None:
    model = Boxtrail(detector="public", tracker="bytetrack", track_high_thresh=0.95)
    cache = model.generate(own, cache_dir=tmp_path / "cache")
    assert cache.cache_dir == tmp_path / "cache" / "own"
    assert model.val(cache).evaluations["bytetrack"].overall["CLR_TP"] == 0  # its own options
    compared = model.val(own, "bytetrack,ocsort", cache_dir=tmp_path / "cache")
    assert compared.cache.num_computed == 0
    assert compared.summary["bytetrack"]["MOTA"] == pytest.approx(1.0)
    with pytest.raises(ConfigError, match="track takes another detector"):
        model.track(own / "a").finish()


def test_boxtrail_refuses_what_benchmarks_cannot_use(cache: GeneratedCache, own: Path) -> None:
    by_function = Boxtrail(
        detector="public", embedder=lambda image, rows: np.ones((len(rows), 2), np.float32)
    )
    with pytest.raises(ConfigError, match="benchmarks cannot use embedder, a function; give reid"):
        by_function.generate(own)
    assert by_function.val(cache).summary["bytetrack"]["MOTA"] == pytest.approx(
        1.0
    )  # nothing is embedded here
    with pytest.raises(ConfigError, match="one embedder, not by one a class"):
        Boxtrail(detector="public").generate(own, reid={"person": "histogram"})


def test_boxtrail_tunes(own: Path, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    model = Boxtrail(detector="public", tracker="bytetrack", tracker_config="official-mot17")
    result = model.tune(own, n_trials=2, cache_dir=tmp_path / "cache", workers=1, progress=False)
    assert result.summary
    assert result.timings
    assert set(result.to_dict()) >= {"summary", "delta_summary", "timings"}


def test_a_tracker_that_is_made_already_cannot_run_on_benchmarks(cache: GeneratedCache) -> None:
    with pytest.raises(ConfigError, match=r"benchmarks take a tracker by name.*not a ByteTrack"):
        Boxtrail(detector="public", tracker=ByteTrack()).val(cache)


@pytest.mark.parametrize(
    ("tracker", "figures"),
    [
        ("bytetrack", (67.45, 66.47, 69.01, 77.82, 79.41, 171, 2515, 9265)),
        ("ocsort", (66.45, 64.31, 69.08, 74.63, 77.86, 205, 1278, 12189)),
    ],
)
def test_the_second_halves_of_mot17_give_the_published_figures(
    data_dir: Path, tmp_path: Path, tracker: str, figures: tuple[float, ...]
) -> None:
    detections = f"file:{data_dir}/detections/yolox_x_ablation/MOT17"
    found = val("mot17", tracker, detector=detections, data_dir=data_dir, cache_dir=tmp_path)
    scores = list(found.summary[tracker].values())
    assert [round(100 * score, 2) for score in scores[:5]] == list(figures[:5])
    assert tuple(scores[5:]) == figures[5:]


def test_dancetrack_gives_the_published_figures(data_dir: Path, tmp_path: Path) -> None:
    detections = f"file:{data_dir}/detections/yolox_x_dancetrack/DanceTrack"
    found = val("dancetrack", "ocsort", detector=detections, data_dir=data_dir, cache_dir=tmp_path,
                tracker_config="official-dancetrack")  # fmt: skip
    assert round(100 * found.summary["ocsort"]["HOTA"], 1) == 47.1


def test_camera_motion_of_files_gives_the_published_figure(data_dir: Path, tmp_path: Path) -> None:
    found = val("mot17", "bytetrack", detector=f"file:{data_dir}/detections/yolox_x_ablation/MOT17",
                camera_motion=f"file:{data_dir}/gmc/MOT17", data_dir=data_dir, cache_dir=tmp_path)  # fmt: skip
    assert round(100 * found.summary["bytetrack"]["HOTA"], 2) == 67.94
