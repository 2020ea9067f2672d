"""Any format is scored against any other, with the rules of the truth's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.evaluation import SequenceRows, evaluate
from boxtrail.io.formats import FORMATS, read_tracks, write_tracks
from formats.scenes import put, scene

UPRIGHT = [name for name, format in FORMATS.items() if "box" in format.kinds]


def perturbed(rows: SequenceRows) -> SequenceRows:
    """A prediction: some rows are missing, some have other ids, all are moved."""
    kept = np.arange(len(rows)) % 5 != 0
    shapes = np.asarray(rows.shapes)[kept] + [1.0, 0.0, 1.0, 0.0]
    ids = np.where(rows.frames > 3, rows.ids + 50, rows.ids)[kept]
    labels = None if rows.labels is None else rows.labels[kept]
    assert rows.scores is not None
    return replace(
        rows, frames=rows.frames[kept], ids=ids, shapes=shapes, labels=labels, scores=rows.scores[kept]
    )


@pytest.mark.parametrize("truth", UPRIGHT)
@pytest.mark.parametrize("prediction", UPRIGHT)
def test_scores_do_not_depend_on_the_formats_of_either_side(
    truth: str, prediction: str, tmp_path: Path
) -> None:
    rows = scene(11)
    ours = perturbed(rows)
    expected = evaluate(rows, ours, preprocess="none").overall
    truth_path = put(tmp_path / "truth", truth, replace(rows, scores=None))
    path = put(tmp_path / "prediction", prediction, ours)
    found = evaluate(truth_path, path, preprocess="none", format=(truth, prediction)).overall
    shared = {"labels", "names"} <= FORMATS[truth].holds & FORMATS[prediction].holds
    if shared:
        assert {k: found[k] for k in ("HOTA", "MOTA", "IDF1", "IDSW")} == pytest.approx(
            {k: expected[k] for k in ("HOTA", "MOTA", "IDF1", "IDSW")}
        )
    assert found["GT_Dets"] == len(rows)
    assert found["Dets"] == len(ours)


def test_a_file_of_several_sequences_is_scored_against_a_folder_of_files(tmp_path: Path) -> None:
    tracks = {"a": scene(1), "b": scene(2)}
    write_tracks(tmp_path / "truth.json", tracks)
    write_tracks(tmp_path / "pred", {name: perturbed(rows) for name, rows in tracks.items()}, "csv")
    found = evaluate(tmp_path / "truth.json", tmp_path / "pred")
    assert list(found.sequences) == ["a", "b"]
    assert list(found.classes) == ["car", "pedestrian"]
    assert found.overall["GT_Dets"] == len(tracks["a"]) + len(tracks["b"])
    one = evaluate(tmp_path / "truth.json", tmp_path / "truth.json").overall
    assert one["HOTA"] == pytest.approx(1.0)


def test_a_bare_list_of_results_refers_to_the_images_of_the_truth(tmp_path: Path) -> None:
    tracks = {"a": scene(1), "b": scene(2)}
    write_tracks(tmp_path / "truth.json", tracks)
    document = json.loads((tmp_path / "truth.json").read_text())
    results = [
        {key: a[key] for key in ("image_id", "category_id", "bbox")}
        | {"track_id": a["instance_id"], "score": 0.5}
        for a in document["annotations"]
    ]
    (tmp_path / "results.json").write_text(json.dumps(results))
    found = evaluate(tmp_path / "truth.json", tmp_path / "results.json")
    assert found.overall["HOTA"] == pytest.approx(1.0)
    assert list(found.sequences) == ["a", "b"]
    results[3]["image_id"] = 99_999
    (tmp_path / "results.json").write_text(json.dumps(results, indent=0))
    with pytest.raises(
        InvalidInputError, match=r"results.json, line \d+: \[3\]: image 99999 is none of the file's"
    ):
        evaluate(tmp_path / "truth.json", tmp_path / "results.json")


def test_persons_of_other_formats_are_motchallenges_pedestrians(tmp_path: Path) -> None:
    truth = tmp_path / "one" / "gt" / "gt.txt"
    truth.parent.mkdir(parents=True)
    truth.write_text("1,1,0,0,10,10,1,1,1\n1,2,50,0,10,10,0,8,1\n")
    rows = read_tracks(truth)["one"]
    named = replace(rows, labels=np.zeros(2, dtype=np.int64), names={0: "person"}, scores=None, flags=None)
    write_tracks(tmp_path / "tracks.csv", named)
    found = evaluate(truth, tmp_path / "tracks.csv")  # what is on the distractor is forgiven
    assert list(found.classes) == ["pedestrian"]
    assert (found.overall["CLR_TP"], found.overall["CLR_FP"]) == (1, 0)


def test_masks_are_compared_with_boxes_when_asked(tmp_path: Path) -> None:
    masks = put(tmp_path / "truth", "coco", scene(4, "mask"))
    boxes = put(tmp_path / "pred", "coco", scene(4))
    with pytest.raises(InvalidInputError, match="iou='box' compares the boxes around them"):
        evaluate(masks, boxes)
    assert evaluate(masks, boxes, iou="box").overall["GT_Dets"] == len(scene(4))


VISDRONE = """1,1,0,0,10,10,1,4,0,0
1,2,100,0,10,10,1,11,0,0
1,3,200,0,10,10,0,4,0,0
1,9,300,0,50,50,0,0,0,0
1,4,400,0,10,10,1,1,0,0
"""
PREDICTED = """1,1,0,0,10,10,0.9,4,-1,-1
1,2,100,0,10,10,0.9,4,-1,-1
1,3,200,0,10,10,0.9,4,-1,-1
1,4,310,10,10,10,0.9,4,-1,-1
1,5,345,0,10,10,0.9,4,-1,-1
1,6,346,0,10,10,0.9,4,-1,-1
1,7,500,0,10,10,0.9,4,-1,-1
"""


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_visdrone_forgives_what_lies_on_others_on_flagged_rows_and_in_regions_to_ignore(
    backend: str, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text(VISDRONE)
    (tmp_path / "pred.txt").write_text(PREDICTED)
    found = evaluate(tmp_path / "one.txt", tmp_path / "pred.txt", backend=backend)
    assert list(found.classes) == ["pedestrian", "car", "van", "truck", "bus"]
    car = found.classes["car"]
    # Half of track 5 lies in the region, which is enough, but less of 6; 7 is nowhere.
    assert (car["CLR_TP"], car["CLR_FN"], car["CLR_FP"], car["GT_Dets"]) == (1, 0, 2, 1)
    assert found.classes["pedestrian"]["CLR_FN"] == 1
    people = evaluate(tmp_path / "one.txt", tmp_path / "pred.txt", classes=["people", "car"], backend=backend)
    assert list(people.classes) == ["people", "car"]


def test_classes_of_coco_have_the_names_of_its_categories(tmp_path: Path) -> None:
    write_tracks(tmp_path / "truth.json", {"one": scene(1)})
    document = json.loads((tmp_path / "truth.json").read_text())
    for entry in document["categories"]:
        entry["id"] += 40
        entry["name"] = entry["name"].upper()
    for entry in document["annotations"]:
        entry["category_id"] += 40
    (tmp_path / "pred.json").write_text(json.dumps(document))
    found = evaluate(tmp_path / "truth.json", tmp_path / "pred.json", classes=["car"])
    assert list(found.classes) == ["car"]
    assert found.overall["HOTA"] == pytest.approx(1.0)


def test_what_cannot_be_scored_is_said_in_one_line(tmp_path: Path) -> None:
    good = put(tmp_path / "truth", "coco", scene(1))
    with pytest.raises(ConfigError, match="unknown format 'yolo'"):
        evaluate(good, good, format=("coco", "yolo"))
    (tmp_path / "pred").mkdir()
    put(tmp_path / "x", "csv", scene(1)).rename(tmp_path / "pred" / "other.csv")
    with pytest.raises(SourceError, match="no tracks of sequence 'one'; found other"):
        evaluate(good, tmp_path / "pred")
    with pytest.raises(InvalidInputError, match="the rules of MOTS need masks with classes"):
        evaluate(good, good, preprocess="mots")
