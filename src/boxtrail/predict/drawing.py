"""Pictures of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.errors import SinkError, require
from boxtrail.io.atomic import complete, partial_path, prepare
from boxtrail.io.colours import colour_of

if TYPE_CHECKING:
    from boxtrail.predict.prediction import Prediction

Picture = NDArray[np.uint8]


def draw_prediction(
    prediction: Prediction,
    image: Picture,
    *,
    color: tuple[int, int, int] | None,
    thickness: int | None,
    opacity: float,
    draw_tags: bool,
    fill_rectangles: bool,
) -> Picture:
    """The RGB image (H, W, 3) with outlines, filled by ``opacity``, and what they are if asked for."""
    cv2 = require("cv2", "video", "drawing predictions")
    from boxtrail.io.canvas import Pen
    from boxtrail.io.labels import Label, draw_labels

    canvas = np.ascontiguousarray(image[..., ::-1])
    pen = Pen.for_image(canvas)
    colours = _colours(prediction, color)
    outlines = _outlines(prediction)
    filled = canvas.copy()
    for outline, mask, colour in zip(outlines, _masks(prediction), colours, strict=True):
        if mask is not None:
            filled[mask] = colour
        elif fill_rectangles:
            cv2.fillPoly(filled, [outline], colour)
    canvas = cv2.addWeighted(filled, opacity, canvas, 1.0 - opacity, 0.0)
    for outline, colour in zip(outlines, colours, strict=True):
        cv2.polylines(canvas, [outline], True, colour, thickness or pen.line, cv2.LINE_AA)
    if draw_tags:
        boxes = prediction.boxes.tolist()
        texts = _texts(prediction)
        draw_labels(
            canvas, [Label(*row) for row in zip(boxes, texts, _short(prediction), colours, strict=True)], pen
        )
    return np.ascontiguousarray(canvas[..., ::-1])


def picture_path(
    prediction: Prediction, *, save: bool, save_path: str | Path | None, save_dir: str | Path | None
) -> Path | None:
    """Where the picture goes; a ``save_path`` without a suffix is a folder."""
    if save_path is not None and Path(save_path).suffix:
        return Path(save_path)
    folder = save_path if save_path is not None else save_dir
    if folder is None and not save:
        return None
    origin = prediction.name or prediction.path or prediction.image_id or prediction.video_id or "image"
    name = Path(str(origin)).stem
    if prediction.frame_index is not None:
        name += f"_{prediction.frame_index}"
    return Path(folder or ".") / f"vis_{name}.png"


def write_picture(path: Path, picture: Picture) -> None:
    """Write an RGB picture; the file has its name when it is whole.

    Raises:
        SinkError: if it cannot be written.
    """
    cv2 = require("cv2", "video", "writing pictures")
    path = prepare(path)
    try:
        done, encoded = cv2.imencode(path.suffix, picture[..., ::-1])
    except cv2.error as error:
        raise SinkError(f"cannot write {path}: {path.suffix} is no kind of image OpenCV knows") from error
    if not done:
        raise SinkError(f"cannot write {path}: OpenCV refuses")
    partial = partial_path(path)
    try:
        partial.write_bytes(encoded.tobytes())
    except OSError as error:
        raise SinkError(f"cannot write {path}: {error.strerror or error}") from error
    complete(partial, path)


def _colours(prediction: Prediction, color: tuple[int, int, int] | None) -> list[tuple[int, int, int]]:
    """BGR: the one asked for, else one a track, else one a class."""
    if color is not None:
        red, green, blue = color
        return [(blue, green, red)] * len(prediction)
    numbers = prediction.class_idxs if prediction.track_ids is None else prediction.track_ids
    return [colour_of(int(number)) for number in numbers]


def _outlines(prediction: Prediction) -> list[NDArray[np.int32]]:
    if prediction.oriented is not None:
        return [np.round(outline).astype(np.int32) for outline in corners(prediction.oriented)]
    return [
        np.round(np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])).astype(np.int32)
        for x1, y1, x2, y2 in prediction.boxes
    ]


def _masks(prediction: Prediction) -> list[Any]:
    return prediction.masks or [None] * len(prediction)


def _texts(prediction: Prediction) -> list[str]:
    """``person 7 0.93``; OpenCV's fonts have no letter outside ASCII."""
    return [
        f"{name.encode('ascii', 'replace').decode()} {short} {score:.2f}".replace("  ", " ")
        for name, short, score in zip(
            prediction.classes, _short(prediction), prediction.scores.tolist(), strict=True
        )
    ]


def _short(prediction: Prediction) -> list[str]:
    """The track id, where there is one."""
    if prediction.track_ids is None:
        return [""] * len(prediction)
    return [str(track_id) for track_id in prediction.track_ids.tolist()]


__all__ = ["draw_prediction", "picture_path", "write_picture"]
