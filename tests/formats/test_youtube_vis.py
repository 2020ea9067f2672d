"""YouTube-VIS's files: an annotation a track, with lists over the frames of its video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import InvalidInputError
from boxtrail.evaluation import evaluate
from boxtrail.io.formats import find_problems, read_tracks
from boxtrail.io.formats.masks import box_of, mask_of_box

SIZE = (64, 48)


def runs(left: int, top: int = 0) -> dict[str, Any]:
    """A mask of 8 × 8 pixels as COCO has it."""
    height, width, counts = mask_of_box((left, top, left + 8, top + 8), SIZE)
    assert isinstance(counts, bytes)
    return {"size": [height, width], "counts": counts.decode()}


def truth(**more: Any) -> dict[str, Any]:
    """A walker that is hidden in the second of four frames, and one in another video."""
    walker = {
        "id": 7,
        "video_id": 1,
        "category_id": 3,
        "bboxes": [[0, 0, 8, 8], None, [2, 0, 8, 8], [3, 0, 8, 8]],
    }
    other = {"id": 8, "video_id": 2, "category_id": 3, "bboxes": [[5, 5, 8, 8], [6, 5, 8, 8]]}
    size = {"width": SIZE[0], "height": SIZE[1]}
    return {
        "videos": [
            {"id": 1, "length": 4, "file_names": [f"walk/{k:05d}.jpg" for k in range(4)], **size},
            {"id": 2, "length": 2, **size},
        ],
        "categories": [{"id": 3, "name": "person"}],
        "annotations": [{**walker, **more}, other],
    }


def put(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def test_lists_of_boxes_are_rows_of_the_frames_in_which_there_is_one(tmp_path: Path) -> None:
    found = read_tracks(put(tmp_path / "a.json", truth()))
    assert list(found) == ["walk", "2"]  # the folder of its images, else its number
    rows = found["walk"]
    assert (rows.frames.tolist(), rows.ids.tolist(), rows.num_frames) == ([1, 3, 4], [7, 7, 7], 4)
    np.testing.assert_array_equal(np.asarray(rows.shapes)[:, 0], [0, 2, 3])
    assert (rows.names, rows.frame_size, found["2"].num_frames) == ({3: "person"}, SIZE, 2)


def test_lists_of_masks_are_masks_also_beside_boxes(tmp_path: Path) -> None:
    masks = [runs(0), None, runs(2), runs(3)]
    rows = read_tracks(put(tmp_path / "a.json", truth(segmentations=masks)))["walk"]
    assert rows.kind == "mask"
    assert [box_of(mask)[0] for mask in rows.shapes] == [0.0, 2.0, 3.0]  # type: ignore[arg-type]


def test_results_without_ids_are_a_track_each_and_scored_against_the_truth(tmp_path: Path) -> None:
    both = truth(segmentations=[runs(0), None, runs(2), runs(3)])
    both["annotations"][1]["segmentations"] = [runs(5, 5), runs(6, 5)]
    results = [
        {"video_id": 1, "category_id": 3, "score": 0.9, "segmentations": [runs(0), None, None, None]},
        {"video_id": 1, "category_id": 3, "score": 0.8, "segmentations": [None, None, runs(2), runs(3)]},
        {"video_id": 2, "category_id": 3, "score": 0.7, "segmentations": [runs(5, 5), runs(6, 5)]},
    ]
    gt, pred = put(tmp_path / "gt.json", both), put(tmp_path / "pred.json", results)
    found = evaluate(gt, pred, iou="mask")
    assert found.provenance is not None
    assert found.provenance.similarity == "mask"
    walk = found.sequences["walk"]
    assert (walk["IDSW"], walk["CLR_TP"], walk["CLR_FN"], walk["IDTP"]) == (1, 3, 0, 2)
    assert found.sequences["2"]["HOTA"] == pytest.approx(1.0)
    alone = read_tracks(pred)
    assert (list(alone), alone["1"].ids.tolist(), alone["2"].ids.tolist()) == (["1", "2"], [1, 2, 2], [3, 3])
    assert alone["1"].scores is not None
    assert alone["1"].scores.tolist() == [0.9, 0.8, 0.8]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bboxes": [[0, 0, 8, 8]]}, "annotations[0]: bboxes must be lists of 4 entries, one a frame"),
        ({"video_id": 5}, "annotations[0]: video 5 is none of the file's"),
        ({"category_id": 9}, "annotations[0].bboxes[0]: category 9 is none of the file's"),
        ({"bboxes": [None, None, None, [1, 2, 3]]}, "annotations[0].bboxes[3]: bbox must be left, top, width, height"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", truth(**change))
    problem = find_problems(path)[0]
    lines = path.read_text().splitlines()
    assert problem.message == said
    assert problem.line is not None
    begins = lines[problem.line - 1].strip()
    assert begins in ("{", "[")  # of the annotation, or of the entry of its list
    with pytest.raises(InvalidInputError, match=rf"a\.json, line {problem.line}: annotations"):
        read_tracks(path)
