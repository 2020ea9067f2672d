"""Appearance networks by name. torch is imported when one is built."""

from __future__ import annotations

from boxtrail.reid.models.architectures import ARCHITECTURES, Architecture, find_architecture
from boxtrail.reid.models.build import build_model

__all__ = ["ARCHITECTURES", "Architecture", "build_model", "find_architecture"]
