"""A walking person, drawn: joints from the phase of the stride, limbs as shaded, textured shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.textures import Colour, Texture, cloth, filled

SPRITE_HEIGHT = 288  # pixels of a whole canvas; a body is BODY_HEIGHT of them
SPRITE_WIDTH = 216
BODY_HEIGHT = 256.0
FEET_ROW = 276.0  # where the soles stand on the canvas
STRIDE_LENGTH = 0.84  # of the body height, for a full cycle of two steps


@dataclass(frozen=True, slots=True)
class Looks:
    """What a person wears and is built like. Colours are BGR, 0 to 255."""

    skin: Colour
    hair: Colour
    top: Colour
    accent: Colour
    pattern: str  # of the top, one of CLOTH_PATTERNS
    trousers: Colour
    shoes: Colour
    girth: float  # 0.85 slender to 1.2 broad
    coat: bool  # the top reaches the knees
    bag: str  # "", "backpack" or "shoulder"
    hat: bool
    bag_colour: Colour


@dataclass(frozen=True, slots=True)
class Pose:
    """Joints of the body in canvas pixels, near side and far side."""

    hip: tuple[float, float]
    shoulder: tuple[float, float]
    head: tuple[float, float]
    legs: tuple[tuple[tuple[float, float], ...], ...]  # hip, knee, ankle, toe; far then near
    arms: tuple[tuple[tuple[float, float], ...], ...]  # shoulder, elbow, hand; far then near


def _along(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    """The end of a limb that hangs from ``start``; angle 0 points down, positive swings forward (right)."""
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def _leg(
    hip: tuple[float, float], phase: float, swing: float, unit: float
) -> tuple[tuple[float, float], ...]:
    """Hip, knee, ankle and toe; the knee bends while the leg swings forward."""
    thigh = 0.44 * swing * math.sin(phase) + 0.06 * swing
    bend = swing * (0.12 + 0.85 * max(0.0, math.cos(phase)) ** 1.5)
    knee = _along(hip, thigh, 0.245 * unit)
    ankle = _along(knee, thigh - bend, 0.235 * unit)
    toe = _along(ankle, math.pi / 2 - 0.9 * max(0.0, bend - 0.3) + 0.25 * max(0.0, thigh - 0.2), 0.075 * unit)
    return hip, knee, ankle, toe


def _arm(
    shoulder: tuple[float, float], phase: float, swing: float, unit: float
) -> tuple[tuple[float, float], ...]:
    """Shoulder, elbow and hand; arms swing against the legs."""
    upper = -0.42 * swing * math.sin(phase)
    elbow = _along(shoulder, upper, 0.175 * unit)
    return shoulder, elbow, _along(elbow, upper + 0.22 + 0.18 * swing, 0.165 * unit)


def pose(phase: float, swing: float) -> Pose:
    """The body at ``phase`` radians of its stride, facing right; ``swing`` 1 walks, 0 stands."""
    unit, x = BODY_HEIGHT, SPRITE_WIDTH / 2.0
    hip = (x, FEET_ROW - 0.5 * unit)
    legs = tuple(
        _leg((hip[0] + side, hip[1]), phase + turn, swing, unit)
        for side, turn in ((2.0, math.pi), (-2.0, 0.0))
    )
    drop = FEET_ROW - 0.035 * unit - max(max(ankle[1], toe[1] - 1.0) for _, _, ankle, toe in legs)

    def down(joints: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return tuple((jx, jy + drop) for jx, jy in joints)

    lean = 0.035 * swing
    shoulder = (x + lean * 0.3 * unit, hip[1] - 0.305 * unit)
    head = (x + lean * 0.46 * unit + 2.0, hip[1] - 0.432 * unit)
    arms = tuple(
        _arm((shoulder[0] + side, shoulder[1] + 8.0), phase + turn, swing, unit)
        for side, turn in ((5.0, math.pi), (-4.0, 0.0))
    )
    (hip, shoulder, head) = down((hip, shoulder, head))
    return Pose(hip, shoulder, head, tuple(map(down, legs)), tuple(map(down, arms)))


class _Canvas:
    """A picture, premultiplied by its coverage, onto which shaded parts are laid one over the other."""

    def __init__(self) -> None:
        self.colour = np.zeros((SPRITE_HEIGHT, SPRITE_WIDTH, 3), np.float32)
        self.cover = np.zeros((SPRITE_HEIGHT, SPRITE_WIDTH), np.float32)

    def lay(
        self, mask: NDArray[np.uint8], surface: Texture, *, light: float = 1.0, depth: float = 3.0
    ) -> None:
        """Add a part: rounded by its own relief, lit from the upper left, with a soft shadow around it."""
        left, top, width, height = cv2.boundingRect(mask)
        roi = np.s_[max(0, top - 14) : top + height + 14, max(0, left - 14) : left + width + 14]
        cover = mask[roi].astype(np.float32) / 255.0
        relief = cv2.GaussianBlur(cover, (0, 0), depth)
        dx = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3)
        dy = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3)
        shade = light * np.clip(0.98 + 0.55 * dx + 0.35 * dy, 0.55, 1.35)
        contact = np.roll(cv2.GaussianBlur(cover, (0, 0), 4.0), (2, 2), axis=(0, 1))
        below = self.colour[roi] * (1.0 - 0.4 * contact * (1.0 - cover))[..., None] * (1.0 - cover)[..., None]
        self.colour[roi] = below + surface[roi] * (shade * cover)[..., None]
        self.cover[roi] = self.cover[roi] * (1.0 - cover) + cover


def _blank() -> NDArray[np.uint8]:
    return np.zeros((SPRITE_HEIGHT, SPRITE_WIDTH), np.uint8)


def _fixed(points: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> NDArray[np.int32]:
    """Points in sixteenths of a pixel, as OpenCV's ``shift=4`` wants them."""
    return np.round(np.asarray(points, np.float64) * 16.0).astype(np.int32)


