"""Seeded streams of detections to time `update()` with.

Objects move at constant velocity over the image, bounce off its edges, live about 300 frames and are replaced
when they die, so that the number alive stays the number asked for. A visible object is missed in 10 % of its
frames; on top of that it vanishes now and then for 3 to 15 frames, as behind a pillar (2 to 3 % of the time).
5 % false positives are added. Rows come sorted by score, as detectors deliver them.

The boxes are small (5.5 to 15 px wide, 1.8 to 2.8 times as tall), the same for every count: at 1,000 objects
in 1920 x 1080 the graph "this object overlaps that detection" then has about 800 components, lone boxes
included, the largest of about 12 boxes. `python scene.py` prints what the streams really hold.

With `constant_density` the image's area grows (or shrinks) with the count, from 1,000 objects in 1920 x 1080.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MISS_RATE = 0.10
FALSE_POSITIVE_RATE = 0.05
OCCLUSION_RATE = 0.003  # of the visible objects vanish at a frame
MEAN_LIFE = 300  # frames
FULL_HD = (1920, 1080)
CONSTANT_DENSITY_COUNT = 1000  # objects in 1920 x 1080; the image's area grows with the count from there
WIDTH_RANGE = (5.5, 15.0)
ASPECT_RANGE = (1.8, 2.8)


@dataclass(frozen=True)
class Scene:
    """A stream of detections, with what it was drawn from."""

    width: float
    height: float
    frames: list[Array]  # (N, 6) x1, y1, x2, y2, conf, cls; N differs from frame to frame
    truth: list[Array]  # (num_objects, 4) the true boxes of every object alive, visible or not
    owners: list[NDArray[np.int64]]  # (N,) the object each detection came from, -1 for a false positive
    occluded: list[int]  # how many objects a frame hides


@dataclass
class _Objects:
    """The objects alive, one row each."""

    centre: Array  # (K, 2)
    velocity: Array  # (K, 2) pixels a frame
    size: Array  # (K, 2)
    hidden: NDArray[np.int64]  # (K,) frames of occlusion left
    number: NDArray[np.int64]  # (K,) which object this is, over the whole stream


def make_scene(num_objects: int, num_frames: int, *, seed: int = 0, constant_density: bool = False) -> Scene:
    """A stream with `num_objects` objects alive in each of its frames; equal arguments give equal streams."""
    if num_objects < 1 or num_frames < 1:
        raise ValueError(f"a scene needs objects and frames, not {num_objects} and {num_frames}")
    rng = np.random.default_rng([seed, num_objects, num_frames])
    scale = np.sqrt(num_objects / CONSTANT_DENSITY_COUNT) if constant_density else 1.0
    image = np.array(FULL_HD) * scale
    objects = _born(rng, image, np.arange(num_objects))
    scene = Scene(float(image[0]), float(image[1]), [], [], [], [])
    for _ in range(num_frames):
        _move(rng, image, objects)
        detections, owners = _detect(rng, image, objects)
        scene.frames.append(detections)
        scene.owners.append(owners)
        scene.truth.append(np.hstack([objects.centre - objects.size / 2, objects.centre + objects.size / 2]))
        scene.occluded.append(int((objects.hidden > 0).sum()))
    return scene


def _born(rng: np.random.Generator, image: Array, numbers: NDArray[np.int64]) -> _Objects:
    count = len(numbers)
    width = rng.uniform(*WIDTH_RANGE, count)
    size = np.column_stack([width, width * rng.uniform(*ASPECT_RANGE, count)])
    angle = rng.uniform(0, 2 * np.pi, count)
    speed = rng.uniform(0, 0.12, count) * width  # people take about eight frames to walk their own width
    return _Objects(
        centre=rng.uniform(0, 1, (count, 2)) * image,
        velocity=np.column_stack([np.cos(angle), np.sin(angle)]) * speed[:, None],
        size=size,
        hidden=np.zeros(count, dtype=np.int64),
        number=numbers,
    )


def _move(rng: np.random.Generator, image: Array, objects: _Objects) -> None:
    """Advance every object one frame: steps, bounces, deaths with births in their place, occlusions."""
    objects.centre += objects.velocity
    outside = (objects.centre < 0) | (objects.centre > image)
    objects.velocity[outside] *= -1
    np.clip(objects.centre, 0, image, out=objects.centre)
    count = len(objects.centre)
    dead = np.flatnonzero(rng.random(count) < 1 / MEAN_LIFE)
    first = objects.number.max() + 1
    new = _born(rng, image, first + np.arange(len(dead)))
    for name in ("centre", "velocity", "size", "hidden", "number"):
        getattr(objects, name)[dead] = getattr(new, name)
    objects.hidden = np.maximum(objects.hidden - 1, 0)
    starts = (objects.hidden == 0) & (rng.random(count) < OCCLUSION_RATE)
    objects.hidden[starts] = rng.integers(3, 16, int(starts.sum()))


def _detect(rng: np.random.Generator, image: Array, objects: _Objects) -> tuple[Array, NDArray[np.int64]]:
    """A detector's view of the frame: noisy boxes of the objects seen, false positives, sorted by score."""
    count = len(objects.centre)
    seen = np.flatnonzero((objects.hidden == 0) & (rng.random(count) >= MISS_RATE))
    num_false = int(rng.poisson(FALSE_POSITIVE_RATE * count))
    false = _born(rng, image, np.full(num_false, -1))
    size = np.vstack([objects.size[seen] * rng.normal(1, 0.03, (len(seen), 2)), false.size])
    centre = objects.centre[seen] + rng.normal(0, 0.03, (len(seen), 2)) * objects.size[seen]
    centre = np.vstack([centre, false.centre])
    # Beta(5, 2) is mostly high, Beta(2, 5) mostly low; both over the whole of 0.1 to 0.95.
    score = 0.1 + 0.85 * np.concatenate([rng.beta(5, 2, len(seen)), rng.beta(2, 5, num_false)])
    label = np.zeros_like(score)
    rows = np.column_stack([centre - size / 2, centre + size / 2, score, label])
    owners = np.concatenate([objects.number[seen], false.number])
    order = np.argsort(-score, kind="stable")
    return np.ascontiguousarray(rows[order]), owners[order]


