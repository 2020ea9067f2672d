"""The forms in which frames travel."""

from __future__ import annotations

JSON, MSGPACK, RAW = "application/json", "application/msgpack", "application/octet-stream"
KINDS = {JSON: "json", MSGPACK: "msgpack", "application/x-msgpack": "msgpack", RAW: "raw"}
MEDIA = {"json": JSON, "msgpack": MSGPACK, "raw": RAW}

__all__ = ["JSON", "KINDS", "MEDIA", "MSGPACK", "RAW"]
