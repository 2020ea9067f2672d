"""Drawing tracks: boxes, names and trails, with one colour an id; and sheets of several images."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.io.colours import colour_of
from boxtrail.results import TrackResults

if TYPE_CHECKING:
    from boxtrail.io.labels import Label

LONGEST_GAP = 5  # drawn frames a track may be away before its trail starts anew


class TrackPainter:
    """Draws the tracks of successive frames and remembers where they were.

    ``class_names`` are shown before the id; ``trail_length`` is in drawn frames, 0 for none; ``track_name`` gives the
    name of a track id, which is shown in their place, or None.
    """

    def __init__(
        self,
        class_names: Mapping[int, str] | None = None,
        *,
        trail_length: int = 30,
        track_name: Callable[[int], str | None] | None = None,
    ) -> None:
        self._track_name = track_name
        self._class_names = {label: _drawable(name) for label, name in (class_names or {}).items()}
        self._trail_length = trail_length
        self._trails: dict[int, deque[tuple[float, float, int]]] = {}  # x, y, step
        self._step = 0

    def draw(self, image: NDArray[np.uint8], tracks: TrackResults) -> NDArray[np.uint8]:
        """A new image (H, W, 3) uint8 BGR with ``tracks`` on a copy of ``image``; dashed boxes are coasting.

        Raises:
            MissingExtraError: if OpenCV is not installed.
        """
        canvas = np.array(image, order="C")
        self.draw_onto(canvas, tracks)
        return canvas

    def draw_onto(self, image: NDArray[np.uint8], tracks: TrackResults) -> None:
        """As :meth:`draw`, into ``image`` itself, which must be contiguous."""
        from boxtrail.io import canvas, labels

        self._remember(tracks)
        pen = canvas.Pen.for_image(image)
        canvas.draw_trails(image, self._fading_trails(tracks), pen)
        if not len(tracks):
            return
        # Whoever stands lower in the image is nearer the camera, and drawn last.
        order = np.argsort(tracks.xyxy[:, 3], kind="stable")
        tracks = TrackResults(tracks[order])
        outlines = corners(tracks.xywha) if tracks.is_obb else None
        boxes, coasting = tracks.xyxy.tolist(), (tracks.det_ind < 0).tolist()
        for row, track_id in enumerate(tracks.id.tolist()):
            colour = colour_of(track_id)
            if outlines is None:
                canvas.draw_box(image, boxes[row], colour, pen, dashed=coasting[row])
            else:
                canvas.draw_outline(image, outlines[row], colour, pen, dashed=coasting[row])
                canvas.draw_arrow(image, outlines[row], colour, pen)
        # The nearest choose the place of their label first.
        labels.draw_labels(image, self._labels(tracks)[::-1], pen)

    def remember(self, tracks: TrackResults) -> None:
        """A frame that is not drawn: only its place in the trails."""
        self._remember(tracks)

    def reset(self) -> None:
        """Forget the trails."""
        self._trails.clear()
        self._step = 0

    def _labels(self, tracks: TrackResults) -> list[Label]:
        from boxtrail.io.labels import Label

        labels = []
        columns = (tracks.xyxy, tracks.id, tracks.cls, tracks.conf)
        for box, track_id, cls, conf in zip(*(column.tolist() for column in columns), strict=True):
            known = None if self._track_name is None else self._track_name(track_id)
            short = str(track_id) if known is None else _drawable(known)
            if not any(map(str.isalnum, short)):  # two people of another script shall not look alike
                short = f"{track_id} {short}"
            name = self._class_names.get(cls, "") if known is None else ""
            labels.append(Label(box, f"{name} {short} {conf:.2f}".lstrip(), short, colour_of(track_id)))
        return labels

    def _remember(self, tracks: TrackResults) -> None:
        if not self._trail_length:
            return
        oldest = self._step - self._trail_length
        for track_id in [key for key, trail in self._trails.items() if trail[-1][2] < oldest]:
            del self._trails[track_id]
        for track_id, (x, y) in zip(tracks.id.tolist(), _anchors(tracks).tolist(), strict=True):
            trail = self._trails.setdefault(track_id, deque(maxlen=self._trail_length + 1))
            if trail and self._step - trail[-1][2] > LONGEST_GAP:
                trail.clear()
            trail.append((x, y, self._step))
        self._step += 1

    def _fading_trails(self, tracks: TrackResults) -> list[tuple[NDArray[np.float64], tuple[int, int, int]]]:
        """(K, 3) ``x, y, strength`` of every track in this frame that has moved."""
        trails = []
        for track_id in tracks.id.tolist():
            points = self._trails.get(track_id)
            if points is None or len(points) < 2:
                continue
            ends = points[0], points[-1]
            # Every other point is enough to look smooth; always the same ones, so that a trail lies still.
            trail = np.array([p for p in points if p[2] % 2 == 0 or p in ends], dtype=np.float64)
            age = (self._step - 1 - trail[:, 2]) / self._trail_length
            trail[:, 2] = np.maximum(1.0 - age, 0.0)
            trails.append((trail, colour_of(track_id)))
        return trails


def _drawable(name: str) -> str:
    """OpenCV's fonts have no letter outside ASCII: "Ümit" is drawn as "Umit", other scripts as "????"."""
    apart = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode()


def contact_sheet(
    images: Sequence[NDArray[np.uint8]], columns: int = 3, captions: Sequence[str] | None = None
) -> NDArray[np.uint8]:
    """The images in rows of ``columns``, each with its caption below, as one image (H, W, 3) uint8 BGR.

    All cells have the size of the first image; others are scaled to fit, in proportion.

    Raises:
        ValueError: if there is no image, or not one caption an image.
        MissingExtraError: if OpenCV is not installed.
    """
    from boxtrail.io import canvas

    if not images or columns < 1:
        raise ValueError("a contact sheet needs at least one image and one column")
    if captions is not None and len(captions) != len(images):
        raise ValueError(f"{len(images)} images need as many captions, not {len(captions)}")
    return canvas.compose_sheet(images, min(columns, len(images)), captions)


def _anchors(tracks: TrackResults) -> NDArray[np.float64]:
    """(M, 2) the point a trail follows: the feet of an upright box, the middle of an oriented one."""
    if tracks.is_obb:
        return tracks.xywh[:, :2]
    boxes = tracks.xyxy
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]])


__all__ = ["TrackPainter", "contact_sheet"]
