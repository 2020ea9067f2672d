"""Models and detection: what ``InferenceHTTPClient`` calls for plain inference."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Request, Response

from boxtrail import _core
from boxtrail.serve import body
from boxtrail.serve.access import may
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.inference.detection import infer
from boxtrail.serve.inference.registry import Registry
from boxtrail.serve.inference.streams import Streams

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

T = TypeVar("T")
SERVER_ID = uuid.uuid4().hex  # of this process
V0_NAMES = {"overlap": "iou_threshold"}  # the older protocol's word for it


def add_models(routes: APIRouter, registry: Registry) -> None:
    """``/info`` and the registry; all four calls about models answer with the whole registry."""

    @routes.get("/info")
    async def info() -> dict[str, str]:
        """Which server this is."""
        return {"name": "boxtrail", "version": _core.__version__, "uuid": SERVER_ID}

    @routes.get("/model/registry")
    async def show() -> dict[str, Any]:
        """Asked before every inference: never refused, never slow."""
        return registry.to_json()

    @routes.post("/model/add")
    async def add(request: Request) -> dict[str, Any]:
        """The detector of this server, under one more name."""
        registry.add(_model_id(await read_json(request, 1 << 20)))
        return registry.to_json()

    @routes.post("/model/remove")
    async def remove(request: Request) -> dict[str, Any]:
        """Forget a name; the client shows no key here unless told to use headers."""
        registry.remove(_model_id(await read_json(request, 1 << 20, open_to_all=True)))
        return registry.to_json()

    @routes.post("/model/clear")
    async def clear() -> dict[str, Any]:
        """Forget all names."""
        registry.clear()
        return registry.to_json()


def add_inference(routes: APIRouter, service: Service, streams: Streams, registry: Registry) -> None:
    """``infer`` of the newer protocol."""

    @routes.post("/infer/object_detection")
    async def object_detection(request: Request) -> Any:
        """Detections of one image or several."""
        asked = await read_json(request, service.limits.max_body_bytes)
        registry.add(_model_id(asked))
        return await in_pool(service, lambda: infer(service, streams, asked))


def add_older_inference(routes: APIRouter, service: Service, streams: Streams) -> None:
    """``infer`` of the older protocol; its path fits many others, so it comes last."""

    @routes.post("/{project}/{version}")
    async def older(project: str, version: str, request: Request) -> Response:
        """Detections of the image whose base64 text is the body."""
        if not version.isdecimal():
            raise RefusedError(404, f"there is nothing at /{project}/{version}")
        if not may(request.state, None):  # here the key is in the query
            raise RefusedError(401, "Unauthorized api_key")
        data = await body.read(request, service.limits.max_body_bytes)
        asked: dict[str, Any] = {
            V0_NAMES.get(name, name): value for name, value in request.query_params.items()
        }
        form = str(asked.pop("format", "json"))
        asked |= {"image": data, "model_id": f"{project}/{version}", "visualize_predictions": form != "json"}
        asked["visualization_labels"] = asked.get("labels")
        found = await in_pool(service, lambda: infer(service, streams, asked))
        return _in_format(found if isinstance(found, dict) else found[0], form)


def _in_format(answer: dict[str, Any], form: str) -> Response:
    import base64

    if form == "image":
        return Response(base64.b64decode(answer["visualization"]), media_type="image/jpeg")
    return Response(json.dumps(answer), media_type="application/json")


def _model_id(asked: Mapping[str, Any]) -> str:
    name = asked.get("model_id")
    if not isinstance(name, str) or not name:
        raise RefusedError(400, "model_id is missing")
    return name


async def read_json(request: Request, limit: int, *, open_to_all: bool = False) -> dict[str, Any]:
    """The object in a body; an empty body is an empty one.

    Raises:
        RefusedError: 400 for anything else, 413 for one that is too large, 401 where the key in it is wrong.
    """
    data = await body.read(request, limit)
    found = body.parse_json(data or b"{}")
    if not isinstance(found, dict):
        raise RefusedError(400, "the body must be a JSON object")
    if not open_to_all and not may(request.state, found.get("api_key")):
        raise RefusedError(401, "Unauthorized api_key")
    return found


async def in_pool(service: Service, work: Callable[[], T]) -> T:
    """Off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(service.pool, work)


__all__ = ["add_inference", "add_models", "add_older_inference", "in_pool", "read_json"]
