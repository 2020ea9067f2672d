"""The connection to a Ray cluster that runs already."""

from __future__ import annotations

import logging
import os
from typing import Any

from boxtrail.errors import ExecutionError, require

# Read when ray is loaded: boxtrail reports nothing to anyone, and a task without GPUs hides none.
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


class RayCluster:
    """Joins a cluster; it is left again on ``close`` unless this process had joined it before.

    Args:
        spec: ``"ray"`` for the cluster of this machine (or the one in ``RAY_ADDRESS``), ``"ray://HOST:PORT"`` for one
            reached through its client server.

    Raises:
        ExecutionError: if there is none.
        MissingExtraError: if ray is not installed.
    """

    def __init__(self, spec: str) -> None:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        self.ray: Any = require("ray", "ray", f"the executor {spec}")
        self._is_ours = not self.ray.is_initialized()
        if self._is_ours:
            _join(self.ray, spec)
        is_client = self.ray.util.client.ray.is_connected()
        # A client stands outside: every node is another one than its own.
        self.own_node = None if is_client else self.ray.get_runtime_context().get_node_id()

    def total(self, resource: str) -> float:
        """How much of ``"CPU"`` or ``"GPU"`` the nodes have together."""
        return float(self.ray.cluster_resources().get(resource, 0.0))

    def close(self) -> None:
        """Leave the cluster, which runs on."""
        if self._is_ours and self.ray.is_initialized():
            self.ray.shutdown()


def _join(ray: Any, spec: str) -> None:
    if spec != "ray":
        require("grpc", "ray", f"the executor {spec}")
    try:
        ray.init(address="auto" if spec == "ray" else spec, logging_level=logging.ERROR, log_to_driver=False)
    except ConnectionError as error:
        if spec == "ray":
            message = "no Ray cluster runs on this machine; start one with: ray start --head"
        else:
            message = (
                f"no Ray cluster answers at {spec}; its head node opens port 10001 with: ray start --head"
            )
        raise ExecutionError(message) from error
    except (
        RuntimeError,
        ValueError,
    ) as error:  # versions of Ray or Python that do not fit, a malformed address
        raise ExecutionError(f"cannot use the Ray cluster at {spec}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


__all__ = ["RayCluster"]
