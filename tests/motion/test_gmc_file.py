"""GMC text files: what is read, what is refused, and how a video walks through one."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.motion import GmcFile, make_estimator, read_gmc

ROWS = "0\t1.0\t0.0\t0.0\t0.0\t1.0\t0.0\t\n1 0.99 0.01 -3.5  -0.01 0.99 2.25\n\n2 1 0 1e1 0 1 -1\n"
SECOND = [[0.99, 0.01, -3.5], [-0.01, 0.99, 2.25]]


@pytest.fixture
def gmc(tmp_path: Path) -> Path:
    path = tmp_path / "GMC-Mine.txt"
    path.write_text(ROWS)
    return path


def test_tabs_and_spaces_are_read(gmc: Path) -> None:
    warps = read_gmc(gmc)
    assert warps.shape == (3, 2, 3)
    assert np.array_equal(warps[0], np.eye(2, 3))
    assert warps[1].tolist() == SECOND
    assert warps[2].tolist() == [[1, 0, 10], [0, 1, -1]]


def test_a_gzipped_file_is_read(tmp_path: Path, gmc: Path) -> None:
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(gmc.read_bytes()))
    assert np.array_equal(read_gmc(packed), read_gmc(gmc))


def test_frames_may_count_from_one(tmp_path: Path) -> None:
    path = tmp_path / "from_one.txt"
    path.write_text("1 1 0 0 0 1 0\n2 0.99 0.01 -3.5 -0.01 0.99 2.25\n")
    assert read_gmc(path)[1].tolist() == SECOND


def test_an_empty_file_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("")
    assert read_gmc(path).shape == (0, 2, 3)
    estimate = GmcFile(path)
    assert np.array_equal(estimate(), np.eye(2, 3))
    assert estimate.failures == 1


def test_call_k_gives_frame_k_and_a_reset_starts_over(gmc: Path) -> None:
    estimate = make_estimator(f"FILE:{gmc}")
    warps = read_gmc(gmc)
    image = np.zeros((4, 6, 3), np.uint8)
    for _ in range(2):
        for warp in warps:
            assert np.array_equal(estimate(image), warp)
        estimate.reset()


def test_what_a_caller_does_to_a_warp_stays_with_the_caller(gmc: Path) -> None:
    estimate = GmcFile(gmc)
    estimate()[:] = 7.0
    estimate.reset()
    assert np.array_equal(estimate(), np.eye(2, 3))


def test_frames_that_the_file_does_not_have_are_failures_and_the_identity(tmp_path: Path) -> None:
    path = tmp_path / "gap.txt"
    path.write_text("0 1 0 0 0 1 0\n2 1 0 5 0 1 0\n")
    estimate = GmcFile(path)
    assert [float(estimate()[0, 2]) for _ in range(4)] == [0.0, 0.0, 5.0, 0.0]
    assert estimate.failures == 2
    assert read_gmc(path)[:, 0, 2].tolist() == [0.0, 0.0, 5.0]


def test_a_bad_frame_does_not_use_up_a_warp(gmc: Path) -> None:
    estimate = GmcFile(gmc)
    estimate()
    with pytest.raises(InvalidInputError, match="uint8"):
        estimate(np.zeros((4, 6)))  # type: ignore[arg-type]
    assert estimate().tolist() == SECOND


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 1 0 0 0 1", "expected 7 columns, frame a b tx c d ty, not 6"),
        ("1 1 0 0 0 1 0 0", "not 8"),
        ("1,1,0,0,0,1,0", "not 1"),
        ("1 1 0 x 0 1 0", "could not convert string to float: 'x'"),
        ("1 1 0 nan 0 1 0", "not finite"),
        ("1.5 1 0 0 0 1 0", "'1.5' is no frame number"),
        ("-1 1 0 0 0 1 0", "'-1' is no frame number"),
        ("inf 1 0 0 0 1 0", "'inf' is no frame number"),
        ("0 1 0 0 0 1 0", "frame 0 comes twice"),
        ("1 0 0 0 0 0 0", "changes areas by 0"),
    ],
)
def test_a_malformed_line_is_named_with_its_file(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(f"0 1 0 0 0 1 0\n{line}\n")
    with pytest.raises(InvalidInputError) as caught:
        make_estimator(f"file:{path}")
    assert f"{path}, line 2: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe0 1 0", gzip.compress(b"0 1 0 0 0 1 0\n", mtime=0)[:-9]])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "unreadable.txt.gz" if content and content[0] == 0x1F else tmp_path / "unreadable.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"unreadable\.txt"):
        read_gmc(path)


def test_every_published_file_is_read(data_dir: Path) -> None:
    paths = sorted(path for path in (data_dir / "gmc").rglob("GMC-*") if path.is_file())
    frames = {path.name.split(".")[0]: len(read_gmc(path)) for path in paths}
    assert len(frames) == 20
    assert frames["GMC-MOT17-02"] == 600
    assert frames["GMC-dancetrack0014"] == 1203
    for path in paths:
        estimate = GmcFile(path)
        assert np.array_equal(estimate(), np.eye(2, 3))
        assert np.abs(read_gmc(path)[:, :, :2] - np.eye(2)).max() < 0.2
