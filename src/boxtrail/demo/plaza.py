"""The still part of the scene: houses, paving seen in perspective, and the shadows that do not move."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.camera import GroundCamera
from boxtrail.demo.facade import facade
from boxtrail.demo.props import Prop, advertising_column, tree
from boxtrail.demo.textures import bgr, paving

WALL_DEPTH = 21.0  # metres from the camera to the houses
SUN = (0.62, 0.42)  # metres right and away that a point's shadow falls, for each metre of its height
SHADOW = 0.56  # what is left of the light in full shadow
_TEXELS = 60  # of the ground texture, a metre
_HALF_WIDTH = 18.0  # metres of ground to each side of the middle


@dataclass(frozen=True, slots=True)
class Plaza:
    """The background picture, the light that reaches the ground, and the things people walk behind."""

    picture: NDArray[np.uint8]  # (H, W, 3) BGR
    light: NDArray[np.float32]  # (H, W), 1 in the sun, SHADOW in the shade
    props: tuple[Prop, ...]


def _ground_texture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """The plaza from above, row 0 at depth 0: slabs, granite bands and a round inlay."""
    height, width = round(WALL_DEPTH * 1.02 * _TEXELS), round(2 * _HALF_WIDTH * _TEXELS)
    ground = paving(rng, height, width, round(0.6 * _TEXELS), (152, 166, 176))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x_metres, depth = x / _TEXELS - _HALF_WIDTH, y / _TEXELS
    band = (np.abs((x_metres % 5.76) - 2.88) < 0.36) | (np.abs(((depth + 1.0) % 5.76) - 2.88) < 0.36)
    ring = np.hypot(x_metres - 1.0, depth - 11.9)
    inlay = (np.abs(ring - 3.1) < 0.3) | (np.abs(ring - 1.5) < 0.24) | (ring < 0.45)
    ground *= np.where(band, 0.8, 1.0)[..., None]
    ground *= np.where(inlay[..., None], bgr((0.74, 0.72, 0.8)), 1.0)
    kerb = depth > WALL_DEPTH - 1.8
    ground[kerb] = ground[kerb] * 0.45 + bgr((176, 178, 180)) * 0.5
    ground[np.abs(depth - (WALL_DEPTH - 1.8)) < 0.09] = (96, 98, 100)
    return np.asarray(np.clip(ground, 0, 255), dtype=np.uint8)


def _ground_view(camera: GroundCamera, texture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The ground texture as the camera sees it, sampled at twice the size to keep far joints smooth."""
    to_metres = np.array([[1 / _TEXELS, 0, -_HALF_WIDTH], [0, 1 / _TEXELS, 0], [0, 0, 1]])
    double = np.diag([2.0, 2.0, 1.0])
    matrix = double @ camera.ground_homography() @ to_metres
    size = (camera.width * 2, camera.height * 2)
    view = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(
        cv2.resize(view, (camera.width, camera.height), interpolation=cv2.INTER_AREA), np.float32
    )


def _cast_shadow(light: NDArray[np.float32], camera: GroundCamera, prop: Prop) -> None:
    """Lay the prop's outline on the ground, away from the sun."""
    metre = camera.scale(prop.depth)
    foot = np.array(camera.project(prop.x, prop.depth))
    tip = np.array(camera.project(prop.x + SUN[0], prop.depth + SUN[1]))
    up = (tip - foot) / metre
    matrix = np.array(
        [
            [1.0, -up[0], foot[0] - prop.foot[0] + up[0] * prop.foot[1]],
            [0.0, -up[1], foot[1] + up[1] * prop.foot[1]],
        ]
    )
    cover = cv2.warpAffine(prop.sprite[..., 3], matrix, (camera.width, camera.height), flags=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(cover.astype(np.float32) / 255.0, (0, 0), metre * 0.035)
    np.minimum(light, 1.0 - (1.0 - SHADOW) * soft, out=light)


def _corner_shade(light: NDArray[np.float32], camera: GroundCamera) -> None:
    """The soft edge of a tall house's shadow over the near left corner, outside the picture."""
    corners = [
        camera.project(x, depth)
        for x, depth in ((-9.0, 3.0), (0.2, 3.0), (-2.2, 8.6), (-7.2, 9.6), (-20.0, 12.5))
    ]
    mask = np.zeros(light.shape, np.float32)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), camera.height / 90.0)
    np.minimum(light, 1.0 - (1.0 - SHADOW) * soft, out=light)


def build_plaza(rng: np.random.Generator, camera: GroundCamera) -> Plaza:
    """Paint the whole still scene once."""
    floor = round(camera.project(0.0, WALL_DEPTH)[1])
    picture = _ground_view(camera, _ground_texture(rng))
    light = np.ones((camera.height, camera.width), np.float32)
    props = (tree(rng, camera, x=-3.9, depth=10.4), advertising_column(rng, camera, x=2.4, depth=13.8))
    for prop in props:
        _cast_shadow(light, camera, prop)
    _corner_shade(light, camera)
    light[:floor] = 1.0
    picture *= light[..., None]
    picture[:floor] = facade(rng, camera.width, floor, camera.scale(WALL_DEPTH))
    rows = np.arange(camera.height, dtype=np.float32)[:, None]
    picture *= (1.0 - 0.25 * np.exp(-np.abs(rows - floor) / (camera.height * 0.012)))[..., None]
    y, x = np.mgrid[-1.0 : 1.0 : camera.height * 1j, -1.0 : 1.0 : camera.width * 1j]
    picture *= (1.0 - 0.16 * np.clip(x * x + y * y - 0.45, 0.0, 1.55)).astype(np.float32)[..., None]
    finished = np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)
    for prop in sorted(props, key=lambda prop: -prop.depth):
        prop.paste(finished)
    return Plaza(finished, light, props)
