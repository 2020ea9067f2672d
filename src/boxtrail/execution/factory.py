"""From ``--executor`` to an executor."""

from __future__ import annotations

import os

from boxtrail.errors import ConfigError
from boxtrail.execution.executor import Executor
from boxtrail.execution.here import Here
from boxtrail.execution.local import LocalExecutor


def open_executor(spec: str = "local", *, workers: int | None = None) -> Executor:
    """Where tasks run; use it in a ``with`` statement.

    Args:
        spec: ``"local"``: processes of this machine; ``"ray"``: the Ray cluster this machine belongs to;
            ``"ray://HOST:PORT"``: a cluster reached through its client server (port 10001 by default).
        workers: tasks that run at the same time, from 1; by default as many as there are cores. One local worker
            is this process itself.

    Raises:
        ConfigError: for an unknown spec or a number of workers below 1.
        ExecutionError: if there is no such cluster, or it cannot be used.
        MissingExtraError: if ray is not installed.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"workers must be at least 1, not {workers}")
    if spec == "local":
        count = num_cores() if workers is None else workers
        return Here() if count == 1 else LocalExecutor(count, threads=max(1, num_cores() // count))
    if spec == "ray" or (spec.startswith("ray://") and len(spec) > len("ray://")):
        from boxtrail.execution.ray_executor import RayExecutor

        return RayExecutor(spec, workers=workers)
    raise ConfigError(f"unknown executor {spec!r}; there are local, ray and ray://HOST:PORT")


def num_cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


__all__ = ["num_cores", "open_executor"]
