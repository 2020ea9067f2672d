"""What is computed once, what is found, and what makes it be computed again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmark_folders import LENGTH, Watcher, box_of, content, find_squares
from boxtrail.errors import BoxtrailError, ConfigError, SourceError
from boxtrail.motion import make_estimator
from boxtrail.reid import create_embedder
from counting_detectors import Counting


def test_public_detections_need_no_images(own: Path, run: Any) -> None:
    for folder in ("a", "b"):
        shutil.rmtree(own / folder / "img1")
    (own / "b" / "seqinfo.ini").write_text("[Sequence]\nseqLength=5\nframeRate=4\n")
    cache = run()
    a, b = cache.sequences()
    assert (a.name, a.num_frames, a.frame_rate, a.frame_size) == ("a", LENGTH, 10.0, (96, 64))
    assert (b.name, b.num_frames, b.frame_rate, b.frame_size) == ("b", 5, 4.0, None)
    left, top, width, height = box_of(3, 1)
    np.testing.assert_allclose(a.detections[5], [left, top, left + width, top + height, 0.9, 1])
    assert a.offsets.tolist() == list(range(0, 2 * LENGTH + 1, 2))
    assert a.truth is not None
    assert len(a.truth) == 2 * LENGTH
    assert a.embeddings is None
    assert a.warps is None


def test_a_second_run_shows_the_detector_nothing(run: Any) -> None:
    first = Counting()
    made = run(first)
    assert (first.shown, made.num_computed) == (LENGTH + 5, 2)
    second = Counting()
    found = run(second)
    assert (second.shown, found.num_computed) == (0, 0)
    assert found.files == made.files
    np.testing.assert_array_equal(found.sequence("b").detections, made.sequence("b").detections)


def test_what_was_computed_is_what_the_parts_give_by_hand(own: Path, run: Any) -> None:
    cache = run(Counting(), reid="histogram", camera_motion="sof")
    found = cache.sequence("a")
    embedder, camera = create_embedder("histogram"), make_estimator("sof")
    for i, path in enumerate(sorted((own / "a" / "img1").iterdir())):
        image = cv2.imread(str(path))
        rows = np.array(find_squares(image), dtype=float).reshape(-1, 6)
        rows[:, 5] = 1  # MOTChallenge's pedestrian
        here = slice(found.offsets[i], found.offsets[i + 1])
        np.testing.assert_array_equal(found.detections[here], rows)
        assert found.embeddings is not None
        assert found.warps is not None
        np.testing.assert_array_equal(found.embeddings[here], embedder.embed(image, rows[:, :4]))
        np.testing.assert_array_equal(found.warps[i], camera(image, rows))
    assert {"read", "detect", "motion", "embed"} <= {
        name for name, spent in cache.timings.items() if spent > 0
    }


@pytest.mark.parametrize("change", ["image", "key", "conf", "classes", "detector"])
def test_what_the_results_depend_on_makes_them_computed_again(own: Path, run: Any, change: str) -> None:
    run(Counting())
    detector: Any = Counting()
    given: dict[str, Any] = {}
    if change == "image":
        cv2.imwrite(str(own / "a" / "img1" / "000003.png"), np.zeros((64, 96, 3), np.uint8))
    elif change == "key":
        detector = Counting(key="other squares")
    elif change == "detector":
        detector = "motion"
    else:
        given = {"conf": 0.95} if change == "conf" else {"classes": ["person"]}
    assert run(detector, **given).num_computed == (1 if change == "image" else 2)


def test_what_they_do_not_depend_on_does_not(own: Path, run: Any) -> None:
    run(Counting())
    os.utime(own / "a" / "img1" / "000003.png", (2e9, 1.5e9))
    (own / "a" / "gt" / "gt.txt").write_text("1,1,0,0,9,9,1,1,1\n")
    detector = Counting()
    cache = run(detector, batch_size=4)
    assert (cache.num_computed, detector.shown) == (0, 0)
    truth = cache.sequence("a").truth
    assert truth is not None
    assert len(truth) == 1  # the truth is read anew


def test_an_embedder_that_comes_later_gets_the_detections_that_are_there(run: Any) -> None:
    run(Counting())
    detector = Counting()
    cache = run(detector, reid="histogram")
    assert detector.shown == 0
    found = cache.sequence("a")
    assert found.embeddings is not None
    np.testing.assert_allclose(np.linalg.norm(found.embeddings, axis=1), 1.0, rtol=1e-5)


def test_several_workers_give_the_same_files(run: Any, tmp_path: Path) -> None:
    run("hog", cache_dir=tmp_path / "one", reid="histogram")
    watcher = Watcher()
    cache = run("hog", cache_dir=tmp_path / "two", reid="histogram", workers=2, progress=watcher)
    assert cache.num_computed == 2
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert (watcher.begun, watcher.steps) == ([("own all", 2, "sequences")], 2)


def test_progress_hears_of_every_frame(run: Any) -> None:
    watcher = Watcher()
    run(Counting(), progress=watcher)
    assert watcher.begun == [("a", LENGTH, "frames"), ("b", 5, "frames")]
    assert watcher.steps == LENGTH + 5


def test_batches_give_what_single_frames_give(run: Any, tmp_path: Path) -> None:
    run(Counting(), cache_dir=tmp_path / "one", reid="histogram", camera_motion="sof")
    run(Counting(), cache_dir=tmp_path / "many", reid="histogram", camera_motion="sof", batch_size=7)
    assert content(tmp_path / "one") == content(tmp_path / "many")


def test_frames_without_detections_and_empty_sequences_are_ordinary(own: Path, run: Any) -> None:
    (own / "b" / "seqinfo.ini").write_text("[Sequence]\nseqLength=0\nframeRate=4\n")
    detector = Counting()
    detector.__class__ = type("Blind", (Counting,), {"__call__": lambda self, image: None})
    cache = run(detector, reid="histogram", camera_motion="sof")
    a, b = cache.sequences()
    for found, frames in ((a, LENGTH), (b, 0)):
        assert found.detections.shape == (0, 6)
        assert found.offsets.tolist() == [0] * (frames + 1)
        assert found.embeddings is not None
        assert found.embeddings.shape[0] == 0
        assert found.embeddings.shape[1] > 0
        assert found.warps is not None
        assert found.warps.shape == (frames, 2, 3)


def test_detections_and_warps_come_from_files(own: Path, run: Any, tmp_path: Path) -> None:
    (tmp_path / "found").mkdir()
    for name, frames in (("a", LENGTH), ("b", 5)):
        (tmp_path / "found" / f"{name}.txt").write_text("2,-1,10,10,20,20,0.5\n")
        lines = [f"{i} 1 0 {i} 0 1 0" for i in range(frames)]
        (tmp_path / "found" / f"GMC-{name}.txt").write_text("\n".join(lines))
    for spec in (f"file:{tmp_path}/found", f"file:{tmp_path}/found/{{sequence}}.txt"):
        cache = run(spec, camera_motion=f"file:{tmp_path}/found/GMC-{{sequence}}.txt", split="val-half")
        found = cache.sequence("a")
        assert found.warps is not None
        np.testing.assert_array_equal(found.warps[:, 0, 2], np.arange(LENGTH // 2 + 1, LENGTH))
    assert len(run(f"file:{tmp_path}/found").sequence("a").detections) == 1
    shorter = tmp_path / "found" / "GMC-a.txt"
    shorter.write_text("0 1 0 0 0 1 0\n")
    with pytest.raises(SourceError, match=rf"GMC-a.txt: 1 frames of camera motion, but a has {LENGTH}"):
        run("public", camera_motion=f"file:{tmp_path}/found")


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"detector": "mtion"}, ConfigError, "unknown detector 'mtion'; did you mean 'motion'"),
        ({"detector": "onnx:none.onnx"}, BoxtrailError, r"none\.onnx"),
        ({"detector": find_squares}, ConfigError, "nothing tells this detector.*give detector_key='NAME'"),
        ({"detector": "file:none"}, SourceError, "no detections: no such file or folder none"),
        ({"detector": "public:SDP"}, ConfigError, "no public detections 'SDP'; there are public only"),
        ({"camera_motion": "soff"}, ConfigError, "unknown camera motion 'soff'; did you mean 'sof'"),
        ({"reid": object()}, ConfigError, "nothing tells this reid"),
        ({"batch_size": 0}, ConfigError, "batch_size must be at least 1"),
        ({"executor": "cloud"}, ConfigError, "unknown executor 'cloud'"),
        ({"workers": 0}, ConfigError, "workers must be at least 1"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(
    run: Any, given: dict[str, Any], kind: type[BoxtrailError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        run(given.pop("detector", "public"), **given)


def test_missing_inputs_are_said_in_one_line(own: Path, run: Any, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("1,-1,1,1,5,5,1\n")
    with pytest.raises(ConfigError, match=r"one\.txt is one file for several sequences"):
        run(f"file:{tmp_path}/one.txt")
    (own / "a" / "img1" / "000007.png").unlink()
    with pytest.raises(SourceError, match=rf"'a' has {LENGTH} frames, but .*img1 has {LENGTH - 1} images"):
        run(Counting())
    shutil.copy(own / "a" / "img1" / "000008.png", own / "a" / "img1" / f"{LENGTH + 1:06d}.png")
    with pytest.raises(SourceError, match="'a': no image between 6 and 8"):
        run(Counting())
    shutil.rmtree(own / "a" / "img1")
    with pytest.raises(SourceError, match="no images of sequence 'a'"):
        run(Counting())
    shutil.rmtree(own / "b" / "det")
    with pytest.raises(SourceError, match="own all: no public detections of sequence 'b'"):
        run()
