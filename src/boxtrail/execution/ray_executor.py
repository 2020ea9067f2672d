"""The executor of many machines: every task a Ray task."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from boxtrail.errors import BoxtrailError, ExecutionError
from boxtrail.execution.code_version import code_version
from boxtrail.execution.messages import request, result
from boxtrail.execution.ray_cluster import RayCluster

T = TypeVar("T")
R = TypeVar("R")

RETRIES = 3  # of a task whose worker or node died
_AHEAD = 2  # tasks for each core, so that a node need not wait for the next one


class RayExecutor:
    """Sends tasks to a Ray cluster that runs already, spread over its nodes.

    Nodes must have the same code of boxtrail as this process, and reach data under the same paths.

    Args:
        spec: see :class:`boxtrail.execution.ray_cluster.RayCluster`.
        workers: tasks at the same time, from 1; by default as many as the cluster has cores.
    """

    def __init__(self, spec: str = "ray", *, workers: int | None = None) -> None:
        self._cluster = RayCluster(spec)
        cores = max(1, int(self._cluster.total("CPU")))
        self.num_workers = cores if workers is None else workers
        self._max_under_way = _AHEAD * cores if workers is None else workers

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], *, gpus: float = 0.0
    ) -> Iterator[tuple[int, R]]:
        """Results as they come, each with the index of its task; see :class:`boxtrail.execution.Executor`."""
        ray = self._cluster.ray
        start = self._remote_function(gpus)
        waiting = iter(enumerate(tasks))
        under_way: dict[Any, int] = {}  # reference of the reply → index of the task
        try:
            while True:
                for index, task in itertools.islice(waiting, self._max_under_way - len(under_way)):
                    under_way[start(request(function, task, dumps=ray.cloudpickle.dumps))] = index
                if not under_way:
                    return
                done, _ = ray.wait(list(under_way), num_returns=1)
                index = under_way.pop(done[0])
                yield index, self._result(done[0], f"task {index + 1} of {len(tasks)}")
        finally:
            if under_way and ray.is_initialized():  # after an exception nobody wants them
                for reference in under_way:
                    ray.cancel(reference, force=True)

    def close(self) -> None:
        """Leave the cluster."""
        self._cluster.close()

    def _remote_function(self, gpus: float) -> Callable[[bytes], Any]:
        """Starts one call on some node.

        Raises:
            ExecutionError: if no node could ever give so many GPUs.
        """
        if gpus > self._cluster.total("GPU"):
            raise ExecutionError(
                f"a task needs {gpus:g} GPUs, but the Ray cluster has {self._cluster.total('GPU'):g} in all; "
                "use the device cpu, or add nodes with GPUs"
            )
        ray = self._cluster.ray
        from boxtrail.execution import ray_task

        ray.cloudpickle.register_pickle_by_value(ray_task)
        options = {"num_cpus": 1, "num_gpus": gpus, "max_retries": RETRIES, "scheduling_strategy": "SPREAD"}
        remote = ray.remote(**options)(ray_task.run_on_node)
        version, folder = code_version(), str(Path.cwd())
        return lambda call: remote.remote(call, version, folder)

    def _result(self, reference: Any, task: str) -> Any:
        ray = self._cluster.ray
        try:
            node, name, version, reply = ray.get(reference)
        except ray.exceptions.RayError as error:
            told = " ".join(str(error).split("\n\n")[0].split())
            raise ExecutionError(
                f"{task}: its Ray worker or node died {RETRIES + 1} times, the last one: {told}"
            ) from error
        if not reply:
            raise ExecutionError(f"Ray node {name} has {version}, but this process runs {code_version()}")
        try:
            return result(reply)
        except (OSError, ImportError) as error:
            if node == self._cluster.own_node:
                raise
            raise _named(error, name) from error.__cause__

    def __enter__(self) -> RayExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _named(error: OSError | ImportError, node: str) -> Exception:
    """What another node has not: a file, a package. The same error, with the name of the node."""
    place = f"on Ray node {node}, which must have what this machine has, under the same path"
    if isinstance(error, BoxtrailError):
        return type(error)(f"{error} ({place})")
    if isinstance(error, OSError) and error.strerror:
        return OSError(error.errno, f"{error.strerror} ({place})", error.filename)
    return error


__all__ = ["RayExecutor"]
