"""Memory of this machine and of its GPU."""

from __future__ import annotations

import sys
from typing import Any


def gpu_memory() -> dict[str, int | None]:
    """``allocated`` and ``total`` bytes of the first GPU; None where no GPU is in use.

    torch is asked only where it is loaded already: without it nothing here is on a GPU that could be told of.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return {"allocated": None, "total": None}
    return {
        "allocated": int(torch.cuda.memory_allocated(0)),
        "total": int(torch.cuda.get_device_properties(0).total_memory),
    }


def ram_memory() -> dict[str, int | None]:
    """``allocated`` and ``total`` bytes of the machine, as Linux tells them; None elsewhere."""
    found: dict[str, int] = {}
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123  (no file of ours)
            for line in file:
                name, _, rest = line.partition(":")
                found[name] = int(rest.split()[0]) * 1024
    except OSError:
        return {"allocated": None, "total": None}
    return {"allocated": found["MemTotal"] - found["MemAvailable"], "total": found["MemTotal"]}


__all__ = ["gpu_memory", "ram_memory"]
