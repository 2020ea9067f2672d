"""Models and annotations on the Supervisely platform, through its own package."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from boxtrail.errors import ConfigError, DetectorError, require
from boxtrail.predict.prediction import Prediction
from boxtrail.predict.session import Work


class PlatformModel:
    """A model that the platform runs; see :class:`boxtrail.predict.ModelAPI`.

    Args:
        api: ``supervisely.Api``.
        task_id: number of the deployed model.

    Raises:
        ConfigError: without an ``api``.
        MissingExtraError: without ``supervisely``.
    """

    def __init__(self, api: Any, task_id: int) -> None:
        if api is None:
            raise ConfigError("task_id names a model on the platform; give api=supervisely.Api(...) too")
        supervisely: Any = require("supervisely", "supervisely", "a model on the platform")
        self._model = importlib.import_module("supervisely.nn").ModelAPI(api=api, task_id=task_id)
        self._supervisely = supervisely

    def start(self, input: Any, **arguments: Any) -> Work:
        """Predictions of ``input``, as the SDK makes them.

        Raises:
            ConfigError: for an argument the SDK refuses.
        """
        if isinstance(arguments.get("tracking"), str):  # the SDK looks for the very value True
            config = dict(arguments.get("tracking_config") or {})
            arguments["tracking_config"] = {"tracker": arguments["tracking"], **config}
            arguments["tracking"] = True
        return PlatformWork(self._model, input, arguments)

    def ask(self, what: str, **arguments: Any) -> Any:
        """See :class:`boxtrail.predict.ModelAPI`."""
        if what == "load":
            return self._model.load(arguments["model"])
        answer = getattr(self._model, what)()
        return answer.to_json() if what == "get_model_meta" else answer


class PlatformWork:
    """One session of the SDK."""

    def __init__(self, model: Any, input: Any, arguments: Mapping[str, Any]) -> None:
        self._tracked = bool(arguments.get("tracking"))
        self._names = list(model.get_classes())
        try:
            self._session = model.predict_detached(input=input, **arguments)
        except (AssertionError, TypeError, ValueError) as error:
            raise ConfigError(str(error)) from error
        self.context: dict[str, Any] = dict(arguments)
        self.message = "Running inference..."

    @property
    def total(self) -> int | None:
        """Predictions to come in all."""
        try:
            return len(self._session)
        except TypeError:
            return None

    @property
    def final_result(self) -> Any:
        """What the SDK has beside the predictions."""
        return self._session.final_result

    def __iter__(self) -> Iterator[Prediction]:
        try:
            for found in self._session:
                yield of_sdk(found, self._names, tracked=self._tracked)
        except RuntimeError as error:
            raise DetectorError(str(error)) from error

    def stop(self) -> None:
        """Ask the platform to stop."""
        self._session.stop()


def of_sdk(found: Any, class_names: list[str], *, tracked: bool) -> Prediction:
    """A prediction of the SDK as one of ours; its annotation keeps the parts of pixels that its boxes lose."""
    names = ("name", "path", "url", "project_id", "dataset_id", "image_id", "video_id", "frame_index")
    known = {name: getattr(found, name, None) for name in names}
    return Prediction.from_json(
        {"annotation": found.annotation_json}, class_names, tracked=tracked, source=found.source, **known
    )


def sdk_annotation(annotation: dict[str, Any] | None) -> Any:
    """The SDK's ``Annotation`` of a JSON one where ``supervisely`` is installed, else the JSON itself."""
    if annotation is None or importlib.util.find_spec("supervisely") is None:
        return annotation
    supervisely: Any = importlib.import_module("supervisely")
    classes = {entry["classTitle"]: entry["geometryType"] for entry in annotation["objects"]}
    meta = {
        "classes": [{"title": name, "shape": shape, "color": "#FF0000"} for name, shape in classes.items()],
        "tags": [{"name": "confidence", "value_type": "any_number"}],
    }
    return supervisely.Annotation.from_json(annotation, supervisely.ProjectMeta.from_json(meta))


def to_boxmot(prediction: Any) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Detections (N, 6) ``x1, y1, x2, y2, conf, cls`` of a prediction, ours or the SDK's, ready for ``tracker.update``.

    The SDK's boxes are ``top, left, bottom, right``; its annotation has them to the part of a pixel.
    """
    ours = prediction
    if not isinstance(prediction, Prediction):
        ours = of_sdk(prediction, [], tracked=False)
        labels = np.asarray(prediction.class_idxs, dtype=np.float64)
    else:
        labels = ours.class_idxs.astype(np.float64)
    rows = np.empty((len(ours), 6))
    rows[:, :4], rows[:, 4], rows[:, 5] = ours.boxes, ours.scores, labels
    return rows


__all__ = ["PlatformModel", "of_sdk", "sdk_annotation", "to_boxmot"]