def _capsule(
    mask: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float], r0: float, r1: float
) -> None:
    """A tapering limb with round ends, into ``mask``."""
    for centre, radius in ((start, r0), (end, r1)):
        cv2.circle(mask, _fixed([centre])[0].tolist(), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    nx, ny = -math.sin(angle), math.cos(angle)
    quad = [
        (p[0] + s * r * nx, p[1] + s * r * ny)
        for p, r, s in ((start, r0, 1), (end, r1, 1), (end, r1, -1), (start, r0, -1))
    ]
    cv2.fillPoly(mask, [_fixed(quad)], 255, cv2.LINE_AA, 4)


def _ellipse(
    mask: NDArray[np.uint8], centre: tuple[float, float], axes: tuple[float, float], angle: float = 0.0
) -> None:
    cx, cy = _fixed([centre])[0].tolist()
    cv2.ellipse(
        mask, (cx, cy), (round(axes[0] * 16), round(axes[1] * 16)), angle, 0, 360, 255, -1, cv2.LINE_AA, 4
    )


class FigureArtist:
    """Draws one person in any phase of the stride; cloth is woven once, so that it stays with the body."""

    def __init__(self, looks: Looks, rng: np.random.Generator) -> None:
        self.looks = looks
        shape = (SPRITE_HEIGHT, SPRITE_WIDTH)
        self._top = cloth(rng, shape, looks.pattern, looks.top, looks.accent)
        self._trousers = cloth(rng, shape, "plain", looks.trousers, looks.trousers)
        self._bag = cloth(rng, shape, "plain", looks.bag_colour, looks.bag_colour)
        self._skin = filled(*shape, looks.skin)
        self._hair = cloth(rng, shape, "plain", looks.hair, looks.hair)
        self._shoes = filled(*shape, looks.shoes)

    def draw(self, phase: float, swing: float) -> NDArray[np.uint8]:
        """(SPRITE_HEIGHT, SPRITE_WIDTH, 4) uint8 BGRA, colour premultiplied by coverage, facing right."""
        body, canvas = pose(phase, swing), _Canvas()
        self._draw_arm(canvas, body.arms[0], 0.72)
        self._draw_leg(canvas, body.legs[0], 0.74)
        if self.looks.bag == "backpack":
            self._draw_backpack(canvas, body)
        self._draw_leg(canvas, body.legs[1], 1.0)
        self._draw_torso(canvas, body)
        self._draw_head(canvas, body)
        if self.looks.bag == "shoulder":
            self._draw_shoulder_bag(canvas, body)
        self._draw_arm(canvas, body.arms[1], 1.04)
        cover = canvas.cover[..., None] * 255.0
        return np.asarray(
            np.concatenate([np.clip(canvas.colour, 0, cover), cover], axis=-1).round(), dtype=np.uint8
        )

    def _draw_leg(self, canvas: _Canvas, joints: tuple[tuple[float, float], ...], light: float) -> None:
        hip, knee, ankle, toe = joints
        girth = self.looks.girth
        shoe = _blank()
        _capsule(shoe, (ankle[0] - 3.0, ankle[1] + 3.0), (toe[0], toe[1] + 4.0), 6.5, 4.6)
        canvas.lay(shoe, self._shoes, light=light, depth=2.0)
        leg = _blank()
        _capsule(leg, hip, knee, 14.0 * girth, 10.0 * girth)
        _capsule(leg, knee, ankle, 9.8 * girth, 6.8 * girth)
        canvas.lay(leg, self._trousers, light=light, depth=4.0)

    def _draw_arm(self, canvas: _Canvas, joints: tuple[tuple[float, float], ...], light: float) -> None:
        shoulder, elbow, hand = joints
        girth = self.looks.girth
        skin = _blank()
        _ellipse(skin, (hand[0] + 0.5, hand[1] + 4.0), (4.6, 6.4), 10.0)
        canvas.lay(skin, self._skin, light=light, depth=2.0)
        sleeve = _blank()
        _capsule(sleeve, shoulder, elbow, 10.0 * girth, 7.8 * girth)
        _capsule(sleeve, elbow, hand, 7.6 * girth, 5.6 * girth)
        canvas.lay(sleeve, self._top, light=light, depth=3.0)

    def _draw_torso(self, canvas: _Canvas, body: Pose) -> None:
        (hx, hy), (sx, sy), girth = body.hip, body.shoulder, self.looks.girth
        hem = hy + (0.17 if self.looks.coat else 0.035) * BODY_HEIGHT
        flare = 25.0 if self.looks.coat else 19.5
        outline = [
            (sx - 13 * girth, sy - 5),
            (sx - 20 * girth, sy + 6),
            (hx - 18.5 * girth, hy - 32),
            (hx - flare * girth, hem),
            (hx + flare * girth, hem - 1),
            (hx + 18 * girth, hy - 34),
            (sx + 20 * girth, sy + 12),
            (sx + 13 * girth, sy - 4),
        ]
        torso = _blank()
        cv2.fillPoly(torso, [_fixed(outline)], 255, cv2.LINE_AA, 4)
        _ellipse(torso, (sx, sy + 3.0), (19.5 * girth, 10.0))
        torso = np.asarray(
            np.clip(cv2.GaussianBlur(torso, (0, 0), 2.2) * 2.2 - 152.5, 0, 255), dtype=np.uint8
        )
        canvas.lay(torso, self._top, depth=7.0)

    def _draw_head(self, canvas: _Canvas, body: Pose) -> None:
        (x, y), (sx, sy) = body.head, body.shoulder
        neck = _blank()
        _capsule(neck, (sx + 1.0, sy), (x - 1.0, y + 8.0), 7.0, 6.2)
        canvas.lay(neck, self._skin, light=0.82, depth=2.5)
        face = _blank()
        _ellipse(face, (x + 0.8, y), (13.4, 17.2), 4.0)
        _ellipse(face, (x + 12.6, y + 3.0), (3.2, 2.6))
        canvas.lay(face, self._skin, depth=4.5)
        hair = _blank()
        _ellipse(hair, (x - 2.6, y - 5.2), (14.6, 14.0), -10.0)
        _ellipse(hair, (x - 8.5, y + 3.0), (7.5, 12.0), 8.0)
        brow = _blank()
        _ellipse(brow, (x + 11.5, y + 5.0), (11.5, 12.5))
        canvas.lay(np.asarray(np.where(brow > 127, 0, hair), dtype=np.uint8), self._hair, depth=3.5)
        if self.looks.hat:
            hat = _blank()
            _ellipse(hat, (x - 0.6, y - 11.0), (14.6, 9.5))
            _capsule(hat, (x - 12.0, y - 6.5), (x + 20.0, y - 6.0), 2.6, 2.0)
            canvas.lay(hat, self._bag, depth=3.0)

    def _draw_backpack(self, canvas: _Canvas, body: Pose) -> None:
        (sx, sy), pack = body.shoulder, _blank()
        _capsule(pack, (sx - 24.0, sy + 16.0), (sx - 26.0, sy + 48.0), 13.0, 14.5)
        canvas.lay(pack, self._bag, depth=5.0)

    def _draw_shoulder_bag(self, canvas: _Canvas, body: Pose) -> None:
        (hx, hy), (sx, sy), strap, bag = body.hip, body.shoulder, _blank(), _blank()
        _capsule(strap, (sx + 6.0, sy), (hx - 12.0, hy - 8.0), 1.8, 1.8)
        canvas.lay(strap, self._bag, light=0.85, depth=1.5)
        cv2.fillPoly(
            bag,
            [_fixed([(hx - 24, hy - 10), (hx + 2, hy - 10), (hx + 4, hy + 16), (hx - 26, hy + 16)])],
            255,
            cv2.LINE_AA,
            4,
        )
        canvas.lay(bag, self._bag, depth=3.5)
