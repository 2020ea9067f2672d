"""Predictions beside what is there already: classes of a project, and objects of an image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.colours import hex_colour
from boxtrail.predict.annotation import CONFIDENCE_TAG, objects_of


def merged_meta(meta: Mapping[str, Any], annotations: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """``ProjectMeta`` JSON with the classes of the annotations and the tag for scores; None if it has them all."""
    classes, tags = list(meta.get("classes", [])), list(meta.get("tags", []))
    known = {entry["title"] for entry in classes}
    shapes = {title: shape for annotation in annotations for title, shape in _shapes(annotation)}
    missing = {title: shape for title, shape in shapes.items() if title not in known}
    for title, shape in missing.items():
        classes.append({"title": title, "shape": shape, "color": hex_colour(len(classes))})
    has_tag = any(tag["name"] == CONFIDENCE_TAG for tag in tags)
    if not missing and has_tag:
        return None
    if not has_tag:
        tags.append({"name": CONFIDENCE_TAG, "value_type": "any_number"})
    return {**meta, "classes": classes, "tags": tags}


def without_known(
    annotation: Mapping[str, Any], existing: Mapping[str, Any], threshold: float
) -> dict[str, Any]:
    """The annotation without objects that ``existing`` has: same class and geometry, IoU of the boxes from
    ``threshold`` on."""
    if not existing.get("objects") or not annotation["objects"]:
        return dict(annotation)
    boxes, _, classes, _ = objects_of(annotation)
    others, _, their_classes, _ = objects_of(existing)
    alike = np.array([[mine == theirs for theirs in their_classes] for mine in classes])
    kinds, their_kinds = ([_kind(entry) for entry in one["objects"]] for one in (annotation, existing))
    alike &= np.array([[mine == theirs for theirs in their_kinds] for mine in kinds])
    is_known = np.any(alike & (_overlaps(boxes, others) >= threshold), axis=1)
    kept = [entry for entry, known in zip(annotation["objects"], is_known, strict=True) if not known]
    return {**annotation, "objects": kept}


def _shapes(annotation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Class and shape of every object; those of videos have the shape of their figures."""
    if "frames" not in annotation:
        return [(entry["classTitle"], _kind(entry)) for entry in annotation["objects"]]
    by_key = {
        figure["objectKey"]: figure["geometryType"]
        for frame in annotation["frames"]
        for figure in frame["figures"]
    }
    return [(entry["classTitle"], by_key.get(entry["key"], "any")) for entry in annotation["objects"]]


def _kind(entry: Mapping[str, Any]) -> str:
    kind = entry.get("geometryType") or entry.get("shape")
    return str(kind or ("bitmap" if "bitmap" in entry else "rectangle"))


def _overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) IoU; the platform's boxes hold their last pixel, so that a box of one point has an area."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(high - low + 1.0, 0.0, None), axis=2)
    areas, their_areas = (np.prod(one[:, 2:] - one[:, :2] + 1.0, axis=1) for one in (boxes, others))
    overlaps: NDArray[np.float64] = shared / (areas[:, None] + their_areas[None, :] - shared)
    return overlaps


__all__ = ["merged_meta", "without_known"]