def overlap_components(objects: Array, detections: Array) -> NDArray[np.int64]:
    """Sizes of the connected components of "this object overlaps that detection", largest first.

    Both arrays (N, 4+) start with x1, y1, x2, y2. A component counts both kinds; a lone box is one.
    """
    num_objects = len(objects)
    parent = list(range(num_objects + len(detections)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = np.argsort(detections[:, 0], kind="stable")
    left, top, right, bottom = detections[order, :4].T
    widest = (right - left).max(initial=0.0)
    for i, (x1, y1, x2, y2) in enumerate(objects[:, :4]):
        near = slice(*np.searchsorted(left, [x1 - widest, x2]))
        hits = (right[near] > x1) & (top[near] < y2) & (bottom[near] > y1)
        for j in order[near][hits]:
            parent[root(num_objects + int(j))] = root(i)
    _, sizes = np.unique([root(i) for i in range(len(parent))], return_counts=True)
    return np.sort(sizes)[::-1].astype(np.int64)


def rates(scene: Scene) -> tuple[float, float, float]:
    """The shares really drawn: misses per visible object, false positives and hidden per object alive."""
    alive = sum(len(boxes) for boxes in scene.truth)
    hidden = sum(scene.occluded)
    true = sum(int((owners >= 0).sum()) for owners in scene.owners)
    false = sum(int((owners < 0).sum()) for owners in scene.owners)
    return 1 - true / (alive - hidden), false / alive, hidden / alive


def _main() -> None:
    print("| objects | image | components | largest | missed | false | hidden |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for constant_density in (False, True):
        for count in (10, 100, 500, 1000, 5000, 10000):
            scene = make_scene(count, 40, constant_density=constant_density)
            pairs = list(zip(scene.truth, scene.frames, strict=True))[20::5]
            sizes = [overlap_components(objects, detections) for objects, detections in pairs]
            components = np.median([len(s) for s in sizes])
            largest = np.median([s[0] for s in sizes])
            shares = " | ".join(f"{share:.3f}" for share in rates(scene))
            image = f"{scene.width:.0f} x {scene.height:.0f}"
            print(f"| {count} | {image} | {components:.0f} | {largest:.0f} | {shares} |")


if __name__ == "__main__":
    _main()
