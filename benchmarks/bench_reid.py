"""Embedding the boxes of 1080p frames: crops per second, the share of preprocessing, and the rate of the network alone.

On a CPU beside the straightforward way (each crop resized by OpenCV, stacked, through the network); on a GPU at several
batch sizes and precisions, with and without CUDA graphs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from boxtrail.reid import ReID
from boxtrail.reid.crops import DEVIATION, MEAN, cut_crops, normalised
from boxtrail.reid.device_crops import DeviceCrops
from boxtrail.reid.models import build_model
from boxtrail.reid.regions import regions
from machine import machine
from tables import format_duration, format_ratio, markdown_table

HEIGHT, WIDTH = 1080, 1920
BOX_HEIGHTS = (80.0, 400.0)  # pixels
ASPECT = 0.42  # width of a person's box over its height
CPU_BOXES = 50
BOXES_A_FRAME = 64  # on a GPU: more are of more frames
GPU_BATCHES = (64, 256, 1024)
CALLS = 8  # on a GPU, one after the other before it is waited for: a stream of frames, not a single one
MIN_SPEEDUP, MAX_SHARE, MIN_FRACTION = 1.3, 0.15, 0.85  # the targets

Frames = list[NDArray[np.uint8]]
Rows = list[NDArray[np.float64]]


@dataclass(frozen=True)
class Mode:
    """How a network runs on a GPU."""

    name: str
    half: bool | str = False
    cuda_graphs: bool = False
    compile: bool = False


MODES = (
    Mode("fp32"),
    Mode("fp32, graphs", cuda_graphs=True),
    Mode("fp16, graphs", half=True, cuda_graphs=True),
    Mode("bf16", half="bf16"),
    Mode("bf16, graphs", half="bf16", cuda_graphs=True),
)


def scene(num_boxes: int) -> tuple[Frames, Rows]:
    """Blurred noise, and people's boxes in it: up to 64 a frame."""
    rng = np.random.default_rng(0)
    frames, rows = [], []
    for start in range(0, num_boxes, BOXES_A_FRAME):
        coarse = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
        frames.append(np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT)), np.uint8))
        count = min(BOXES_A_FRAME, num_boxes - start)
        heights = rng.uniform(*BOX_HEIGHTS, count)
        sides = np.column_stack([ASPECT * heights, heights])
        corners = rng.uniform(0.0, 1.0, (count, 2)) * (np.array([WIDTH, HEIGHT]) - sides)
        rows.append(np.column_stack([corners, corners + sides]))
    return frames, rows


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def rounds(calls: dict[str, Callable[[], Any]], num_rounds: int) -> dict[str, NDArray[np.float64]]:
    """Seconds of every call in each round, in turn, after one that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(num_rounds + 1):
        for name, call in calls.items():
            spent = seconds(call)
            if number:
                taken[name].append(spent)
    return {name: np.array(spent) for name, spent in taken.items()}


def straightforward(model: Any, frame: NDArray[np.uint8], boxes: NDArray[np.float64]) -> NDArray[np.float32]:
    """What anyone would write first."""
    crops = []
    for x1, y1, x2, y2 in boxes.astype(int):
        crop = cv2.resize(frame[y1:y2, x1:x2], (128, 256), interpolation=cv2.INTER_LINEAR)
        crop = cv2.cvtColor(crop, cv2.COLOR_BGR2RGB).astype(np.float32) / 255.0
        crops.append(torch.from_numpy(((crop - MEAN) / DEVIATION).astype(np.float32)).permute(2, 0, 1))
    with torch.no_grad():
        return np.asarray(torch.nn.functional.normalize(model(torch.stack(crops))).numpy())


def measure_cpu(arch: str, num_rounds: int) -> list[str]:
    """The table of the CPU and whether the targets are reached."""
    torch.manual_seed(0)
    model = build_model(arch).eval()
    embedder = ReID(model, device="cpu")
    (frame,), (boxes,) = scene(CPU_BOXES)
    found = regions(frame, boxes)
    crops = cut_crops([frame], [found], embedder.input_size)
    taken = rounds(
        {
            "straightforward": lambda: straightforward(model, frame, boxes),
            "boxtrail": lambda: embedder.embed(frame, boxes),
            "cutting": lambda: cut_crops([frame], [regions(frame, boxes)], embedder.input_size),
            "normalising": lambda: normalised(crops),
        },
        num_rounds,
    )
    cosine = (straightforward(model, frame, boxes) * embedder.embed(frame, boxes)).sum(axis=1).min()
    ratio = float(np.median(taken["straightforward"] / taken["boxtrail"]))
    share = float(np.median((taken["cutting"] + taken["normalising"]) / taken["boxtrail"]))
    table = [
        [name, format_duration(1e6 * float(np.median(spent))), format_duration(1e6 * float(spent.min()))]
        for name, spent in taken.items()
    ]
    return [
        f"{arch}, {CPU_BOXES} boxes of {BOX_HEIGHTS[0]:g} to {BOX_HEIGHTS[1]:g} pixels in a {WIDTH} × {HEIGHT} frame, "
        f"{torch.get_num_threads()} threads, float32, {num_rounds} rounds; torch {torch.__version__}.",
        "",
        markdown_table(["CPU", "median", "fastest"], table),
        "",
        f"- {format_ratio(ratio)} the speed of the straightforward way "
        f"({'reached' if ratio >= MIN_SPEEDUP else 'MISSED'}: ≥ {MIN_SPEEDUP:g}×), median of the rounds' ratios",
        f"- preprocessing is {100 * share:.1f} % of the whole "
        f"({'reached' if share < MAX_SHARE else 'MISSED'}: < {100 * MAX_SHARE:g} %)",
        f"- smallest cosine between the two ways' embeddings: {cosine:.5f}",
    ]


def in_a_row(call: Callable[[], Any]) -> Callable[[], None]:
    """``CALLS`` of them."""

    def several() -> None:
        for _ in range(CALLS):
            call()

    return several


@dataclass(frozen=True)
class Measured:
    """Median seconds for a batch on the GPU: of ``CALLS`` in a row each, and of a call that is waited for."""

    path: float
    preprocessing: float
    forward: float
    single: float


def measure_mode(arch: str, mode: Mode, batch: int, num_rounds: int, device: str = "cuda") -> Measured:
    """The whole path, preprocessing alone and the network alone."""
    torch.manual_seed(0)
    embedder = ReID(
        build_model(arch), device=device, half=mode.half, cuda_graphs=mode.cuda_graphs, compile=mode.compile
    )
    network: Any = embedder._network
    frames, rows = scene(batch)
    blank = network._empty(batch)

    def preprocess() -> None:
        found = [regions(frame, boxes) for frame, boxes in zip(frames, rows, strict=True)]
        DeviceCrops(frames, found, embedder.input_size, network._device).cut(0, batch, blank)

    def forward() -> None:
        with torch.no_grad():
            if network._graphs is None:
                network._forward(blank)
            else:
                network._graphs(network._graphs.buffer(batch))

    def path() -> None:
        embedder.embed(frames, rows, as_tensor=True)

    taken = rounds(
        {
            "path": in_a_row(path),
            "preprocessing": in_a_row(preprocess),
            "forward": in_a_row(forward),
            "single": path,
        },
        num_rounds,
    )
    medians = {name: float(np.median(spent)) for name, spent in taken.items()}
    in_row = {name: medians[name] / CALLS for name in ("path", "preprocessing", "forward")}
    return Measured(**in_row, single=medians["single"])


def measure_gpu(arch: str, num_rounds: int, *, compiled: bool) -> list[str]:
    """The table of the GPU."""
    table, fractions = [], []
    modes = (*MODES, Mode("bf16, compiled", half="bf16", compile=True)) if compiled else MODES
    for mode in modes:
        for batch in GPU_BATCHES:
            print(f"{arch} {mode.name} {batch} ...", file=sys.stderr, flush=True)
            found = measure_mode(arch, mode, batch, num_rounds)
            fractions.append(found.forward / found.path)
            table.append(
                [
                    mode.name,
                    str(batch),
                    f"{batch / found.path:,.0f}",
                    f"{batch / found.forward:,.0f}",
                    f"{100 * found.forward / found.path:.0f} %",
                    f"{100 * found.preprocessing / found.path:.0f} %",
                    format_duration(1e6 * found.single),
                ]
            )
    header = [
        f"{arch} on a GPU",
        "batch",
        "crops/s",
        "network alone",
        "fraction",
        "preprocessing",
        "one call",
    ]
    return [
        f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {BOXES_A_FRAME} boxes a frame of "
        f"{WIDTH} × {HEIGHT}, from frames in the host's memory to tensors on the GPU, {CALLS} calls in a row, median "
        f"of {num_rounds} rounds. Preprocessing is measured by itself; in the path it overlaps with the network. One "
        "call is waited for.",
        "",
        markdown_table(header, table),
        "",
        f"- the whole path has {100 * min(fractions):.0f} to {100 * max(fractions):.0f} % of the network's own rate "
        f"({'reached' if min(fractions) >= MIN_FRACTION else 'MISSED in places'}: ≥ {100 * MIN_FRACTION:g} %)",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--arch", default="osnet_x0_25")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, help="of torch on the CPU")
    parser.add_argument("--compile", action="store_true", help="on a GPU, torch.compile too")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error(f"torch {torch.__version__} sees no GPU here")
    if options.threads:
        torch.set_num_threads(options.threads)
    print(f"{machine()}.\n")
    if options.device != "cuda":
        print("\n".join(measure_cpu(options.arch, options.rounds)))
    if options.device == "cuda" or (options.device == "auto" and torch.cuda.is_available()):
        print("\n" + "\n".join(measure_gpu(options.arch, options.rounds, compiled=options.compile)))


if __name__ == "__main__":
    main()
