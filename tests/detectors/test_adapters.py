"""Objects of other libraries as detectors; fakes of the same shape where the library is not installed."""

from __future__ import annotations

import sys
import types
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import create_detector
from boxtrail.errors import DetectorError

IMAGE = np.zeros((100, 200, 3), np.uint8)
IMAGE[..., 2] = 255  # red, in BGR
BOXES = [[10.0, 20.0, 30.0, 60.0], [50.0, 20.0, 70.0, 60.0]]


class Tensor:
    """What we use of ``torch.Tensor``; like a tensor on a GPU, it is no array by itself."""

    def __init__(self, values: Any, *, ready: bool = False, device: str = "cpu") -> None:
        self.values, self.ready, self.device = np.asarray(values, np.float32), ready, device

    def detach(self) -> Tensor:
        return Tensor(self.values, ready=self.ready)

    def cpu(self) -> Tensor:
        return Tensor(self.values, ready=True)

    def float(self) -> Tensor:
        return self

    def to(self, device: str) -> Tensor:
        return Tensor(self.values, device=device)

    def __truediv__(self, other: Any) -> Tensor:
        return Tensor(self.values / other, device=self.device)

    def numpy(self) -> Any:
        assert self.ready, "still on the GPU"
        return self.values


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = types.ModuleType("torch")
    fake.from_numpy = Tensor  # type: ignore[attr-defined]
    fake.inference_mode = nullcontext  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", fake)


def of_module(name: str, **members: Any) -> type:
    """A class that says it is defined in the module ``name``, below which users derive their own."""
    return type("Derived", (type("Base", (), {"__module__": name}),), {"__module__": "users.code", **members})


class Yolo(of_module("ultralytics.engine.model")):  # type: ignore[misc]
    names = {0: "person", 1: "car"}  # noqa: RUF012

    def __init__(self, **found: Any) -> None:
        self.found, self.calls = found, []  # type: ignore[var-annotated]

    def __call__(self, *_args: Any, **_options: Any) -> Any:
        raise AssertionError("the adapter calls predict")

    def predict(self, images: list[Any], **options: Any) -> list[Any]:
        self.calls.append(options)
        assert isinstance(images, list)
        return [types.SimpleNamespace(**{"boxes": None, "obb": None, **self.found}) for _ in images]


def test_an_ultralytics_model_gives_its_boxes() -> None:
    boxes = types.SimpleNamespace(xyxy=Tensor(BOXES), conf=Tensor([0.5, 0.25]), cls=Tensor([1, 0]))
    model = Yolo(boxes=boxes)
    detector = create_detector(model, device="cuda:0")
    first, second = detector([IMAGE, IMAGE])
    np.testing.assert_allclose(first, [[*BOXES[0], 0.5, 1], [*BOXES[1], 0.25, 0]])
    assert first.dtype == np.float64
    np.testing.assert_array_equal(first, second)
    assert detector.names == {0: "person", 1: "car"}
    assert model.calls == [{"conf": 0.1, "verbose": False, "device": "cuda:0"}]


def test_conf_reaches_an_ultralytics_model_before_its_own_threshold() -> None:
    model = Yolo()
    assert create_detector(model, conf=0.02, classes=["car"])([IMAGE])[0].shape == (0, 6)
    assert model.calls == [{"conf": 0.02, "verbose": False}]


def test_an_ultralytics_obb_model_gives_oriented_boxes() -> None:
    obb = types.SimpleNamespace(xywhr=Tensor([[50, 40, 20, 10, 0.5]]), conf=Tensor([0.5]), cls=Tensor([1]))
    (found,) = create_detector(Yolo(obb=obb))([IMAGE])
    np.testing.assert_allclose(found, [[50, 40, 20, 10, 0.5, 0.5, 1]])
    empty = types.SimpleNamespace(xywhr=Tensor(np.empty((0, 5))), conf=Tensor([]), cls=Tensor([]))
    assert create_detector(Yolo(obb=empty))([IMAGE])[0].shape == (0, 7)


