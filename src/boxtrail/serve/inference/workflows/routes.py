"""``run_workflow``: a specification in the request, or the name of one kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from boxtrail.serve.inference.routes import in_pool, read_json
from boxtrail.serve.inference.wire import object_of, texts
from boxtrail.serve.inference.workflows.engine import WorkflowEngine
from boxtrail.serve.inference.workflows.errors import WorkflowError
from boxtrail.serve.inference.workflows.specification import parse
from boxtrail.serve.inference.workflows.store import WorkflowStore

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


def add_workflows(routes: APIRouter, service: Service, engine: WorkflowEngine, store: WorkflowStore) -> None:
    """The two ways to run a workflow, each under two paths."""

    async def run(specification: Any, asked: dict[str, Any]) -> Any:
        inputs = object_of("inputs", asked.get("inputs"))
        excluded = texts("excluded_fields", asked.get("excluded_fields"))
        owner = str(asked.get("api_key") or "")

        def work() -> list[dict[str, Any]]:
            return engine.run(parse(specification), inputs, owner=owner)

        try:
            found = await in_pool(service, work)
        except WorkflowError as error:
            return JSONResponse(error.to_json(), 400)
        outputs = [{key: value for key, value in one.items() if key not in excluded} for one in found]
        return {"outputs": outputs, "profiler_trace": []}

    @routes.post("/workflows/run")
    @routes.post("/infer/workflows")
    async def run_specification(request: Request) -> Any:
        """Run the specification that comes with the request."""
        asked = await read_json(request, service.limits.max_body_bytes)
        return await run(asked.get("specification"), asked)

    @routes.post("/{workspace}/workflows/{id}")
    @routes.post("/infer/workflows/{workspace}/{id}")
    async def run_named(workspace: str, id: str, request: Request) -> Any:
        """Run a specification that is kept here."""
        asked = await read_json(request, service.limits.max_body_bytes)
        return await run(store.find(workspace, id), asked)


__all__ = ["add_workflows"]
