"""How much a server lets its clients have."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from boxtrail.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what clients may open, send and leave behind; all are numbers above 0.

    Attributes:
        max_sessions: tracking sessions at once, over all protocols.
        idle_seconds: a session nobody used for so long is closed.
        max_upload_bytes: of a request with files, which go to disk as they come.
        max_body_bytes: of a request that is kept in memory: an image, or images as base64.
        max_message_bytes: of one without images: detections, a state.
        max_memory_bytes: of all bodies in memory together, while they come in and are worked on.
        max_pixels: of one image: a small file may hold a huge one.
        max_queue: frames of one session that wait to be tracked.
        workers: threads that decode, detect and track.
    """

    max_sessions: int = 256
    idle_seconds: float = 600.0
    max_upload_bytes: int = 512 * 2**20
    max_body_bytes: int = 64 * 2**20
    max_message_bytes: int = 16 * 2**20
    max_memory_bytes: int = 1024 * 2**20
    max_pixels: int = 64 * 10**6
    max_queue: int = 32
    workers: int = max(2, os.cpu_count() or 1)

    def __post_init__(self) -> None:
        for limit in fields(self):
            if not getattr(self, limit.name) > 0:
                raise ConfigError(f"{limit.name} must be above 0, not {getattr(self, limit.name)}")


__all__ = ["Limits"]
