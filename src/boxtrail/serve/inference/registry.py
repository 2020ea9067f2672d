"""The models clients believe are loaded: one detector under every name they ask for."""

from __future__ import annotations

import threading
from typing import Any


class Registry:
    """Names in the order they were asked for; the client wants to find exactly the one it sent."""

    def __init__(self, own: str, most: int = 1000) -> None:
        self._own, self._most = own, most
        self._names: dict[str, None] = {own: None}
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """One more name; the oldest goes where there are too many."""
        with self._lock:
            self._names.setdefault(name)
            if len(self._names) > self._most:
                del self._names[next(entry for entry in self._names if entry != self._own)]

    def remove(self, name: str) -> None:
        """Without this one."""
        with self._lock:
            self._names.pop(name, None)

    def clear(self) -> None:
        """Without any."""
        with self._lock:
            self._names.clear()

    def to_json(self) -> dict[str, Any]:
        """As all four calls about models answer."""
        with self._lock:
            names = list(self._names)
        return {
            "models": [
                {
                    "model_id": name,
                    "task_type": "object-detection",  # the client refuses words it does not know
                    "batch_size": None,
                    "input_height": None,
                    "input_width": None,
                }
                for name in names
            ]
        }


__all__ = ["Registry"]
