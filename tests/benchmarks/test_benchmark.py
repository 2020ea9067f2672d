"""Sequences, splits and truth of benchmarks, found on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark_folders import rows, write_sequence
from boxtrail.benchmarks import load_benchmark
from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.evaluation import SequenceRows
from square_video import square_video


def test_a_second_half_starts_after_the_frame_behind_the_middle(tmp_path: Path) -> None:
    for name, length in (("MOT17-02-FRCNN", 20), ("MOT17-04-FRCNN", 21)):
        write_sequence(tmp_path / "MOT17" / "train" / name, length, images=False)
    benchmark = load_benchmark("mot17", data_dir=tmp_path)
    assert benchmark.split_name == "val-half"
    assert [(s.name, s.first_frame, s.num_frames) for s in benchmark.sequences] == [
        ("MOT17-02", 11, 9),
        ("MOT17-04", 11, 10),
    ]
    truth = benchmark.truths()["MOT17-02"]
    assert (truth.frames.min(), truth.frames.max(), truth.num_frames) == (1, 9, 9)
    np.testing.assert_array_equal(truth.shapes[0], [24, 6, 38, 28])  # frame 12 of the file
    first = load_benchmark("mot17", split="train-half", data_dir=tmp_path)
    assert [s.num_frames for s in first.sequences] == [11, 11]


def test_the_halves_of_mot17_are_those_of_the_shared_data(data_dir: Path) -> None:
    benchmark = load_benchmark("MOT17", data_dir=data_dir)
    lengths = [600, 1050, 837, 525, 654, 900, 750]
    assert [s.num_frames for s in benchmark.sequences] == [n - (n // 2 + 1) for n in lengths]
    assert [s.frame_rate for s in benchmark.sequences] == [30, 30, 14, 30, 30, 30, 25]


def test_of_a_sequence_that_is_there_three_times_one_is_taken(tmp_path: Path) -> None:
    for end in ("SDP", "DPM", "FRCNN"):
        write_sequence(tmp_path / "MOT17" / "train" / f"MOT17-02-{end}", images=end == "DPM")
    (sequence,) = load_benchmark("mot17", split="train", data_dir=tmp_path).sequences
    assert sequence.files.variants == ("MOT17-02-FRCNN", "MOT17-02-DPM", "MOT17-02-SDP")
    assert sequence.files.detections is not None
    assert sequence.files.detections.parts[-3] == "MOT17-02-FRCNN"
    assert sequence.files.frames is not None
    assert sequence.files.frames.parent.name == "MOT17-02-DPM"  # wherever they are: they are all the same


def test_the_data_directory_may_be_the_benchmark_itself(tmp_path: Path) -> None:
    write_sequence(tmp_path / "MOT20" / "train" / "MOT20-01")
    assert load_benchmark("mot20", data_dir=tmp_path / "MOT20").root == tmp_path / "MOT20"


def test_kitti_counts_from_zero_and_its_halves_from_the_middle(tmp_path: Path) -> None:
    folder = tmp_path / "KITTI" / "training"
    (folder / "label_02").mkdir(parents=True)
    for name in ("0000", "0002"):
        lines = [
            f"{frame} 1 Car 0 0 -1.5 {10 + frame} 20 {60 + frame} 90 1 1 1 1 1 1 0" for frame in range(9)
        ]
        (folder / "label_02" / f"{name}.txt").write_text("\n".join(lines) + "\n")
    whole = load_benchmark("kitti", split="all", data_dir=tmp_path)
    assert [(s.name, s.num_frames, s.frame_rate) for s in whole.sequences] == [
        ("0000", 9, 10.0),
        ("0002", 9, 10.0),
    ]
    assert whole.truths()["0000"].frames.tolist() == list(range(1, 10))
    half = load_benchmark("kitti", split="val-half", data_dir=tmp_path)
    assert [s.num_frames for s in half.sequences] == [5, 5]
    np.testing.assert_array_equal(half.truths()["0000"].shapes[0], [14, 20, 64, 90])
    with pytest.raises(SourceError, match=r"no sequence '0006' in .*; found 0000, 0002"):
        load_benchmark("kitti", data_dir=tmp_path)


def test_kitti_scores_perfect_tracks_as_perfect(tmp_path: Path) -> None:
    folder = tmp_path / "KITTI" / "training" / "label_02"
    folder.mkdir(parents=True)
    kinds = {1: "Car", 2: "Pedestrian", 3: "Van"}
    lines = [
        f"{frame} {i} {kind} 0 0 -1.5 {100 * i + frame} 20 {100 * i + frame + 50} 90 1 1 1 1 1 1 0"
        for frame in range(6)
        for i, kind in kinds.items()
    ]
    (folder / "0000.txt").write_text("\n".join(lines) + "\n")
    benchmark = load_benchmark("kitti", split="all", data_dir=tmp_path)
    truth = benchmark.truths()["0000"]
    kept = np.isin(truth.ids, [1, 2])
    tracks = SequenceRows(
        frames=truth.frames[kept], ids=truth.ids[kept], shapes=np.asarray(truth.shapes)[kept],
        labels=truth.ids[kept], names=dict(benchmark.config.classes), num_frames=6,
    )  # fmt: skip
    scores = benchmark.evaluate({"0000": tracks})
    assert set(scores.classes) == {"car", "pedestrian"}
    assert scores.overall["HOTA"] == pytest.approx(1.0)


def test_visdrone_leaves_out_other_classes_and_what_lies_in_ignored_regions(tmp_path: Path) -> None:
    folder = tmp_path / "VisDrone2019-MOT-val" / "annotations"
    folder.mkdir(parents=True)
    lines = [f"{f},1,{10 + f},10,20,40,1,1,0,0" for f in range(1, 6)]  # a pedestrian
    lines += [f"{f},2,{100 + f},10,40,30,1,4,0,0" for f in range(1, 6)]  # a car
    lines += [f"{f},3,200,10,40,30,0,1,0,0" for f in range(1, 6)]  # not considered
    lines += [f"{f},4,300,10,40,30,1,3,0,0" for f in range(1, 6)]  # a bicycle
    lines += [f"{f},0,400,0,100,100,0,0,0,0" for f in range(1, 6)]  # a region to ignore
    (folder / "uav1.txt").write_text("\n".join(lines) + "\n")
    benchmark = load_benchmark("visdrone", data_dir=tmp_path)
    (sequence,) = benchmark.sequences
    assert (sequence.num_frames, sequence.frame_rate) == (5, 30.0)
    frames = np.repeat(np.arange(1, 6), 3)
    boxes = [
        row
        for f in range(1, 6)
        for row in ([10 + f, 10, 30 + f, 50], [100 + f, 10, 140 + f, 40], [410, 10, 440, 40])
    ]
    tracks = SequenceRows(
        frames=frames,
        ids=np.tile([1, 2, 3], 5),
        shapes=np.array(boxes, dtype=float),
        labels=np.tile([1, 4, 4], 5),
    )
    scores = benchmark.evaluate({"uav1": tracks})
    assert scores.classes["pedestrian"]["HOTA"] == pytest.approx(1.0)
    assert scores.classes["car"]["CLR_FP"] == 0
    assert scores.overall["HOTA"] == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["1,1,2\n", "a,b,c,d,e,f,g,h,i,j\n", "0,1,1,1,5,5,1,1,0,0\n"])
def test_damaged_visdrone_files_are_named(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "VisDrone2019-MOT-val" / "annotations"
    folder.mkdir(parents=True)
    (folder / "uav1.txt").write_text(text)
    with pytest.raises(InvalidInputError, match=r"uav1\.txt"):
        load_benchmark("visdrone", data_dir=tmp_path).truths()


def test_a_folder_of_sequences_is_a_benchmark(tmp_path: Path) -> None:
    write_sequence(tmp_path / "own" / "b10")
    write_sequence(tmp_path / "own" / "b9", info=False, detections=False)
    square_video(tmp_path / "own" / "clip.mp4")
    (tmp_path / "own" / "clip.txt").write_text(rows(range(1, 25)))
    benchmark = load_benchmark(tmp_path / "own")
    assert (benchmark.name, benchmark.split_name) == ("own", "all")
    assert [(s.name, s.num_frames) for s in benchmark.sequences] == [("b9", 20), ("b10", 20), ("clip", 24)]
    assert [s.frame_rate for s in benchmark.sequences] == [30.0, 10.0, 12.0]
    assert {name: len(truth) for name, truth in benchmark.truths().items()} == {
        "b9": 40,
        "b10": 40,
        "clip": 48,
    }


def test_a_folder_that_is_a_sequence_is_a_benchmark_of_one(tmp_path: Path) -> None:
    write_sequence(tmp_path / "walk")
    write_sequence(tmp_path / "other")
    benchmark = load_benchmark(tmp_path / "walk")
    assert [s.name for s in benchmark.sequences] == ["walk"]


def test_folders_train_and_val_are_splits(tmp_path: Path) -> None:
    write_sequence(tmp_path / "own" / "train" / "a")
    write_sequence(tmp_path / "own" / "val" / "b")
    benchmark = load_benchmark(tmp_path / "own")
    assert (benchmark.split_name, benchmark.sequences[0].name) == ("val", "b")
    half = load_benchmark(tmp_path / "own", split="val-half").sequences[0]
    assert (half.name, half.first_frame) == ("a", 11)
    with pytest.raises(ConfigError, match="has no split 'vall'; did you mean 'val'"):
        load_benchmark(tmp_path / "own", split="vall")


def test_a_yaml_file_of_ones_own_looks_beside_itself(tmp_path: Path) -> None:
    write_sequence(tmp_path / "data" / "s1", info=False)
    text = (
        "name: mine\nroots: [data]\nframe_rate: 7\nframes: '{sequence}/img1'\ntruth: '{sequence}/gt/gt.txt'\n"
        "splits: {all: {}}\ndefault_split: all\n"
    )
    (tmp_path / "mine.yaml").write_text(text)
    (tmp_path / "benchmark.yaml").write_text(text)
    for path in (tmp_path / "mine.yaml", tmp_path):
        benchmark = load_benchmark(path)
        assert (benchmark.name, benchmark.sequences[0].frame_rate) == ("mine", 7.0)


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no sequences in .*looked for .*seqinfo.ini"):
        load_benchmark(tmp_path)


def test_a_split_without_truth_cannot_be_scored(tmp_path: Path) -> None:
    write_sequence(tmp_path / "MOT20" / "test" / "MOT20-04")
    benchmark = load_benchmark("mot20", split="test", data_dir=tmp_path)
    with pytest.raises(SourceError, match="MOT20 test: sequence 'MOT20-04' has no ground truth"):
        benchmark.truths()


def test_a_seqinfo_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    write_sequence(tmp_path / "own" / "a")
    (tmp_path / "own" / "a" / "seqinfo.ini").write_text("[Sequence]\nseqLength=many\n")
    with pytest.raises(InvalidInputError, match=r"cannot understand .*seqinfo.ini: .*many"):
        load_benchmark(tmp_path / "own")
