"""One model, wherever it runs, behind the calls that Supervisely's users know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boxtrail.detectors.factory import DetectorSpec
from boxtrail.errors import ConfigError
from boxtrail.predict.local_model import LocalModel
from boxtrail.predict.model import TARGETS, UPLOADING, Model
from boxtrail.predict.prediction import Prediction
from boxtrail.predict.session import PredictionSession


class ModelAPI:
    """A model in this process, behind an address, or on the Supervisely platform.

    ```python
    model = ModelAPI(detector="onnx:yolo.onnx")
    for prediction in model.predict("video.mp4", tracking=True, tracking_config={"tracker": "ocsort"}):
        print(prediction.frame_index, prediction.track_ids, prediction.boxes)

    model = ModelAPI(url="http://127.0.0.1:8000")  # boxtrail serve, or Supervisely's own server
    ```

    Args:
        detector: as :func:`boxtrail.detectors.create_detector` takes it: the model runs here.
        url: address of a server: the model runs there.
        api, task_id: the ``supervisely`` package's ``Api`` and the number of a deployed model: the platform runs it.
        device: where a detector of this process runs.
        embedder: what tells things apart by their looks, for trackers that use it; of this process.
        token: of the server, if it asks for one.
        allow_urls: whether inputs may be addresses, which are then fetched.

    Raises:
        ConfigError: unless exactly one of ``detector``, ``url`` and ``task_id`` is given.
        DetectorError, MissingExtraError: if the model cannot be made.
    """

    def __init__(
        self,
        detector: DetectorSpec | None = None,
        *,
        url: str | None = None,
        api: Any = None,
        task_id: int | None = None,
        device: str = "auto",
        embedder: Any = None,
        token: str | None = None,
        allow_urls: bool = False,
    ) -> None:
        given = [
            name
            for name, value in (("detector", detector), ("url", url), ("task_id", task_id))
            if value is not None
        ]
        if len(given) != 1:
            raise ConfigError(
                f"give one of detector, url and task_id, not {' and '.join(given) or 'none of them'}"
            )
        self._model: Model
        if detector is not None:
            self._model = LocalModel(detector, device=device, embedder=embedder, allow_urls=allow_urls)
        elif url is not None:
            from boxtrail.predict.remote import RemoteModel

            self._model = RemoteModel(url, token=token)
        else:
            from boxtrail.predict.platform import PlatformModel

            self._model = PlatformModel(api, int(task_id or 0))

    def predict(
        self,
        input: Any = None,
        *,
        image_id: int | None = None,
        image_ids: Sequence[int] | None = None,
        video_id: int | None = None,
        dataset_id: int | None = None,
        project_id: int | None = None,
        batch_size: int | None = None,
        conf: float | None = None,
        img_size: int | tuple[int, int] | None = None,
        classes: Sequence[str | int] | None = None,
        upload_mode: str | None = None,
        recursive: bool = False,
        tracking: bool | str = False,
        tracking_config: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[Prediction]:
        """All predictions of an input, in order.

        Args:
            input: a path, an array (H, W, 3) uint8 RGB, a picture of Pillow, a folder, a video, a Supervisely project
                on this disk, an address, or a list of any of them.
            image_id, image_ids, video_id, dataset_id, project_id: things on the platform, instead of ``input``.
            batch_size: images the detector gets at once.
            conf: lowest score kept, [0, 1].
            img_size: longest side, or (width, height), to which images are brought first.
            classes: names or numbers of the classes kept, and tracked.
            upload_mode: what becomes of annotations on the platform: ``create``, ``append``, ``replace``,
                ``iou_merge``; also called ``upload``.
            recursive: whether folders are searched below their own level.
            tracking: whether things get ids; the name of a tracker will do.
            tracking_config: ``{"tracker": name, option: value, ...}``; BoT-SORT unless named.
            **kwargs: ``stride``, ``start_frame``, ``end_frame`` (left out itself), ``num_frames``, ``duration``
                (seconds) and ``direction`` of a video; ``sliding_window``, ``window_size`` and ``overlap``; ``region``
                ``(x1, y1, x2, y2)``, the part of the images that is looked at, or a list of one for each image.

        Raises:
            ConfigError: for an argument that makes no sense.
            SourceError: if the input cannot be read.
            DetectorError: if the model fails.
        """
        with self.predict_detached(
            input, image_id=image_id, image_ids=image_ids, video_id=video_id, dataset_id=dataset_id,
            project_id=project_id, batch_size=batch_size, conf=conf, img_size=img_size, classes=classes,
            upload_mode=upload_mode, recursive=recursive, tracking=tracking, tracking_config=tracking_config,
            **kwargs,
        ) as session:  # fmt: skip
            return list(session)

    def predict_detached(self, input: Any = None, **arguments: Any) -> PredictionSession:
        """The same, one after the other while the work goes on; arguments are those of :meth:`predict`.

        Raises:
            ConfigError: for an argument that makes no sense.
            SourceError: if the input cannot be opened.
        """
        if (upload := arguments.pop("upload", None)) is not None:
            arguments["upload_mode"] = upload
        known = {name: value for name, value in arguments.items() if value is not None}
        unknown = sorted(set(known) - ARGUMENTS)
        if unknown:
            raise ConfigError(
                f"predict has no argument {unknown[0]!r}; it has {', '.join(sorted(ARGUMENTS))}"
            )
        targets = [name for name in TARGETS if name in known]
        if (input is not None) + len(targets) != 1:
            raise ConfigError(f"give one input, or one of {', '.join(TARGETS)}")
        return PredictionSession(self._model.start(input, **known))

    def freeze_model(self) -> Any:
        """Bring the model to the CPU until it is used again."""
        return self._model.ask("freeze_model")

    def get_classes(self) -> list[str]:
        """The names of its classes."""
        return list(self._model.ask("get_classes"))

    def get_info(self) -> dict[str, Any]:
        """What model it is and where it runs."""
        return dict(self._model.ask("get_info"))

    def get_model_meta(self) -> Any:
        """Classes and tags as Supervisely's ``ProjectMeta`` JSON."""
        return self._model.ask("get_model_meta")

    def get_settings(self) -> Any:
        """The settings it predicts with unless told."""
        return self._model.ask("get_settings")

    def get_tracking_settings(self) -> dict[str, Any]:
        """Every tracker with its options."""
        return dict(self._model.ask("get_tracking_settings"))

    def is_deployed(self) -> bool:
        """Whether it is ready."""
        return bool(self._model.ask("is_deployed"))

    def list_experiments(self) -> list[Any]:
        """Raises:
        NotImplementedError: as Supervisely's own does.
        """
        raise NotImplementedError("experiments live on the platform; this call is not offered there either")

    def list_pretrained_model_infos(self) -> list[dict[str, Any]]:
        """Models that :meth:`load` knows by name, with what is known of them."""
        return list(self._model.ask("list_pretrained_model_infos"))

    def list_pretrained_models(self) -> list[str]:
        """Names that :meth:`load` knows."""
        return list(self._model.ask("list_pretrained_models"))

    def load(self, model: str, **options: Any) -> None:
        """Take another model: a name of :meth:`list_pretrained_models`, or what ``detector`` takes."""
        self._model.ask("load", model=model, **options)

    def shutdown(self) -> None:
        """Let go of the model and its memory."""
        self._model.ask("shutdown")

    def status(self) -> dict[str, Any]:
        """Whether it is ready, what it is doing, and memory."""
        return dict(self._model.ask("status"))


ARGUMENTS = frozenset(
    {
        *TARGETS, *UPLOADING, "batch_size", "conf", "img_size", "classes", "recursive", "tracking",
        "tracking_config", "stride", "start_frame", "end_frame", "num_frames", "duration", "direction",
        "sliding_window", "window_size", "overlap", "region",
    }
)  # fmt: skip

__all__ = ["ModelAPI"]
