"""The Supervisely platform, through its own package."""

from __future__ import annotations

import importlib.util
from typing import Any


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


__all__ = ["sdk_annotation"]
