"""The calls about pipelines; those that read send a JSON body with their GET, which may be missing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from boxtrail.serve.inference.pipelines.pipelines import Pipelines
from boxtrail.serve.inference.routes import in_pool, read_json
from boxtrail.serve.inference.wire import texts
from boxtrail.serve.inference.workflows.errors import WorkflowError
from boxtrail.serve.inference.workflows.store import WorkflowStore

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

MOST_JSON = 1 << 16  # bytes of a body that holds a key at most


def add_pipelines(routes: APIRouter, service: Service, store: WorkflowStore) -> None:
    """``/inference_pipelines``."""
    pipelines = Pipelines(service, store)
    service.closing.append(pipelines.close)
    service.expiring.append(pipelines.expire)
    _add_life(routes, service, pipelines)
    _add_switches(routes, pipelines)
    _add_reading(routes, pipelines)


def _add_life(routes: APIRouter, service: Service, pipelines: Pipelines) -> None:
    @routes.post("/inference_pipelines/initialise")
    async def initialise(request: Request) -> Any:
        """Open the videos and begin."""
        asked = await read_json(request, 1 << 22)
        try:
            pipeline = await in_pool(service, lambda: pipelines.start(asked))
        except WorkflowError as error:
            return JSONResponse(error.to_json(), 400)
        return _success(pipeline.id)

    @routes.post("/inference_pipelines/{id}/terminate")
    async def terminate(id: str, request: Request) -> dict[str, Any]:
        """End it."""
        await read_json(request, MOST_JSON)
        await in_pool(service, lambda: pipelines.terminate(id))
        return _success(id)


def _add_switches(routes: APIRouter, pipelines: Pipelines) -> None:
    @routes.post("/inference_pipelines/{id}/pause")
    async def pause(id: str, request: Request) -> dict[str, Any]:
        """Lose frames until it is resumed."""
        await read_json(request, MOST_JSON)
        pipelines.find(id).pause()
        return _success(id)

    @routes.post("/inference_pipelines/{id}/resume")
    async def resume(id: str, request: Request) -> dict[str, Any]:
        """Go on."""
        await read_json(request, MOST_JSON)
        pipelines.find(id).resume()
        return _success(id)


def _add_reading(routes: APIRouter, pipelines: Pipelines) -> None:
    @routes.get("/inference_pipelines/list")
    async def list_all(request: Request) -> dict[str, Any]:
        """All ids."""
        await read_json(request, MOST_JSON)
        return {**_success(None), "pipelines": pipelines.names()}

    @routes.get("/inference_pipelines/{id}/status")
    async def status(id: str, request: Request) -> dict[str, Any]:
        """How one is doing."""
        await read_json(request, MOST_JSON)
        return {**_success(id), "report": pipelines.find(id).report()}

    @routes.get("/inference_pipelines/{id}/consume")
    async def consume(id: str, request: Request) -> dict[str, Any]:
        """The oldest result, if there is one."""
        excluded = texts("excluded_fields", (await read_json(request, MOST_JSON)).get("excluded_fields"))
        outputs, about = pipelines.find(id).consume()
        kept = [{key: value for key, value in one.items() if key not in excluded} for one in outputs]
        return {**_success(id), "outputs": kept, "frames_metadata": about}


def _success(id: str | None) -> dict[str, Any]:
    return {"status": "success", "context": {"request_id": str(uuid.uuid4()), "pipeline_id": id}}


__all__ = ["add_pipelines"]
