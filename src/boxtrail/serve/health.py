"""Whether the server lives and is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


def router(service: Service) -> APIRouter:
    """``GET /healthz`` and ``GET /readiness``; they need no token."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "healthy"}

    @routes.get("/readiness")
    async def readiness() -> dict[str, str]:
        return {"status": "ready"}

    return routes


__all__ = ["router"]
