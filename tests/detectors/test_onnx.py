"""The ONNX detector as a whole: frames in, boxes in pixels of the frame out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import OnnxDetector, create_detector
from boxtrail.errors import ConfigError, DetectorError

HD = np.zeros((720, 1280, 3), np.uint8)  # in a 640x640 input: half as large, 140 rows of gray above
TALL = np.zeros((1280, 640, 3), np.uint8)  # half as large, 160 columns of gray to the left


def end_to_end(*rows: list[float]) -> np.ndarray[Any, Any]:
    """An (N, 6) output, filled up with empty rows as such networks do."""
    table = np.zeros((300, 6))
    table[: len(rows)] = np.reshape(rows, (-1, 6))
    return table


def test_boxes_come_back_in_pixels_of_a_wide_frame(onnx_files: Any) -> None:
    path = onnx_files.constant({"output0": end_to_end([50, 165, 150, 265, 0.9, 2])})
    (found,) = OnnxDetector(path)([HD])
    np.testing.assert_allclose(found, [[100, 50, 300, 250, 0.9, 2]], atol=1e-4)
    assert found.dtype == np.float64


def test_boxes_come_back_in_pixels_of_a_tall_frame(onnx_files: Any) -> None:
    path = onnx_files.constant({"output0": end_to_end([170, 10, 270, 630, 0.9, 0])})
    (found,) = OnnxDetector(path)([TALL])
    np.testing.assert_allclose(found[0, :4], [20, 20, 220, 1260], atol=1e-4)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (640, 1280), (320, 320), (1000, 600), (333, 777)])
def test_a_bright_rectangle_is_found_where_it_is(onnx_files: Any, width: int, height: int) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    image[120:200, 80:240] = 255
    (found,) = OnnxDetector(onnx_files.bright_box(640, 640))([image])
    tolerance = 0.01 if max(width, height) % 640 == 0 else max(width, height) / 640  # one pixel of the input
    np.testing.assert_allclose(found[0, :4], [80, 120, 240, 200], atol=tolerance)


def test_boxes_are_cut_at_the_border_of_the_frame(onnx_files: Any) -> None:
    path = onnx_files.constant({"output0": end_to_end([-20, 100, 700, 560, 0.9, 0])})
    (found,) = OnnxDetector(path)([HD])
    np.testing.assert_allclose(found[0, :4], [0, 0, 1280, 720])


def test_a_batch_of_different_frames_is_one_call_on_a_dynamic_batch(onnx_files: Any) -> None:
    detector = OnnxDetector(onnx_files.constant({"output0": end_to_end([170, 165, 270, 265, 0.9, 0])}))
    calls = []
    run = detector._session.run

    def spy(batch: Any, frame_sizes: Any) -> Any:
        calls.append(len(batch))
        return run(batch, frame_sizes)

    detector._session.run = spy  # type: ignore[method-assign]
    wide, tall, wide_again = detector([HD, TALL, HD])
    assert calls == [3]
    np.testing.assert_allclose(wide[0, :4], [340, 50, 540, 250], atol=1e-4)
    np.testing.assert_allclose(tall[0, :4], [20, 330, 220, 530], atol=1e-4)
    np.testing.assert_array_equal(wide, wide_again)


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_fixed_batch_takes_any_number_of_frames(onnx_files: Any, batch: int) -> None:
    path = onnx_files.constant(
        {"output0": end_to_end([50, 165, 150, 265, 0.9, 2])}, shape=(batch, 3, 640, 640)
    )
    found = OnnxDetector(path)([HD, HD, HD])
    assert [len(rows) for rows in found] == [1, 1, 1]
    np.testing.assert_allclose(found[2][0, :4], [100, 50, 300, 250], atol=1e-4)


def test_no_frames_give_no_arrays_and_an_empty_frame_gives_zero_rows(onnx_files: Any) -> None:
    detector = OnnxDetector(onnx_files.constant({"output0": end_to_end()}))
    assert detector([]) == []
    assert detector([HD])[0].shape == (0, 6)


def test_a_dynamic_size_is_640_or_what_the_metadata_or_the_caller_says(onnx_files: Any) -> None:
    output = {"output0": end_to_end([32, 32, 64, 64, 0.9, 0])}
    image = np.zeros((320, 320, 3), np.uint8)
    dynamic = ("batch", 3, "height", "width")
    plain = onnx_files.constant(output, shape=dynamic)
    noted = onnx_files.constant(output, shape=dynamic, metadata={"imgsz": "[320, 320]"})
    np.testing.assert_allclose(OnnxDetector(plain)([image])[0][0, :4], [16, 16, 32, 32])
    np.testing.assert_allclose(OnnxDetector(noted)([image])[0][0, :4], [32, 32, 64, 64])
    np.testing.assert_allclose(OnnxDetector(plain, imgsz=160)([image])[0][0, :4], [64, 64, 128, 128])


@pytest.mark.parametrize("dtype", ["FLOAT16", "DOUBLE"])
def test_the_input_gets_the_type_it_wants(onnx_files: Any, dtype: str) -> None:
    path = onnx_files.constant({"output0": end_to_end([50, 165, 150, 265, 0.9, 2])}, dtype=dtype)
    np.testing.assert_allclose(OnnxDetector(path)([HD])[0][0, :4], [100, 50, 300, 250], atol=1e-3)


def test_the_network_sees_rgb_between_zero_and_one(onnx_files: Any) -> None:
    blue_green_red = np.full((64, 64, 3), (10, 20, 204), np.uint8)
    detector = OnnxDetector(onnx_files.channel_means(64), head="yolov10")
    assert detector([blue_green_red])[0][0, 4] == pytest.approx(204 / 255, abs=1e-5)


def test_names_come_from_the_metadata_as_ultralytics_writes_it(onnx_files: Any) -> None:
    output = {"output0": end_to_end([50, 165, 150, 265, 0.9, 2])}
    path = onnx_files.constant(output, metadata={"names": "{0: 'person', 1: 'bicycle', 2: \"dog's\"}"})
    assert OnnxDetector(path).names == {0: "person", 1: "bicycle", 2: "dog's"}


def test_names_without_metadata_are_numbered_by_the_columns_of_the_output(onnx_files: Any) -> None:
    path = onnx_files.constant({"output0": np.zeros((4 + 3, 8400))})
    assert OnnxDetector(path).names == {0: "class 0", 1: "class 1", 2: "class 2"}


@pytest.mark.parametrize("text", ["__import__('os').getcwd()", "{0: ", "7", "{'a': 'b'}", ""])
def test_names_that_are_no_literal_are_not_run(onnx_files: Any, text: str) -> None:
    path = onnx_files.constant({"output0": np.zeros((4 + 2, 8400))}, metadata={"names": text})
    assert OnnxDetector(path).names == {0: "class 0", 1: "class 1"}


def test_conf_and_class_names_reach_a_network(onnx_files: Any) -> None:
    rows = end_to_end(
        [50, 165, 150, 265, 0.9, 0], [250, 165, 350, 265, 0.04, 0], [450, 165, 550, 265, 0.8, 1]
    )
    path = onnx_files.constant({"output0": rows}, metadata={"names": "{0: 'person', 1: 'car'}"})
    spec = f"onnx:{path}"
    assert len(create_detector(spec)([HD])[0]) == 2
    assert len(create_detector(spec, conf=0.03)([HD])[0]) == 3  # below the detector's own default
    assert len(create_detector(spec, conf=0.85)([HD])[0]) == 1
    assert create_detector(spec, classes=["Car"])([HD])[0][:, 5].tolist() == [1.0]
    with pytest.raises(ConfigError, match="did you mean 'person'"):
        create_detector(spec, classes=["persn"])


def test_values_that_are_not_finite_are_dropped(onnx_files: Any) -> None:
    rows = end_to_end([np.nan, 1, 2, 3, 0.9, 0], [50, 165, 150, 265, np.nan, 0], [50, 165, 150, 265, 0.9, 2])
    (found,) = OnnxDetector(onnx_files.constant({"output0": rows}))([HD])
    np.testing.assert_allclose(found, [[100, 50, 300, 250, 0.9, 2]], atol=1e-4)


def test_a_broken_file_is_named(onnx_files: Any, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"this is no network")
    with pytest.raises(DetectorError, match=r"broken\.onnx: not a usable ONNX model"):
        OnnxDetector(path)
    with pytest.raises(DetectorError, match=r"absent\.onnx: no such ONNX file"):
        OnnxDetector(tmp_path / "absent.onnx")


def test_outputs_nobody_knows_are_listed_with_the_heads_to_choose_from(onnx_files: Any) -> None:
    path = onnx_files.constant({"heatmap": np.zeros((1, 80, 80))})
    with pytest.raises(DetectorError, match=r"heatmap \(1, 1, 80, 80\); give head=, one of yolov5"):
        OnnxDetector(path)


def test_a_head_that_does_not_fit_says_so(onnx_files: Any) -> None:
    path = onnx_files.constant({"output0": end_to_end([50, 165, 150, 265, 0.9, 2])})
    with pytest.raises(DetectorError, match="do not fit the head 'yolox'"):
        OnnxDetector(path, head="yolox")([HD])
    with pytest.raises(ConfigError, match="unknown head 'yolo99'; known: yolov5"):
        OnnxDetector(path, head="yolo99")


def test_cuda_that_is_not_there_is_an_error_and_auto_is_not(onnx_files: Any) -> None:
    import onnxruntime

    path = onnx_files.constant({"output0": end_to_end()})
    OnnxDetector(path, device="auto")
    OnnxDetector(path, device="cpu")
    with pytest.raises(ConfigError, match="device must be"):
        OnnxDetector(path, device="gpu")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    with pytest.raises(DetectorError, match="install onnxruntime-gpu or use 'cpu'"):
        OnnxDetector(path, device="cuda:0")


def test_auto_asks_for_cuda_where_onnxruntime_offers_it() -> None:
    from boxtrail.onnx_runtime import providers

    class WithCuda:
        @staticmethod
        def get_available_providers() -> list[str]:
            return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    assert providers(WithCuda, "auto", DetectorError)[0] == ("CUDAExecutionProvider", {"device_id": 0})
    assert providers(WithCuda, "cuda:1", DetectorError)[0] == ("CUDAExecutionProvider", {"device_id": 1})
    assert providers(WithCuda, "cpu", DetectorError) == ["CPUExecutionProvider"]
