"""Each family of network, told from its outputs and read right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import OnnxDetector

HD = np.zeros((720, 1280, 3), np.uint8)  # in a 640x640 input: half as large, 140 rows of gray above
BOX = [100.0, 50.0, 300.0, 250.0]  # in the frame
IN_INPUT = [100.0, 215.0, 100.0, 100.0]  # cx, cy, w, h of the same box letterboxed into the middle
CELLS = 80 * 80 + 40 * 40 + 20 * 20


def detect(path: Any, **options: Any) -> tuple[str, np.ndarray[Any, Any]]:
    detector = OnnxDetector(path, **options)
    (found,) = detector([HD])
    return detector.head, found


def test_yolov5_multiplies_objectness_and_class(onnx_files: Any) -> None:
    rows = np.zeros((3 * CELLS, 5 + 80))
    rows[7, :5], rows[7, 5 + 3] = [*IN_INPUT, 0.9], 0.5
    head, found = detect(onnx_files.constant({"output": rows}))
    assert head == "yolov5"
    np.testing.assert_allclose(found, [[*BOX, 0.45, 3]], atol=1e-4)


@pytest.mark.parametrize("num_classes", [1, 2, 80])
def test_yolov8_rows_lie_across(onnx_files: Any, num_classes: int) -> None:
    columns = np.zeros((4 + num_classes, CELLS))
    columns[:4, 9], columns[4 + num_classes - 1, 9] = IN_INPUT, 0.7
    head, found = detect(onnx_files.constant({"output0": columns}))
    assert head == "yolov8"
    np.testing.assert_allclose(found, [[*BOX, 0.7, num_classes - 1]], atol=1e-4)


def test_yolov8_masks_and_key_points_behind_the_classes_are_not_classes(onnx_files: Any) -> None:
    columns = np.zeros((4 + 2 + 32, CELLS))
    columns[:4, 9], columns[5, 9], columns[6:, 9] = IN_INPUT, 0.7, 5.0
    metadata = {"names": "{0: 'a', 1: 'b'}", "task": "segment"}
    protos = np.zeros((32, 160, 160))
    _, found = detect(onnx_files.constant({"output0": columns, "output1": protos}, metadata=metadata))
    np.testing.assert_allclose(found, [[*BOX, 0.7, 1]], atol=1e-4)


def test_yolov8_suppresses_within_a_class_only(onnx_files: Any) -> None:
    columns = np.zeros((4 + 2, CELLS))
    columns[:4, :4] = np.array([IN_INPUT, [102, 215, 100, 100], IN_INPUT, [400, 300, 50, 50]]).T
    columns[4:, :4] = [[0.7, 0.9, 0.0, 0.3], [0.0, 0.0, 0.8, 0.0]]
    _, found = detect(onnx_files.constant({"output0": columns}))
    assert found[:, 4].round(5).tolist() == [0.9, 0.8, 0.3]
    assert found[:, 5].tolist() == [0.0, 1.0, 0.0]


def test_end_to_end_rows_are_not_suppressed_again(onnx_files: Any) -> None:
    rows = np.zeros((300, 6))
    rows[:2] = [[50, 165, 150, 265, 0.9, 0], [50, 165, 150, 265, 0.8, 0]]
    head, found = detect(onnx_files.constant({"output0": rows}))
    assert head == "yolov10"
    assert len(found) == 2


def test_yolox_is_decoded_from_its_grid_and_placed_at_the_top_left(onnx_files: Any) -> None:
    rows = np.zeros((CELLS, 5 + 80))
    rows[:, 2:4] = -3.0
    stride = 16
    # x = 100, y = 75 of the input lies in column 6, row 4 of the cells of 16 pixels.
    cell = 80 * 80 + 4 * 40 + 6
    rows[cell, :5] = [100 / stride - 6, 75 / stride - 4, np.log(100 / stride), np.log(100 / stride), 0.9]
    rows[cell, 5] = 1.0
    head, found = detect(onnx_files.constant({"output": rows}))
    assert head == "yolox"
    np.testing.assert_allclose(found, [[100, 50, 300, 250, 0.9, 0]], atol=1e-3)


def test_yolox_sees_bgr_up_to_255() -> None:
    from boxtrail.detectors.onnx import _as_input
    from boxtrail.detectors.onnx_heads import HEADS

    batch = np.full((1, 4, 4, 3), (10, 20, 200), np.uint8)
    assert _as_input(batch, HEADS["yolox"])[0, 0, 0].tolist() == [10.0, 20.0, 200.0]


def test_yolox_decoded_inside_is_chosen_by_hand(onnx_files: Any) -> None:
    rows = np.zeros((CELLS, 5 + 80))
    rows[0, :6] = [100, 75, 100, 100, 0.9, 1.0]
    _, found = detect(onnx_files.constant({"output": rows}), head="yolox-decoded")
    np.testing.assert_allclose(found, [[*BOX, 0.9, 0]], atol=1e-4)


@pytest.mark.parametrize("names", [("logits", "pred_boxes"), ("pred_boxes", "logits")])
def test_rt_detr_logits_and_boxes_in_shares_of_a_stretched_frame(
    onnx_files: Any, names: tuple[str, str]
) -> None:
    logits, boxes = np.full((300, 80), -9.0), np.zeros((300, 4))
    logits[5, 17] = np.log(0.8 / 0.2)
    boxes[5] = [200 / 1280, 150 / 720, 200 / 1280, 200 / 720]
    outputs = {"logits": logits, "pred_boxes": boxes}
    head, found = detect(onnx_files.constant({name: outputs[name] for name in names}))
    assert head == "detr"
    np.testing.assert_allclose(found, [[*BOX, 0.8, 17]], atol=1e-3)


def test_rt_detr_of_ultralytics_has_scores_beside_its_boxes(onnx_files: Any) -> None:
    rows = np.zeros((300, 4 + 80))
    rows[5, :4], rows[5, 4 + 17] = [200 / 1280, 150 / 720, 200 / 1280, 200 / 720], 0.8
    head, found = detect(onnx_files.constant({"output0": rows}))
    assert head == "detr-scores"
    np.testing.assert_allclose(found, [[*BOX, 0.8, 17]], atol=1e-3)


def test_rt_detr_of_two_classes_is_told_from_end_to_end_by_its_description(onnx_files: Any) -> None:
    rows = np.zeros((300, 4 + 2))
    rows[5] = [200 / 1280, 150 / 720, 200 / 1280, 200 / 720, 0.0, 0.8]
    metadata = {"description": "Ultralytics RT-DETR-l model", "names": "{0: 'a', 1: 'b'}"}
    head, found = detect(onnx_files.constant({"output0": rows}, metadata=metadata))
    assert head == "detr-scores"
    np.testing.assert_allclose(found, [[*BOX, 0.8, 1]], atol=1e-3)


@pytest.mark.parametrize("order", [("labels", "boxes", "scores"), ("scores", "labels", "boxes")])
def test_d_fine_is_told_the_frames_size_and_answers_in_its_pixels(
    onnx_files: Any, order: tuple[str, str, str]
) -> None:
    labels, boxes, scores = np.zeros(300), np.zeros((300, 4)), np.zeros(300)
    labels[0], boxes[0], scores[0] = 4, BOX, 0.75
    outputs = {"labels": labels, "boxes": boxes, "scores": scores}
    path = onnx_files.constant({name: outputs[name] for name in order}, frame_sizes=True)
    head, found = detect(path)
    assert head == "detr-labels"
    np.testing.assert_allclose(found, [[*BOX, 0.75, 4]], atol=1e-4)


def test_d_fine_gets_width_before_height(onnx_files: Any) -> None:
    outputs = {"labels": np.zeros(10), "boxes": np.zeros((10, 4)), "scores": np.zeros(10)}
    detector = OnnxDetector(onnx_files.constant(outputs, frame_sizes=True))
    seen: list[Any] = []
    run = detector._session._session.run

    class Spy:
        def run(self, names: Any, feeds: dict[str, Any]) -> Any:
            seen.append(feeds["orig_target_sizes"])
            return run(names, feeds)

    detector._session._session = Spy()
    detector([HD, HD[:, :600]])
    assert seen[0].tolist() == [[1280, 720], [600, 720]]
    assert seen[0].dtype == np.int64


def test_oriented_boxes_come_as_seven_columns_and_are_suppressed_by_rotated_overlap(onnx_files: Any) -> None:
    columns = np.zeros((4 + 2 + 1, CELLS))
    crossing = [100, 215, 100, 10]
    columns[:4, :3] = np.array([crossing, crossing, [101, 215, 100, 10]]).T
    columns[4, :3], columns[-1, :3] = [0.9, 0.8, 0.7], [0.5, 0.5 + np.pi / 2, 0.5]
    metadata = {"task": "obb", "names": "{0: 'plane', 1: 'ship'}"}
    head, found = detect(onnx_files.constant({"output0": columns}, metadata=metadata))
    assert head == "yolov8-obb"
    expected = [[200, 150, 200, 20, 0.5, 0.9, 0], [200, 150, 200, 20, 0.5 + np.pi / 2, 0.8, 0]]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_oriented_end_to_end_rows_end_with_the_angle(onnx_files: Any) -> None:
    rows = np.zeros((300, 7))
    rows[0] = [100, 215, 100, 10, 0.9, 1, 0.5]
    head, found = detect(onnx_files.constant({"output0": rows}, metadata={"task": "obb"}))
    assert head == "yolov10-obb"
    np.testing.assert_allclose(found, [[200, 150, 200, 20, 0.5, 0.9, 1]], atol=1e-4)


def test_an_oriented_network_that_finds_nothing_gives_an_empty_array(onnx_files: Any) -> None:
    _, found = detect(onnx_files.constant({"output0": np.zeros((7, CELLS))}, metadata={"task": "obb"}))
    assert len(found) == 0
