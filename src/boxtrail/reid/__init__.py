"""Appearance: what a box shows as a unit vector, so that tracks can be told apart by their looks.

Nothing here imports torch, OpenCV or a runtime before an embedder that needs it is made.
"""

from __future__ import annotations

from boxtrail.reid.embedder import Embedder
from boxtrail.reid.factory import EMBEDDERS, create_embedder
from boxtrail.reid.reid import ReID

__all__ = ["EMBEDDERS", "Embedder", "ReID", "create_embedder"]
