"""The HTTP application: one router a protocol over one set of sessions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI

from boxtrail import _core
from boxtrail.serve import errors, health, metrics, page, streaming, v1
from boxtrail.serve.access import Access
from boxtrail.serve.body import BodyLimit, Message, Receive, Send
from boxtrail.serve.folders import Folders
from boxtrail.serve.frames import Frames
from boxtrail.serve.inference import router as inference_router
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from boxtrail.serve.sessions import Sessions
from boxtrail.serve.supervisely import router as supervisely_router

EXPIRE_EVERY = 5.0  # seconds between looks at idle sessions


@dataclass(frozen=True, slots=True)
class Service:
    """What every router works with."""

    model: ServedModel
    sessions: Sessions
    limits: Limits
    pool: ThreadPoolExecutor  # decoding, detecting and tracking run here, off the event loop
    folders: Folders = field(default_factory=Folders)  # for what is uploaded
    expiring: list[Callable[[], object]] = field(
        default_factory=list
    )  # lets go of what nobody asks for any more
    closing: list[Callable[[], None]] = field(default_factory=list)  # what routers do when the server stops


class Application:
    """An ASGI application: FastAPI's, behind what looks at every request first.

    Attributes:
        api: all routes, with their OpenAPI document.
        service: what they work with.
        bodies: what counts the bodies of requests and answers.
    """

    def __init__(self, api: FastAPI, service: Service, token: str | None) -> None:
        self.api, self.service = api, service
        self.bodies = BodyLimit(Frames(api, service), service.limits)
        self._stack = Access(self.bodies, token)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        await self._stack(scope, receive, send)


def create_app(
    model: ServedModel,
    limits: Limits | None = None,
    *,
    token: str | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Application:
    """The application that ``boxtrail serve`` runs.

    Args:
        model: what is served.
        limits: how much clients may have; the defaults of :class:`Limits`.
        token: what clients must show, in any way their protocol knows; None for none. Health needs none.
        clock: seconds by which idle sessions are closed.
    """
    limits = limits or Limits()
    pool = ThreadPoolExecutor(limits.workers, "boxtrail-serve")
    service = Service(model, Sessions(limits, clock=clock), limits, pool)
    service.expiring.append(service.sessions.expire)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        expiring = asyncio.create_task(_expire(service))
        try:
            yield
        finally:
            expiring.cancel()
            for close in service.closing:
                close()
            service.folders.close()
            service.pool.shutdown(wait=False, cancel_futures=True)

    # FastAPI's own pages load their scripts from elsewhere, and know neither prefix nor token.
    api = FastAPI(title="boxtrail", version=_core.__version__, lifespan=life, docs_url=None, redoc_url=None)
    errors.install(api, service.sessions.metrics)
    for router in (
        health.router(service),
        metrics.router(service),
        page.router(service),
        v1.router(service),
        streaming.router(service),
        supervisely_router(service),
        inference_router(service),
    ):
        api.include_router(router)
    return Application(api, service, token)


async def _expire(service: Service) -> None:
    while True:
        await asyncio.sleep(EXPIRE_EVERY)
        for expire in service.expiring:
            await asyncio.to_thread(expire)  # files are deleted, videos closed


__all__ = ["Application", "Service", "create_app"]
