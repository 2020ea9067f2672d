"""Pictures of tracks."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.errors import SinkError
from boxtrail.io import CropSink, Frame, SinkInfo
from boxtrail.results import TrackResults


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg"))


def test_each_track_has_a_folder_with_a_picture_a_frame(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = CropSink(tmp_path / "crops", info)
    for frame in make_frames(2, stride=5):
        sink.write(
            frame,
            TrackResults(
                [
                    [1, 2, 11, 22, 7, 0.5, 0, 0],
                    [-10, 40, 10, 60, 12, 0.5, 0, 1],
                    [50, 2, 80, 22, 3, 0.5, 0, 2],
                ]
            ),
        )
    assert not sink.path.exists()
    sink.close()
    assert files(sink.path) == [
        "12/000000.jpg",
        "12/000005.jpg",
        "3/000000.jpg",
        "3/000005.jpg",
        "7/000000.jpg",
        "7/000005.jpg",
    ]
    assert cv2.imread(str(sink.path / "7/000000.jpg")).shape == (20, 10, 3)
    # The part inside the image of 64 x 48 pixels.
    assert cv2.imread(str(sink.path / "3/000000.jpg")).shape == (20, 14, 3)
    assert cv2.imread(str(sink.path / "12/000000.jpg")).shape == (8, 10, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["crops"]


def test_boxes_outside_and_coasting_tracks_give_no_picture(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = CropSink(tmp_path / "crops", info)
    rows = [[70, 2, 90, 22, 1, 0.5, 0, 0], [-9, -9, -1, -1, 2, 0.5, 0, 1], [5, 5, 9, 9, 3, 0.5, 0, -1]]
    sink.write(make_frames(1)[0], TrackResults(rows))
    sink.write(make_frames(1)[0], TrackResults.empty())
    sink.write(make_frames(1)[0], TrackResults([[900, 900, 5, 5, 0.3, 4, 0.5, 0, 0]]))
    sink.close()
    assert files(sink.path) == []


@pytest.mark.parametrize("angle", [0.0, 0.5, math.pi / 2, -1.2, math.pi + 0.3])
def test_an_oriented_box_is_turned_upright(tmp_path: Path, info: SinkInfo, angle: float) -> None:
    # A white bar 60 x 20 whose right third, towards its front, is black.
    image = np.full((200, 200, 3), 128, np.uint8)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    for corners, level in (([-30, -10, 30, 10], 255), ([10, -10, 30, 10], 0)):
        x1, y1, x2, y2 = corners
        points = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)]) @ turn.T + 100
        cv2.fillPoly(image, [np.round(points).astype(np.int32)], (level, level, level))
    sink = CropSink(tmp_path / "crops", info)
    sink.write(Frame(image, 0, 0.0), TrackResults([[100, 100, 60, 20, angle, 1, 0.9, 0, 0]]))
    sink.close()
    crop = cv2.imread(str(sink.path / "1" / "000000.jpg"))
    assert crop.shape == (20, 60, 3)
    assert crop[3:-3, 3:36].min() > 215
    assert crop[3:-3, 45:57].max() < 40


def test_a_runaway_oriented_box_does_not_fill_the_memory(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = CropSink(tmp_path / "crops", info)
    sink.write(make_frames(1)[0], TrackResults([[30, 20, 1e6, 1e6, 0.1, 1, 0.9, 0, 0]]))
    sink.close()
    assert cv2.imread(str(sink.path / "1" / "000000.jpg")).shape == (80, 80, 3)


def test_interrupted_crops_stay_under_the_partial_name(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    older = CropSink(tmp_path / "crops", info)
    older.write(make_frames(1)[0], TrackResults([[1, 2, 11, 22, 7, 0.5, 0, 0]]))
    older.close()
    for _ in range(2):
        sink = CropSink(tmp_path / "crops", info)
        sink.write(make_frames(1)[0], TrackResults([[1, 2, 11, 22, 8, 0.5, 0, 0]]))
        sink.abort()
        sink.close()
    assert files(tmp_path / "crops") == ["7/000000.jpg"]
    assert files(tmp_path / "crops.partial") == ["8/000000.jpg"]


def test_an_older_folder_of_crops_is_replaced_whole(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    for track_id in (7, 8):
        sink = CropSink(tmp_path / "crops", info)
        sink.write(make_frames(1)[0], TrackResults([[1, 2, 11, 22, track_id, 0.5, 0, 0]]))
        sink.close()
    assert files(tmp_path / "crops") == ["8/000000.jpg"]
    assert [path.name for path in tmp_path.iterdir()] == ["crops"]


@pytest.mark.parametrize("content", ["holiday.jpg", "7/letter.odt", "7/holiday.jpg"])
def test_a_folder_with_other_things_is_never_touched(tmp_path: Path, info: SinkInfo, content: str) -> None:
    file = tmp_path / "crops" / content
    file.parent.mkdir(parents=True)
    file.write_text("dear")
    with pytest.raises(SinkError, match="it exists and holds other things"):
        CropSink(tmp_path / "crops", info)
    assert file.read_text() == "dear"
