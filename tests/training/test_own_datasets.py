"""Data sets of one's own: a folder of identities, and crops of tracks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.training.datasets import load_dataset
from boxtrail.training.samples import Sample, check_testable, check_trainable
from training.miniatures import write


def stems(samples: tuple[Sample, ...]) -> list[str]:
    return [sample.image.stem for sample in samples if isinstance(sample.image, Path)]


def test_a_folder_is_split_by_time_with_a_gap(tmp_path: Path) -> None:
    write(tmp_path, [f"anna/frame{number}.jpg" for number in range(1, 11)])
    found = load_dataset("folder", tmp_path)
    assert stems(found.train) == [f"frame{number}" for number in range(1, 6)]
    assert stems(found.query) == ["frame7", "frame8"]  # frame6 is the gap; frame10 comes after frame9
    assert stems(found.gallery) == ["frame9", "frame10"]


def test_an_identity_with_few_pictures_is_trained_on_only(tmp_path: Path) -> None:
    write(tmp_path, ["anna/1.jpg", "bert/1.jpg", "bert/2.jpg"])
    found = load_dataset("folder", tmp_path)
    assert found.identities == ("anna", "bert")
    assert found.query == found.gallery == ()
    with pytest.raises(SourceError, match="no query pictures"):
        check_testable(found)


def test_a_folder_that_is_split_already_is_taken_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, ["train/anna/1.jpg", "query/bert/1.jpg", "gallery/bert/2.jpg"])
    found = load_dataset("folder", tmp_path)
    assert (found.train[0].identity, found.query[0].identity) == ("anna", "bert")
    with pytest.raises(SourceError, match="at least 2 identities, not 1"):
        check_trainable(found)


def test_a_pattern_reads_identity_frame_camera_and_sequence(tmp_path: Path) -> None:
    write(tmp_path, [f"street/0001_c{frame % 2}_f{frame}.jpg" for frame in (30, 2, 100, 7)])
    write(tmp_path, [f"market/0001_c0_f{frame}.jpg" for frame in range(4)])
    found = load_dataset("folder", tmp_path, pattern="{sequence}/{identity}_c{camera}_f{frame}.jpg", gap=0.0)
    assert found.identities == ("market/0001", "street/0001")
    street = [sample for sample in (*found.train, *found.query, *found.gallery) if "street" in sample.name]
    assert stems(tuple(street)) == ["0001_c0_f2", "0001_c1_f7", "0001_c0_f30", "0001_c0_f100"]
    assert [sample.camera for sample in street] == ["0", "1", "0", "0"]


def test_the_crops_of_people_are_read_by_a_pattern(data_dir: Path) -> None:
    folder = data_dir / "reid-crops"
    if not folder.is_dir():
        pytest.skip(f"no crops at {folder}")
    found = load_dataset("folder", folder, pattern="{sequence}/{identity}_f{frame}.jpg")
    assert (len(found.train), len(found.query), len(found.gallery)) == (155, 62, 62)
    assert len(found.identities) == 31
    assert stems(found.train)[:3] == ["0001_f000001", "0001_f000008", "0001_f000014"]


def test_patterns_and_folders_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    write(tmp_path, ["0001_f2.jpg"])
    with pytest.raises(
        SourceError, match=r"as <identity>/<image>; for images named by identity give a pattern"
    ):
        load_dataset("folder", tmp_path)
    with pytest.raises(SourceError, match=r"0001_f2\.jpg: the name does not fit the pattern"):
        load_dataset("folder", tmp_path, pattern="{identity}-{frame}.jpg")
    for pattern in ("{frame}.jpg", "{identity}{person}.jpg", "{identity}_{identity}.jpg"):
        with pytest.raises(ConfigError, match="must name"):
            load_dataset("folder", tmp_path, pattern=pattern)
    with pytest.raises(SourceError, match="no such folder"):
        load_dataset("folder", tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("train_fraction", 1.0),
        ("gap", 0.5),
        ("boxes", "drawn"),
        ("max_crops", 2),
        ("min_size", 0),
        ("min_visibility", 2.0),
    ],
)
def test_an_option_out_of_its_range_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=name):
        load_dataset("folder", tmp_path, **{name: value})


def sequence(folder: Path, rows: list[str], num_frames: int = 12) -> Path:
    """A MOTChallenge sequence whose frame ``n``, from 1, has the grey value ``20 · n`` all over."""
    (folder / "img1").mkdir(parents=True)
    (folder / "gt").mkdir()
    for number in range(1, num_frames + 1):
        image = np.full((40, 60, 3), 20 * number, dtype=np.uint8)
        cv2.imwrite(str(folder / "img1" / f"{number:06d}.png"), image)
    (folder / "gt" / "gt.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def grey(sample: Sample) -> int:
    assert isinstance(sample.image, bytes)
    image = cv2.imdecode(np.frombuffer(sample.image, dtype=np.uint8), cv2.IMREAD_COLOR)
    return round(float(image.mean()))


def test_crops_of_tracks_come_from_their_own_frames_in_time(tmp_path: Path) -> None:
    rows = [f"{frame},{track},{5 * track},4,10,20,1,-1,-1,-1" for track in (1, 2) for frame in range(1, 11)]
    found = load_dataset("tracks", sequence(tmp_path / "plaza", rows))
    assert found.identities == ("plaza/1", "plaza/2")
    assert [round(grey(sample) / 20) for sample in found.train] == [1, 2, 3, 4, 5] * 2
    assert [round(grey(sample) / 20) for sample in found.query + found.gallery] == [7, 8, 7, 8, 9, 10, 9, 10]
    assert found.train[0].name == "plaza, frame 0, track 1"


def test_rows_that_do_not_count_or_show_nothing_give_no_crop(tmp_path: Path) -> None:
    rows = [f"{frame},1,5,4,10,20,1,-1,-1,-1" for frame in range(1, 5)]
    rows += ["1,2,5,4,10,20,0,-1,-1,-1", "2,3,5,4,2,20,1,-1,-1,-1", "3,4,58,4,30,20,1,-1,-1,-1"]
    rows += ["99,5,5,4,10,20,1,-1,-1,-1"]  # after the last image
    found = load_dataset("tracks", sequence(tmp_path / "plaza", rows))
    assert found.identities == ("plaza/1",)


def test_boxes_that_are_hardly_seen_give_no_crop(tmp_path: Path) -> None:
    rows = [f"{frame},{track},5,4,10,20,1,1,{track / 10}" for frame in range(1, 5) for track in (2, 4)]
    folder = sequence(tmp_path / "plaza", rows)
    assert load_dataset("tracks", folder).identities == ("plaza/4",)
    assert load_dataset("tracks", folder, min_visibility=0.2).identities == ("plaza/2", "plaza/4")


def test_tracks_come_in_other_formats_too(tmp_path: Path) -> None:
    from boxtrail.io.formats import read_tracks, write_tracks

    rows = [f"{frame},1,5,4,10,20,1,-1,-1,-1" for frame in range(1, 9)]
    folder = sequence(tmp_path / "plaza", rows)
    write_tracks(tmp_path / "tracks.csv", read_tracks(folder / "gt" / "gt.txt"), "csv")
    found = load_dataset("tracks", sources=(folder,), tracks=(tmp_path / "tracks.csv",))
    assert [round(grey(sample) / 20) for sample in found.train] == [1, 2, 3, 4]


def test_long_tracks_are_thinned_evenly(tmp_path: Path) -> None:
    rows = [f"{frame},1,5,4,10,20,1,-1,-1,-1" for frame in range(1, 13)]
    found = load_dataset("tracks", sequence(tmp_path / "plaza", rows), max_crops=4, gap=0.0)
    assert [round(grey(sample) / 20) for sample in (*found.train, *found.query, *found.gallery)] == [
        1,
        5,
        8,
        12,
    ]


def test_oriented_tracks_are_turned_upright() -> None:
    from boxtrail.io.crops import cut_upright

    image = np.zeros((40, 60, 3), dtype=np.uint8)
    image[18:22, 20:40] = 200  # a wide bar
    crop = cut_upright(image, np.array([29.5, 19.5, 4.0, 20.0, np.pi / 2]))
    assert crop.shape == (20, 4, 3)
    assert crop.min() == 200


def test_a_folder_of_sequences_passes_over_those_without_images(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [f"{frame},1,5,4,10,20,1,-1,-1,-1" for frame in range(1, 5)]
    for name in ("first", "second", "blind"):
        sequence(tmp_path / name, rows)
    for image in (tmp_path / "blind" / "img1").iterdir():
        image.unlink()
    assert load_dataset("tracks", tmp_path).identities == ("first/1", "second/1")
    assert "blind has no images" in caplog.text


def test_what_tracks_cannot_use_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not 1 sources and 0 tracks"):
        load_dataset("tracks", sources=("a.mp4",))
    with pytest.raises(ConfigError, match="not both"):
        load_dataset("tracks", tmp_path, sources=("a.mp4",), tracks=("a.txt",))
    with pytest.raises(SourceError, match=r"neither gt/gt\.txt nor"):
        load_dataset("tracks", tmp_path)
    folder = sequence(tmp_path / "plaza", ["99,1,5,4,10,20,1,-1,-1,-1"])
    with pytest.raises(SourceError, match="no track of it is seen"):
        load_dataset("tracks", folder)
    (folder / "gt" / "gt.txt").write_text("1,1,none\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"gt\.txt, line 1"):
        load_dataset("tracks", folder)


def test_two_sequences_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    rows = [f"{frame},1,5,4,10,20,1,-1,-1,-1" for frame in range(1, 5)]
    one, other = (sequence(tmp_path / part / "plaza", rows) for part in ("a", "b"))
    with pytest.raises(ConfigError, match="two sources have the name of plaza/1"):
        load_dataset("tracks", sources=(one, other), tracks=(one / "gt/gt.txt", other / "gt/gt.txt"))


def test_crops_of_a_real_image_sequence_and_of_a_video(data_dir: Path) -> None:
    campus, video = data_dir / "MOT15/train/TUD-Campus", data_dir / "clips/vtest.avi"
    truth = data_dir / "MOT15/train/PETS09-S2L1/gt/gt.txt"
    if not (campus / "img1").is_dir() or not video.is_file():
        pytest.skip("TUD-Campus or vtest.avi is absent")
    walkers = load_dataset("tracks", campus)
    assert len(walkers.identities) == 8
    assert len(walkers.train) > len(walkers.query) > 50
    found = load_dataset("tracks", sources=(video,), tracks=(truth,), max_crops=10)
    assert len(found.identities) == 19
    assert len(found.query) == len(found.gallery) == 38
