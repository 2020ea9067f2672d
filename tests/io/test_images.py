"""Folders, patterns and MOTChallenge sequences of images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from boxtrail.errors import SourceError
from boxtrail.io import Source, open_source


def names(source: Source) -> list[str]:
    return [frame.path.name for frame in source if frame.path]


def test_images_come_in_natural_order(make_images: Callable[..., Path]) -> None:
    folder = make_images(["img10.png", "img9.jpg", "img100.bmp", "IMG1.webp", "img2.tif"])
    (folder / "notes.txt").write_text("not an image")
    (folder / "._img3.png").write_bytes(b"left by a Mac")
    source = open_source(folder)
    assert names(source) == ["IMG1.webp", "img2.tif", "img9.jpg", "img10.png", "img100.bmp"]
    assert (source.name, source.num_frames, source.fps) == ("pictures", 5, 30.0)
    assert [frame.timestamp for frame in source] == [k / 30 for k in range(5)]


def test_a_pattern_selects_images(make_images: Callable[..., Path]) -> None:
    folder = make_images(["a1.png", "a10.png", "a2.png", "b1.png"])
    assert names(open_source(str(folder / "a*.png"))) == ["a1.png", "a2.png", "a10.png"]
    assert names(open_source(str(folder.parent / "**" / "?1.*"))) == ["a1.png", "b1.png"]


def test_one_image_is_a_source_of_one_frame(make_images: Callable[..., Path]) -> None:
    source = open_source(make_images(["one.png"]) / "one.png")
    assert (source.name, source.num_frames, len(list(source))) == ("one", 1, 1)


@pytest.mark.parametrize("inside", ["", "left"])
def test_a_sequence_folder_knows_its_name_rate_and_images(
    make_images: Callable[..., Path], inside: str
) -> None:
    make_images(["000002.png", "000001.png"], "S/left")
    folder = make_images([], "S")
    (folder / "seqinfo.ini").write_text("[Sequence]\nname=Street-02\nimDir=left\nframeRate=14\n")
    source = open_source(folder / inside)
    assert (source.name, source.fps) == ("Street-02", 14.0)
    assert [(frame.path and frame.path.name, frame.timestamp) for frame in source] == [
        ("000001.png", 0.0),
        ("000002.png", 1 / 14),
    ]


def test_a_folder_that_only_says_what_is_in_it_lends_no_name(make_images: Callable[..., Path]) -> None:
    folder = make_images(["1.png"], "Crossing/img1")
    assert open_source(folder).name == "Crossing"
    assert open_source(folder.parent).name == "Crossing"


def test_a_broken_seqinfo_is_named(make_images: Callable[..., Path]) -> None:
    folder = make_images(["1.png"])
    (folder / "seqinfo.ini").write_text("[Sequence]\nframeRate=fast\n")
    with pytest.raises(SourceError, match=r"cannot understand .*seqinfo\.ini: .*fast"):
        open_source(folder)


@pytest.mark.parametrize("prefetch", [0, 4])
@pytest.mark.parametrize(("content", "why"), [(b"", "the file is empty"), (b"no image", "it is damaged")])
def test_an_unreadable_image_is_named_after_the_frames_before_it(
    make_images: Callable[..., Path], content: bytes, why: str, prefetch: int
) -> None:
    folder = make_images(["1.png", "2.png", "4.png"])
    (folder / "3.png").write_bytes(content)
    source = iter(open_source(folder, prefetch=prefetch))
    assert [next(source).index, next(source).index] == [0, 1]
    with pytest.raises(SourceError, match=rf"cannot read image .*3\.png: {why}"):
        next(source)


def test_an_image_that_a_stride_passes_over_is_not_opened(make_images: Callable[..., Path]) -> None:
    folder = make_images(["1.png", "3.png"])
    (folder / "2.png").write_bytes(b"no image")
    assert names(open_source(folder, stride=2)) == ["1.png", "3.png"]


def test_a_folder_or_pattern_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"no images in folder {tmp_path}; images end in .bmp"):
        open_source(tmp_path)
    with pytest.raises(SourceError, match=r"no image matches .*\*\.jpg"):
        open_source(str(tmp_path / "*.jpg"))


def test_a_name_with_brackets_is_a_path_where_there_is_one(make_images: Callable[..., Path]) -> None:
    assert open_source(make_images(["1.png"], "run [2]")).num_frames == 1


def test_a_real_sequence_has_its_frames(data_dir: Path) -> None:
    source = open_source(data_dir / "MOT15" / "train" / "TUD-Campus", num_frames=3)
    assert (source.name, source.fps, source.num_frames) == ("TUD-Campus", 25.0, 3)
    assert names(source) == ["000001.jpg", "000002.jpg", "000003.jpg"]
