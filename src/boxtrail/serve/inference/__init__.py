"""The protocol of Roboflow's inference server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


def router(service: Service) -> APIRouter:
    """All its routes."""
    return APIRouter(tags=["inference"])


__all__ = ["router"]
