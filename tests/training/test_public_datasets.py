"""The public data sets, in miniature, laid out and named as they are distributed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxtrail.errors import ConfigError, SourceError
from boxtrail.training.datasets import load_dataset
from training.miniatures import write

MARKET = (
    "bounding_box_train/0002_c1s1_000451_03.jpg",
    "bounding_box_train/0007_c2s3_070952_01.jpg",
    "query/0001_c1s1_001051_00.jpg",
    "bounding_box_test/-1_c1s1_000401_03.jpg",
    "bounding_box_test/0000_c1s1_000151_01.jpg",
    "bounding_box_test/0001_c3s1_000551_00.jpg",
)
DUKE = (
    "bounding_box_train/0001_c2_f0046182.jpg",
    "bounding_box_train/0005_c1_f0049987.jpg",
    "query/0005_c2_f0046985.jpg",
    "bounding_box_test/0005_c5_f0052541.jpg",
)
VERI = (
    "image_train/0001_c001_00016450_0.jpg",
    "image_train/0003_c014_00019265_0.jpg",
    "image_query/0002_c002_00030600_0.jpg",
    "image_test/0002_c019_00084250_0.jpg",
)
MSMT = {
    "list_train.txt": ["0000/0000_000_01_0303morning_0008_0.jpg 0"],
    "list_val.txt": ["0001/0001_004_15_0303noon_0120_1.jpg 1"],
    "list_query.txt": ["0000/0000_000_03_0302afternoon_0911_2.jpg 0"],
    "list_gallery.txt": ["0000/0000_003_14_0304morning_0102_0.jpg 0"],
}


def msmt(root: Path, train: str, test: str) -> None:
    for name, lines in MSMT.items():
        folder = train if name in ("list_train.txt", "list_val.txt") else test
        write(root / folder, [line.split()[0] for line in lines])
        (root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_market1501_names_give_identity_and_camera_and_its_junk_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "Market-1501-v15.09.15", MARKET)
    (tmp_path / "Market-1501-v15.09.15" / "query" / "Thumbs.db").write_bytes(b"x")
    found = load_dataset("Market-1501", tmp_path)
    assert [(sample.identity, sample.camera) for sample in found.train] == [("0002", "1"), ("0007", "2")]
    assert [(sample.identity, sample.camera) for sample in found.query] == [("0001", "1")]
    assert [(sample.identity, sample.camera) for sample in found.gallery] == [("0000", "1"), ("0001", "3")]


def test_the_data_folder_may_be_the_set_itself(tmp_path: Path) -> None:
    write(tmp_path, MARKET)
    assert len(load_dataset("market1501", tmp_path).train) == 2


def test_dukemtmc_names_give_identity_and_camera(tmp_path: Path) -> None:
    write(tmp_path / "dukemtmc-reid" / "DukeMTMC-reID", DUKE)
    found = load_dataset("dukemtmc", tmp_path)
    assert found.identities == ("0001", "0005")
    assert [(sample.identity, sample.camera) for sample in found.query + found.gallery] == [
        ("0005", "2"),
        ("0005", "5"),
    ]


def test_veri776_has_cameras_of_three_digits(tmp_path: Path) -> None:
    write(tmp_path / "VeRi", VERI)
    found = load_dataset("veri776", tmp_path)
    assert found.identities == ("0001", "0003")
    assert [(sample.identity, sample.camera) for sample in found.gallery] == [("0002", "019")]


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("mask_train_v2", "mask_test_v2")])
def test_msmt17_reads_its_lists_and_trains_on_the_validation_part_too(
    tmp_path: Path, train: str, test: str
) -> None:
    msmt(tmp_path / "MSMT17_V1", train, test)
    found = load_dataset("msmt17", tmp_path)
    assert [sample.camera for sample in found.train] == ["01", "15"]
    assert [sample.camera for sample in found.query + found.gallery] == ["03", "14"]
    assert found.query[0].identity == found.gallery[0].identity
    assert found.query[0].identity not in found.identities  # number 0 is another person there


def test_a_list_of_msmt17_that_is_no_list_is_named_with_its_line(tmp_path: Path) -> None:
    msmt(tmp_path, "train", "test")
    (tmp_path / "list_query.txt").write_text("\nthis is no list\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"list_query\.txt, line 2: not an image and its identity"):
        load_dataset("msmt17", tmp_path)


def test_an_image_that_msmt17_lists_and_is_not_there_is_named(tmp_path: Path) -> None:
    msmt(tmp_path, "train", "test")
    (tmp_path / "train" / "0000" / "0000_000_01_0303morning_0008_0.jpg").unlink()
    with pytest.raises(SourceError, match=r"0000_000_01_0303morning_0008_0\.jpg: no such image"):
        load_dataset("msmt17", tmp_path)


def test_cuhk03_comes_in_the_layout_of_the_new_protocol(tmp_path: Path) -> None:
    for boxes, identity in (("detected", "0003"), ("labeled", "0004")):
        folders = ("bounding_box_train", "query", "bounding_box_test")
        write(tmp_path / "cuhk03-np" / boxes, [f"{folder}/{identity}_c2_8.png" for folder in folders])
    assert load_dataset("cuhk03", tmp_path).identities == ("0003",)
    labeled = load_dataset("cuhk03", tmp_path, boxes="labeled")
    assert [(sample.identity, sample.camera) for sample in labeled.query] == [("0004", "2")]


def test_cuhk03_comes_as_extracted_images_with_a_split(tmp_path: Path) -> None:
    names = [f"1_{number:03d}_1_0{number}.png" for number in range(1, 4)]
    write(tmp_path / "images_detected", names)
    parts = {
        part: [[f"/home/someone/cuhk03/images_detected/{name}", 0, number]]
        for number, (part, name) in enumerate(zip(("train", "query", "gallery"), names, strict=True))
    }
    (tmp_path / "splits_new_detected.json").write_text(json.dumps([parts]), encoding="utf-8")
    found = load_dataset("cuhk03", tmp_path)
    assert found.query[0].identity == found.gallery[0].identity != found.train[0].identity
    assert [sample.camera for sample in found.query + found.gallery] == ["1", "2"]
    assert found.train[0].image == tmp_path / "images_detected" / names[0]


def test_a_split_of_cuhk03_without_its_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "splits_new_detected.json").write_text('[{"train": []}]', encoding="utf-8")
    with pytest.raises(SourceError, match=r"splits_new_detected\.json: not the split of the new protocol"):
        load_dataset("cuhk03", tmp_path)


@pytest.mark.parametrize("name", ["market1501", "dukemtmc", "msmt17", "cuhk03", "veri776"])
def test_a_folder_of_something_else_says_what_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "holiday").mkdir()
    with pytest.raises(SourceError, match=r"as it is distributed; missing: "):
        load_dataset(name, tmp_path)
    with pytest.raises(SourceError, match="no such folder"):
        load_dataset(name, tmp_path / "nowhere")


def test_an_image_named_otherwise_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, (*MARKET, "query/holiday.jpg"))
    with pytest.raises(SourceError, match=r"holiday\.jpg: the name does not say who it shows"):
        load_dataset("market1501", tmp_path)


def test_an_unknown_data_set_or_option_is_named_with_what_there_is() -> None:
    with pytest.raises(ConfigError, match="did you mean 'market1501'"):
        load_dataset("markt1501", ".")
    with pytest.raises(ConfigError, match="unknown data set option 'colour'"):
        load_dataset("folder", ".", colour=1)
    with pytest.raises(ConfigError, match="market1501 needs its folder"):
        load_dataset("market1501")


def test_an_option_that_means_nothing_to_the_set_is_refused(tmp_path: Path) -> None:
    write(tmp_path, MARKET)
    with pytest.raises(ConfigError, match="market1501 has no option pattern"):
        load_dataset("market1501", tmp_path, pattern="{identity}.jpg")
