"""Telling from names and shapes which family of network an ONNX file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boxtrail.detectors.onnx_heads import grid_sizes

Shape = tuple[int, ...]

_MOST_QUERIES = 1000  # heads without NMS give some hundred rows; grids of the smallest inputs give more


def find_head(
    outputs: Sequence[tuple[str, Shape]], size: tuple[int, int], metadata: Mapping[str, str]
) -> tuple[str, list[int]] | None:
    """The name of the head in ``HEADS`` and which outputs it reads, in its order; None if unknown.

    Args:
        outputs: name and shape, batch axis included, of each output.
        size: width and height of the network's input.
        metadata: what the exporter wrote into the file.
    """
    shapes = [shape for _, shape in outputs]
    names = [name.lower() for name, _ in outputs]
    triple = _labels_boxes_scores(names, shapes)
    if triple is not None:
        return "detr-labels", triple
    if len(shapes) >= 2 and _logits_and_boxes(shapes[:2]):
        return "detr", [0, 1]
    if shapes and len(shapes[0]) == 3:
        head = _single(shapes[0], size, metadata)
        return None if head is None else (head, [0])
    return None


def _labels_boxes_scores(names: list[str], shapes: list[Shape]) -> list[int] | None:
    """Positions of labels (B, N), boxes (B, N, 4) and scores (B, N)."""
    found = []
    for word, axes in (("label", 2), ("box", 3), ("score", 2)):
        matching = [i for i, name in enumerate(names) if word in name and len(shapes[i]) == axes]
        if len(matching) != 1:
            return None
        found.append(matching[0])
    return found if shapes[found[1]][-1] == 4 else None


def _logits_and_boxes(shapes: list[Shape]) -> bool:
    first, second = shapes
    return len(first) == 3 and len(second) == 3 and first[1] == second[1] and 4 in (first[2], second[2])


def _single(shape: Shape, size: tuple[int, int], metadata: Mapping[str, str]) -> str | None:
    """The head of one output (B, rows, columns) or (B, columns, rows)."""
    _, rows, columns = shape
    obb = metadata.get("task") == "obb"
    cells = grid_sizes(size)
    anchors = tuple(3 * count for count in cells)
    if columns in cells and rows >= 5:
        return "yolov8-obb" if obb else "yolov8"
    if rows in cells and columns >= 6:
        return "yolox"
    if rows in anchors and columns >= 6:
        return "yolov5"
    if rows <= _MOST_QUERIES and columns >= 5 and not (columns > rows and columns > _MOST_QUERIES):
        return _queries(columns, metadata, obb=obb)
    if columns > rows >= 5:
        return "yolov8-obb" if obb else "yolov8"
    return "yolov5" if rows > columns >= 6 else None


def _queries(columns: int, metadata: Mapping[str, str], *, obb: bool) -> str | None:
    """The head of some hundred rows that are objects already."""
    description = metadata.get("description", "").lower().replace("-", "")
    if "rtdetr" in description:
        return "detr-scores"
    if obb and columns == 7:
        return "yolov10-obb"
    if columns == 6 or metadata.get("task") in ("segment", "pose"):
        return "yolov10"
    return "detr-scores"
