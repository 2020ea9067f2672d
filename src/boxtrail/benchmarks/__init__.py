"""Benchmarks as configuration: detections, embeddings and warps computed once, replayed with any tracker.

```python
from boxtrail.benchmarks import generate, val

cache = generate("mot17", "file:detections/{sequence}.txt", data_dir="datasets")
print(val(cache, ["bytetrack", "ocsort"]).summary)
```
"""

from __future__ import annotations

from boxtrail.benchmarks.benchmark import Benchmark, BenchmarkSequence, load_benchmark
from boxtrail.benchmarks.cache_file import DamagedFileError
from boxtrail.benchmarks.catalogue import benchmark_names
from boxtrail.benchmarks.config import BenchmarkConfig, SplitConfig
from boxtrail.benchmarks.generate import GeneratedCache, generate
from boxtrail.benchmarks.replay import replay
from boxtrail.benchmarks.replay_task import TrackerRun
from boxtrail.benchmarks.sequence import CachedSequence
from boxtrail.benchmarks.validation import Validation, val

__all__ = [
    "Benchmark",
    "BenchmarkConfig",
    "BenchmarkSequence",
    "CachedSequence",
    "DamagedFileError",
    "GeneratedCache",
    "SplitConfig",
    "TrackerRun",
    "Validation",
    "benchmark_names",
    "generate",
    "load_benchmark",
    "replay",
    "val",
]
