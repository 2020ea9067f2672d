"""The demo film: people walk across a plaza, and for every frame it is known who is where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo import figure
from boxtrail.demo.camera import GroundCamera, plaza_camera
from boxtrail.demo.cast import Walker, cast_walkers
from boxtrail.demo.layers import lay_over
from boxtrail.demo.plaza import SHADOW, SUN, build_plaza
from boxtrail.demo.props import Prop
from boxtrail.demo.truth import TruePerson

_PHASES = 24  # drawings of one stride
_NOISE = 2.2  # spread of the sensor noise in grey levels


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """One picture of the film and its truth."""

    index: int
    image: NDArray[np.uint8]  # (H, W, 3) BGR
    people: tuple[TruePerson, ...]


class _Wardrobe:
    """The drawings of each person, made when first needed, in full, half and quarter size."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._artists: dict[int, figure.FigureArtist] = {}
        self._drawings: dict[tuple[int, int, int], tuple[NDArray[np.uint8], ...]] = {}

    def drawing(
        self, walker: Walker, phase: float, swing: float, scale: float
    ) -> tuple[NDArray[np.uint8], float]:
        """The drawing nearest to ``phase`` with its size, at most twice the size that ``scale`` asks for."""
        step = round(phase / (2.0 * math.pi) * _PHASES) % _PHASES
        key = (walker.person_id, step, round(swing * 4))
        if key not in self._drawings:
            self._drawings[key] = self._draw(walker, step, key[2] / 4.0)
        level = min(2, max(0, math.floor(-math.log2(max(scale, 1e-3)))))
        return self._drawings[key][level], 0.5**level

    def _draw(self, walker: Walker, step: int, swing: float) -> tuple[NDArray[np.uint8], ...]:
        if walker.person_id not in self._artists:
            rng = np.random.default_rng((self._seed, walker.person_id))
            self._artists[walker.person_id] = figure.FigureArtist(walker.looks, rng)
        full = self._artists[walker.person_id].draw(step / _PHASES * 2.0 * math.pi, swing)
        if walker.direction < 0:
            full = np.ascontiguousarray(full[:, ::-1])
        half, quarter = (
            cv2.resize(full, None, fx=f, fy=f, interpolation=cv2.INTER_AREA) for f in (0.5, 0.25)
        )
        return full, half, quarter

    def forget(self, person_id: int) -> None:
        """Drop the drawings of someone who has left for good."""
        for key in [key for key in self._drawings if key[0] == person_id]:
            del self._drawings[key]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A person placed in the picture for one frame."""

    walker: Walker
    x: float  # metres
    depth: float  # metres
    sprite: NDArray[np.uint8]  # at its final size
    corner: tuple[int, int]  # column, row


class PlazaScene:
    """A film of ``seconds`` seconds at ``fps`` frames a second; the same ``seed`` gives the same film."""

    def __init__(
        self, *, seed: int = 0, seconds: float = 20.0, width: int = 1280, height: int = 720, fps: float = 25.0
    ) -> None:
        self.seed, self.fps, self.width, self.height = seed, fps, width, height
        self.num_frames = max(1, round(seconds * fps))
        rng = np.random.default_rng(seed)
        self._camera: GroundCamera = plaza_camera(width, height)
        self._plaza = build_plaza(rng, self._camera)
        self.walkers = cast_walkers(rng, seconds, width / height)

    def __len__(self) -> int:
        return self.num_frames

    def __iter__(self) -> Iterator[SceneFrame]:
        """Render the frames one after the other; each iteration begins anew."""
        rng = np.random.default_rng((self.seed, 1))
        grain = rng.normal(128.0, _NOISE, (self.height + 64, self.width + 64, 3))
        noise = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.5).round(), dtype=np.uint8)
        wardrobe = _Wardrobe(self.seed)
        for index in range(self.num_frames):
            seconds = index / self.fps
            image, people = self._render(seconds, wardrobe)
            yield SceneFrame(index, self._expose(image, seconds, noise, rng), people)

    def _render(
        self, seconds: float, wardrobe: _Wardrobe
    ) -> tuple[NDArray[np.uint8], tuple[TruePerson, ...]]:
        picture = self._plaza.picture.copy()
        standing = []
        for walker in self.walkers:
            position = walker.position(seconds)
            if position is not None:
                standing.append(self._place(walker, position, seconds, wardrobe))
            elif seconds > walker.enters:
                wardrobe.forget(walker.person_id)
        for person in standing:
            self._cast_shadow(picture, person)
        owners = np.zeros(picture.shape[:2], np.uint16)  # whose pixel it is, 0 for nobody's
        things: list[_Standing | Prop] = [*standing, *self._plaza.props]
        for thing in sorted(things, key=lambda thing: -thing.depth):
            if isinstance(thing, Prop):
                self._stand_before(picture, owners, thing)
            else:
                touched = lay_over(picture, self._lit(thing), *thing.corner)
                _own(owners, touched, thing.sprite, thing.corner, thing.walker.person_id)
        people = [self._truth(person, owners) for person in standing]
        return picture, tuple(person for person in people if person is not None)

    def _stand_before(self, picture: NDArray[np.uint8], owners: NDArray[np.uint16], prop: Prop) -> None:
        """Paste the prop again over whoever is behind it; elsewhere the still picture has it already."""
        left, top = prop.corner
        height, width = prop.sprite.shape[:2]
        if owners[max(0, top) : top + height, max(0, left) : left + width].any():
            _own(owners, prop.paste(picture), prop.sprite, prop.corner, 0)

    def _place(
        self, walker: Walker, position: tuple[float, float], seconds: float, wardrobe: _Wardrobe
    ) -> _Standing:
        """Resize the walker's drawing so that the body has its height and the soles stand on the ground."""
        x, depth = position
        body = walker.height * self._camera.scale(depth)
        scale = body / figure.BODY_HEIGHT
        phase = walker.phase + 2.0 * math.pi * walker.walked(seconds) / (figure.STRIDE_LENGTH * walker.height)
        drawing, size = wardrobe.drawing(walker, phase, walker.swing(seconds), scale)
        u, v = self._camera.project(x, depth)
        left, top = u - figure.SPRITE_WIDTH / 2.0 * scale, v - figure.FEET_ROW * scale
        corner = (math.floor(left), math.floor(top))
        zoom = scale / size
        matrix = np.array([[zoom, 0.0, left - corner[0]], [0.0, zoom, top - corner[1]]])
        box = (math.ceil(figure.SPRITE_WIDTH * scale) + 1, math.ceil(figure.SPRITE_HEIGHT * scale) + 1)
        sprite = np.asarray(cv2.warpAffine(drawing, matrix, box, flags=cv2.INTER_LINEAR), dtype=np.uint8)
        return _Standing(walker, x, depth, sprite, corner)

    def _light_at(self, person: _Standing) -> float:
        u, v = self._camera.project(person.x, person.depth)
        row, column = min(self.height - 1, round(v)), min(self.width - 1, max(0, round(u)))
        return float(self._plaza.light[row, column])

    def _lit(self, person: _Standing) -> NDArray[np.uint8]:
        """The person as bright as the place where it stands; in the shade less dark than the ground."""
        light = 1.0 - 0.75 * (1.0 - self._light_at(person))
        return np.asarray(cv2.multiply(person.sprite, (light, light, light, 1.0)), dtype=np.uint8)

    def _cast_shadow(self, picture: NDArray[np.uint8], person: _Standing) -> None:
        """Darken the ground away from the sun by the outline of the body, unless it is in shade already."""
        strength = (1.0 - SHADOW) * (self._light_at(person) - SHADOW) / (1.0 - SHADOW)
        if strength <= 0.02:
            return
        metre = self._camera.scale(person.depth)
        foot = np.array(self._camera.project(person.x, person.depth))
        up = (np.array(self._camera.project(person.x + SUN[0], person.depth + SUN[1])) - foot) / metre
        height, width = person.sprite.shape[:2]
        feet = np.array([foot[0] - person.corner[0], foot[1] - person.corner[1]])
        reach = round(up[0] * height) + 16
        box = (width + reach, round(-up[1] * height) + 16)
        matrix = np.array(
            [[1.0, -up[0], up[0] * feet[1] + 8.0], [0.0, -up[1], up[1] * feet[1] + box[1] - 8.0]]
        )
        cover = cv2.warpAffine(
            np.ascontiguousarray(person.sprite[..., 3]), matrix, box, flags=cv2.INTER_LINEAR
        )
        soft = cv2.GaussianBlur(cover, (0, 0), max(0.8, metre * 0.02))
        shade = np.zeros((box[1], box[0], 4), np.uint8)
        shade[..., 3] = cv2.convertScaleAbs(soft, alpha=strength)
        lay_over(picture, shade, round(foot[0] - feet[0] - 8.0), round(foot[1] - box[1] + 8.0))

    def _truth(self, person: _Standing, owners: NDArray[np.uint16]) -> TruePerson | None:
        body = person.sprite[..., 3] > 127
        rows, columns = np.flatnonzero(body.any(axis=1)), np.flatnonzero(body.any(axis=0))
        if rows.size == 0:
            return None
        left, top = person.corner
        x1, x2 = max(0, left + columns[0]), min(self.width, left + columns[-1] + 1)
        y1, y2 = max(0, top + rows[0]), min(self.height, top + rows[-1] + 1)
        if x2 - x1 < 2 or y2 - y1 < 2:
            return None
        shown = np.count_nonzero(owners[y1:y2, x1:x2] == person.walker.person_id)
        visibility = min(1.0, shown / np.count_nonzero(body))
        return TruePerson(
            person.walker.person_id, (float(x1), float(y1), float(x2), float(y2)), float(visibility)
        )

    def _expose(
        self, image: NDArray[np.uint8], seconds: float, noise: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Light that drifts as thin clouds pass, and fresh sensor noise in every frame."""
        gain = (
            1.0
            + 0.03 * math.sin(2.0 * math.pi * seconds / 13.0)
            + 0.012 * math.sin(2.0 * math.pi * seconds / 3.7)
        )
        row, column = rng.integers(0, 64, 2)
        window = noise[row : row + self.height, column : column + self.width]
        return np.asarray(cv2.addWeighted(image, gain, window, 1.0, -128.0), dtype=np.uint8)


def _own(
    owners: NDArray[np.uint16],
    touched: tuple[slice, slice] | None,
    sprite: NDArray[np.uint8],
    corner: tuple[int, int],
    number: int,
) -> None:
    """Note ``number`` in ``owners`` where the sprite, laid at ``corner``, covers the ``touched`` part."""
    if touched is not None:
        (rows, columns), (left, top) = touched, corner
        cover = sprite[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, 3]
        owners[rows, columns][cover > 127] = number


__all__ = ["PlazaScene", "SceneFrame"]
