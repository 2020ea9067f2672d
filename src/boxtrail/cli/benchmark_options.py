"""The options that say what a benchmark's sequences are given, as every command has them that runs over one.

Each is made by the command's own ``option``, which knows the panel of its help.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def benchmark_option(option: Callable[..., Any]) -> Any:
    """``--benchmark``: which one."""
    return option(
        "--benchmark",
        "-b",
        metavar="NAME|PATH",
        help="See `boxtrail benchmarks`; or a folder of sequences or YAML file of your own.",
    )


def split_option(option: Callable[..., Any]) -> Any:
    """``--split``: which of its sequences."""
    return option("--split", help="Which sequences: train, val, val-half, test …; default: the benchmark's.")


def data_dir_option(option: Callable[..., Any]) -> Any:
    """``--data-dir``: where benchmarks lie."""
    return option(
        "--data-dir",
        metavar="DIR",
        help="Where benchmarks lie; default: BOXTRAIL_BENCHMARKS or datasets.",
    )


def cache_dir_option(option: Callable[..., Any]) -> Any:
    """``--cache-dir``: where detections, embeddings and warps are kept."""
    return option(
        "--cache-dir",
        metavar="DIR",
        help="Where results are kept; default: BOXTRAIL_CACHE or ~/.cache/boxtrail.",
    )


def detector_option(option: Callable[..., Any]) -> Any:
    """``--detector``: who or what gives the detections."""
    return option(
        "--detector",
        help="public (the benchmark's own detections), public:SDP, file:PATH of a folder or with {sequence} in it, "
        "motion, hog or onnx:PATH.",
    )


def reid_option(option: Callable[..., Any]) -> Any:
    """``--reid``: the embedder."""
    return option("--reid", metavar="NAME|PATH", help="Embedder: histogram, or weights.")


def camera_motion_option(option: Callable[..., Any]) -> Any:
    """``--camera-motion``: the estimator."""
    return option("--camera-motion", help="sof, ecc, orb, sift, file:PATH or none, the default.")


__all__ = [
    "benchmark_option",
    "cache_dir_option",
    "camera_motion_option",
    "data_dir_option",
    "detector_option",
    "reid_option",
    "split_option",
]
