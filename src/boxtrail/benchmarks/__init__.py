"""Benchmarks as configuration: detections, embeddings and warps computed once, replayed with any tracker."""

from __future__ import annotations

from boxtrail.benchmarks.replay import replay
from boxtrail.benchmarks.sequence import CachedSequence

__all__ = ["CachedSequence", "replay"]
