"""What ``ModelAPI`` asks of a model, wherever it runs."""

from __future__ import annotations

from typing import Any, Protocol

from boxtrail.predict.session import Work

# What names a thing on the platform, instead of an input.
TARGETS = (
    "image_id",
    "image_ids",
    "video_id",
    "video_ids",
    "dataset_id",
    "dataset_ids",
    "project_id",
    "project_ids",
)

# What is done there with the results.
UPLOADING = ("upload_mode", "iou_merge_threshold", "output_project_id", "model_prediction_suffix")


class Model(Protocol):
    """A model in this process, behind an address, or on the platform."""

    def start(self, input: Any, **arguments: Any) -> Work:
        """Predictions of ``input``; the arguments are those of :meth:`boxtrail.predict.ModelAPI.predict`."""
        ...

    def ask(self, what: str, **arguments: Any) -> Any:
        """One of the calls that tell of the model, by the name :class:`boxtrail.predict.ModelAPI` has for it."""
        ...


__all__ = ["TARGETS", "UPLOADING", "Model"]