class Rcnn(of_module("torchvision.models.detection.faster_rcnn")):  # type: ignore[misc]
    training = False

    def __init__(self) -> None:
        self.seen: list[Tensor] = []
        self.device = "cpu"

    def parameters(self) -> Any:
        yield types.SimpleNamespace(device=self.device)

    def to(self, device: str) -> Rcnn:
        self.device = device
        return self

    def __call__(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        self.seen = images
        return [
            {"boxes": Tensor(BOXES), "labels": Tensor([1, 3]), "scores": Tensor([0.5, 0.25])},
            {"boxes": Tensor(np.empty((0, 4))), "labels": Tensor([]), "scores": Tensor([])},
        ][: len(images)]


def test_a_torchvision_model_sees_rgb_between_zero_and_one(torch: None) -> None:
    model = Rcnn()
    found, empty = create_detector(model, conf=0.3, device="cuda")([IMAGE, IMAGE])
    np.testing.assert_allclose(found, [[*BOXES[0], 0.5, 1]])
    assert empty.shape == (0, 6)
    assert model.seen[0].values.shape == (3, 100, 200)
    assert model.seen[0].values[:, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert model.seen[0].device == "cuda"


def test_a_torchvision_model_in_training_mode_is_refused(torch: None) -> None:
    model = Rcnn()
    model.training = True
    with pytest.raises(DetectorError, match=r"call model\.eval\(\) first"):
        create_detector(model)


CONFIG = types.SimpleNamespace(id2label={0: "person", 1: "car"})


class Detr(of_module("transformers.models.detr.modeling_detr")):  # type: ignore[misc]
    config, device = CONFIG, "cpu"

    def __call__(self, *, pixel_values: Any) -> str:
        assert pixel_values[0][0, 0].tolist() == [255, 0, 0]
        return "raw outputs"


class Processor:
    class Inputs(dict[str, Any]):
        def to(self, device: str) -> Processor.Inputs:
            assert device == "cpu"
            return self

    def __call__(self, *, images: list[Any], return_tensors: str) -> Processor.Inputs:
        assert return_tensors == "pt"
        return self.Inputs(pixel_values=images)

    def post_process_object_detection(
        self, outputs: str, threshold: float, target_sizes: list[tuple[int, int]]
    ) -> list[dict[str, Tensor]]:
        assert (outputs, threshold) == ("raw outputs", 0.1)
        assert target_sizes == [(100, 200)]
        return [{"scores": Tensor([0.5, 0.25]), "labels": Tensor([0, 1]), "boxes": Tensor(BOXES)}]


def test_a_transformers_model_and_processor_are_told_height_before_width(torch: None) -> None:
    detector = create_detector((Detr(), Processor()), classes=["car"])
    np.testing.assert_allclose(detector([IMAGE])[0], [[*BOXES[1], 0.25, 1]])
    assert detector.names == {0: "person", 1: "car"}


class Pipeline(of_module("transformers.pipelines.object_detection")):  # type: ignore[misc]
    model = types.SimpleNamespace(config=CONFIG)

    def __call__(self, images: list[Any], threshold: float) -> list[list[dict[str, Any]]]:
        assert images[0].size == (200, 100)
        assert images[0].getpixel((0, 0)) == (255, 0, 0)
        box = {"xmin": 10, "ymin": 20, "xmax": 30, "ymax": 60}
        return [[{"score": threshold, "label": "car", "box": box}], []]


def test_a_transformers_pipeline_gives_labels_by_name() -> None:
    pytest.importorskip("PIL")
    found, empty = create_detector(Pipeline())([IMAGE, IMAGE])
    np.testing.assert_allclose(found, [[10, 20, 30, 60, 0.1, 1]])
    assert empty.shape == (0, 6)


def test_supervision_detections_become_rows_and_bring_their_names() -> None:
    supervision = pytest.importorskip("supervision")
    detections = supervision.Detections(
        xyxy=np.array(BOXES),
        confidence=np.array([0.5, 0.25]),
        class_id=np.array([2, 7]),
        data={"class_name": np.array(["car", "truck"])},
    )
    detector = create_detector(lambda _: detections)
    np.testing.assert_allclose(detector([IMAGE])[0], [[*BOXES[0], 0.5, 2], [*BOXES[1], 0.25, 7]])
    assert detector.names == {2: "car", 7: "truck"}


def test_supervision_detections_without_scores_and_classes_and_empty_ones() -> None:
    supervision = pytest.importorskip("supervision")
    bare = supervision.Detections(xyxy=np.array(BOXES))
    (found,) = create_detector(lambda _: bare)([IMAGE])
    np.testing.assert_allclose(found[:, 4:], [[1, 0], [1, 0]])
    assert create_detector(lambda _: supervision.Detections.empty())([IMAGE])[0].shape == (0, 6)


def test_supervision_corners_become_oriented_boxes() -> None:
    supervision = pytest.importorskip("supervision")
    angle = 0.5
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    center = np.array([50.0, 40.0])
    corners = [center + sx * 10 * along + sy * 5 * across for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    detections = supervision.Detections(
        xyxy=np.array([[0.0, 0.0, 1.0, 1.0]]),
        confidence=np.array([0.5]),
        class_id=np.array([3]),
        data={"xyxyxyxy": np.array([corners])},
    )
    (found,) = create_detector(lambda _: detections)([IMAGE])
    np.testing.assert_allclose(found, [[50, 40, 20, 10, angle, 0.5, 3]], atol=1e-6)
