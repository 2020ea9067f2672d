"""A model of this process: a detector, and perhaps an embedder."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from boxtrail.detectors.factory import DetectorSpec, shown_name
from boxtrail.errors import ConfigError
from boxtrail.predict.annotation import project_meta
from boxtrail.predict.inputs import resolve
from boxtrail.predict.local import LocalWork
from boxtrail.predict.model import TARGETS, UPLOADING
from boxtrail.predict.resources import gpu_memory, ram_memory
from boxtrail.predict.session import Work
from boxtrail.predict.settings import BATCH_SIZE, TRACKER, settings_of
from boxtrail.predict.sharing import DetectorPool
from boxtrail.trackers import TRACKERS, StreamConfig

OWN_CHOICE = frozenset(
    {"record", "class_names", "frame_size", "frame_rate"}
)  # of the stream, which the work knows itself


class LocalModel:
    """Detector and embedder that all calls share.

    Raises:
        ConfigError, DetectorError, MissingExtraError: as :func:`boxtrail.detectors.create_detector`.
    """

    def __init__(
        self, detector: DetectorSpec, *, device: str = "auto", embedder: Any = None, allow_urls: bool = False
    ) -> None:
        self._spec, self._device, self._allow_urls, self._embedder = detector, device, allow_urls, embedder
        self.detectors: DetectorPool | None = DetectorPool(detector, device)

    def start(self, input: Any, **arguments: Any) -> Work:
        """Predictions of ``input``.

        Raises:
            ConfigError: for an argument that makes no sense here, as the platform's ids.
            SourceError: if the input cannot be read.
        """
        for name in (*TARGETS, *UPLOADING):
            if arguments.pop(name, None) is not None:
                what = "names something" if name in TARGETS else "is for things"
                raise ConfigError(
                    f"{name} {what} on the platform; give ModelAPI(api=..., task_id=...) for it"
                )
        if self.detectors is None:
            raise ConfigError("the model was shut down; load() brings it back")
        settings = settings_of(**arguments)
        inputs = resolve(input, recursive=settings.recursive, allow_urls=self._allow_urls)
        return LocalWork(self.detectors.take(), inputs, settings, embedder=self._embedder)

    def ask(self, what: str, **arguments: Any) -> Any:
        """See :class:`boxtrail.predict.ModelAPI`."""
        answer: Any = getattr(self, f"_{what}")(**arguments)
        return answer

    def _names(self) -> dict[int, str]:
        return {} if self.detectors is None else dict(self.detectors.names)

    def _get_classes(self) -> list[str]:
        return list(self._names().values())

    def _get_model_meta(self) -> dict[str, Any]:
        return project_meta(self._names())

    def _get_settings(self) -> dict[str, Any]:
        return {"conf": None, "batch_size": BATCH_SIZE, "img_size": None, "classes": None}

    def _get_tracking_settings(self) -> dict[str, Any]:
        return tracking_settings()

    def _get_info(self) -> dict[str, Any]:
        name = shown_name(self._spec)
        return {
            "model_name": name,
            "checkpoint_name": name.partition(":")[2] or name,
            "architecture": "" if self.detectors is None else self.detectors.kind,
            "checkpoint_url": None,
            "custom_checkpoint_path": name.partition(":")[2] or None,
            "model_source": "Custom models",
            "task_type": "object detection",
            "device": self._device,
            "runtime": "ONNXRuntime" if name.startswith("onnx") else "PyTorch",
            "model_precision": "FP32",
            "hardware": None,
            "deploy_params": {},
        }

    def _status(self) -> dict[str, Any]:
        busy = self.detectors is not None and self.detectors.is_busy
        return {
            "is_deployed": self._is_deployed(),
            "progress": {"message": "Inferring model..." if busy else "Ready", "current": 0, "total": 1},
            "gpu_memory": gpu_memory(),
            "ram_memory": ram_memory(),
        }

    def _is_deployed(self) -> bool:
        return self.detectors is not None

    def _freeze_model(self) -> dict[str, str]:
        # Detectors stay where they were made; what a GPU holds goes with shutdown().
        return {"message": "Failed to freeze model. Use shutdown() to free its memory."}

    def _list_pretrained_models(self) -> list[str]:
        return [str(entry["model_name"]) for entry in self._list_pretrained_model_infos()]

    def _list_pretrained_model_infos(self) -> list[dict[str, Any]]:
        return [{"model_name": name, "meta": {"model_name": name}} for name in ("motion", "hog")]

    def _load(self, model: str) -> None:
        self.detectors = DetectorPool(model, self._device)
        self._spec = model

    def _shutdown(self) -> None:
        self.detectors = None


def tracking_settings() -> dict[str, dict[str, Any]]:
    """Every tracker's options with their defaults; the SDK looks for ``"botsort"`` by name."""
    names = [TRACKER, *sorted(name for name in TRACKERS if name != TRACKER)]
    return {name: _defaults(name) for name in names}


def _defaults(name: str) -> dict[str, Any]:
    own = {option.name: option.default for option in fields(TRACKERS[name].config_type)}
    stream = {option.name: option.default for option in fields(StreamConfig) if option.name not in OWN_CHOICE}
    return {"tracker": name, **own, **stream}


__all__ = ["LocalModel", "tracking_settings"]
