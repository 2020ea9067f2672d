"""Stand-ins for the ``supervisely`` package and its ``api``, which record what they are asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np


class Loaded:
    """What ``X.from_json`` gives: the JSON, and what else it got."""

    def __init__(self, kind: str, content: Any, meta: Any = None) -> None:
        self.kind, self.content, self.meta = kind, content, meta

    def to_json(self) -> Any:
        return self.content


def loadable(kind: str) -> Any:
    return SimpleNamespace(from_json=lambda content, meta=None: Loaded(kind, content, meta))


class Session:
    """Predictions of the SDK, one after the other."""

    final_result: Any = None

    def __init__(self, found: list[Any]) -> None:
        self.found, self.stopped = found, False

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Any:
        for one in self.found:
            if isinstance(one, BaseException):
                raise one
            yield one

    def stop(self) -> None:
        self.stopped = True


class SdkModel:
    """``supervisely.nn.ModelAPI``."""

    found: list[Any]

    def __init__(self, api: Any = None, task_id: int | None = None) -> None:
        self.api, self.task_id = api, task_id
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.found = SdkModel.prepared

    prepared: list[Any] = []  # noqa: RUF012  (set by the test before the model is made)

    def get_classes(self) -> list[str]:
        return ["person", "car"]

    def get_model_meta(self) -> Loaded:
        return Loaded("ProjectMeta", {"classes": []})

    def predict_detached(self, **arguments: Any) -> Session:
        self.asked.append(("predict_detached", arguments))
        if arguments.get("conf") == "refused":
            raise ValueError("conf must be a number")
        return Session(self.found)

    def load(self, model: str) -> None:
        self.asked.append(("load", {"model": model}))

    def is_deployed(self) -> bool:
        return True


def sdk_prediction(
    index: int, boxes: list[list[float]], scores: list[float], names: list[str], ids: list[int] | None = None
) -> Any:
    """A ``Prediction`` of the SDK: boxes top, left, bottom, right in whole pixels, an annotation beside them."""
    objects = [
        {
            "classTitle": name,
            "tags": [{"name": "confidence", "value": score}],
            "geometryType": "rectangle",
            "points": {"exterior": [box[:2], box[2:]], "interior": []},
        }
        for box, score, name in zip(boxes, scores, names, strict=True)
    ]
    annotation = {"size": {"height": 240, "width": 320}, "tags": [], "objects": objects}
    annotation["customBigData"] = ids if ids is not None else {}
    return SimpleNamespace(
        annotation_json=annotation, source=None, name=None, path=None, url=None, project_id=None, dataset_id=None,
        image_id=None, video_id=7, frame_index=index, classes=names, scores=scores,
        class_idxs=np.array([["person", "car"].index(name) for name in names]),
        boxes=np.array(boxes, dtype=int).reshape(-1, 4)[:, [1, 0, 3, 2]],
    )  # fmt: skip


class Calls(SimpleNamespace):
    """One part of ``api``: answers by name of the call, all calls noted."""

    def __init__(self, path: str, log: list[tuple[Any, ...]], answers: dict[str, Any]) -> None:
        super().__init__()
        for name, answer in answers.items():
            setattr(self, name, self._call(f"{path}.{name}", log, answer))

    @staticmethod
    def _call(name: str, log: list[tuple[Any, ...]], answer: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            log.append((name, *given, *([named] if named else [])))
            return answer(*given, **named) if callable(answer) else answer

        return call


class Platform:
    """``supervisely.Api`` over two images of one project, and a video."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.meta: dict[str, Any] = {
            "classes": [{"title": "car", "shape": "rectangle", "color": "#00FF00"}],
            "tags": [],
        }
        self.existing: dict[str, Any] = {
            "size": {"height": 240, "width": 320},
            "tags": [{"name": "day"}],
            "objects": [],
        }
        self.projects = {11: 1, 12: 1, 13: 2}  # by dataset
        images = {5: (11, "five.jpg"), 6: (12, "six.jpg"), 9: (13, "nine.jpg")}
        info = {
            number: SimpleNamespace(id=number, dataset_id=of, name=name)
            for number, (of, name) in images.items()
        }
        self.image = Calls("image", self.log, {
            "get_info_by_id_batch": lambda ids: [info[number] for number in ids if number in info],
            "upload_ids": lambda dataset, names, ids: [SimpleNamespace(id=number + 100) for number in ids],
        })  # fmt: skip
        self.dataset = Calls("dataset", self.log, {
            "get_info_by_id": lambda n: SimpleNamespace(id=n, project_id=self.projects[n], name=f"part {n}"),
            "create": lambda project, name, **_: SimpleNamespace(id=900, name=name),
        })  # fmt: skip
        self.project = Calls("project", self.log, {
            "get_meta": lambda project: self.meta,
            "update_meta": None,
            "get_info_by_id": SimpleNamespace(id=1, workspace_id=3),
            "create": SimpleNamespace(id=77),
        })  # fmt: skip
        self.annotation = Calls(
            "annotation", self.log, {"download_json": lambda image: self.existing, "upload_json": None}
        )
        self.video = Calls("video", self.log, {
            "get_info_by_id": SimpleNamespace(id=7, dataset_id=11, name="seven.mp4"),
            "upload_ids": [SimpleNamespace(id=107)],
        })  # fmt: skip
        self.video.annotation = Calls("video.annotation", self.log, {"append": None, "upload_paths": None})
        self.video.frame = Calls(
            "video.frame",
            self.log,
            {"download_np": lambda video, index: np.full((4, 4, 3), (10, 20, 30), np.uint8)},
        )

    def calls(self, name: str) -> list[tuple[Any, ...]]:
        """What a call was given, each time."""
        return [entry[1:] for entry in self.log if entry[0] == name]
