"""Which frames are delivered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.io import open_source
from boxtrail.io.selection import Selection

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, list(range(30))),
    ({"stride": 3}, list(range(0, 30, 3))),
    ({"stride": 7, "start_frame": 4}, [4, 11, 18, 25]),
    ({"start_frame": 26}, [26, 27, 28, 29]),
    ({"end_frame": 4}, [0, 1, 2, 3]),
    ({"end_frame": 900, "start_frame": 28}, [28, 29]),
    ({"num_frames": 3, "stride": 2}, [0, 2, 4]),
    ({"num_frames": 99, "start_frame": 27}, [27, 28, 29]),
    ({"duration": 0.2}, [0, 1, 2, 3, 4]),
    ({"duration": 0.21, "start_frame": 10}, [10, 11, 12, 13, 14, 15]),
    ({"duration": 0.2, "num_frames": 2}, [0, 1]),
    ({"duration": 0.001}, [0]),
    ({"stride": 50}, [0]),
    ({"stride": np.int64(10), "end_frame": np.int32(21)}, [0, 10, 20]),
]


@pytest.mark.parametrize("prefetch", [0, 3])
@pytest.mark.parametrize(("options", "expected"), CASES)
def test_exactly_the_selected_frames_come_and_were_promised(
    make_video: Callable[..., Path], options: dict[str, Any], expected: list[int], prefetch: int
) -> None:
    source = open_source(make_video(), prefetch=prefetch, **options)
    assert source.num_frames == len(expected)
    frames = list(source)
    source.close()
    assert [frame.index for frame in frames] == expected
    # The index is true: the picture is that of the frame.
    np.testing.assert_allclose([frame.image.mean() for frame in frames], np.multiply(expected, 8), atol=2)
    np.testing.assert_allclose([frame.timestamp for frame in frames], np.divide(expected, 25))


@pytest.mark.parametrize(("options", "expected"), CASES)
def test_a_folder_of_images_is_selected_from_in_the_same_way(
    make_images: Callable[..., Path], options: dict[str, Any], expected: list[int]
) -> None:
    folder = make_images([f"{k}.png" for k in range(30)])
    (folder / "seqinfo.ini").write_text("[Sequence]\nname=S\nimDir=.\nframeRate=25\n")
    source = open_source(folder, **options)
    assert source.num_frames == len(expected)
    assert [frame.index for frame in source] == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": 0}, "stride must be at least 1, not 0"),
        ({"stride": 2.0}, r"stride must be a whole number, not 2\.0"),
        ({"stride": True}, "stride must be a whole number, not True"),
        ({"start_frame": -1}, "start_frame must be at least 0, not -1"),
        ({"start_frame": 5, "end_frame": 5}, "end_frame 5 must lie after start_frame 5"),
        ({"num_frames": 0}, "num_frames must be at least 1"),
        ({"duration": 0}, "duration must be a number of seconds above 0, not 0"),
        ({"duration": float("nan")}, "duration must be a number of seconds"),
        ({"duration": "3s"}, "duration must be a number of seconds above 0, not '3s'"),
        ({"prefetch": -1}, "prefetch must be at least 0"),
        ({"start_frame": 30}, "start_frame 30 lies past the end: clip has 30 frames, from 0 to 29"),
    ],
)
def test_a_selection_that_makes_no_sense_is_refused(
    make_video: Callable[..., Path], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        open_source(make_video(), **options)


def test_the_tightest_limit_holds() -> None:
    selection = Selection(stride=2, start_frame=10, end_frame=100, num_frames=20, duration=1.0)
    assert selection.count(1000, fps=30.0) == 15
    assert selection.count(14, fps=30.0) == 2
    assert selection.count(None, fps=300.0) == 20


@pytest.mark.parametrize(
    ("duration", "fps", "count"), [(2.3, 100.0, 230), (0.07, 100.0, 7), (1.0, 29.97, 30)]
)
def test_a_duration_counts_frames_without_rounding_faults(duration: float, fps: float, count: int) -> None:
    assert Selection(duration=duration).count(10_000, fps) == count
