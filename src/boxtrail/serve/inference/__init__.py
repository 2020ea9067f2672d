"""The protocol of Roboflow's inference server: what ``inference_sdk.InferenceHTTPClient`` calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from boxtrail.serve.inference.pipelines.routes import add_pipelines
from boxtrail.serve.inference.registry import Registry
from boxtrail.serve.inference.routes import add_inference, add_models, add_older_inference
from boxtrail.serve.inference.streams import Streams
from boxtrail.serve.inference.workflows.engine import WorkflowEngine
from boxtrail.serve.inference.workflows.routes import add_workflows
from boxtrail.serve.inference.workflows.store import WorkflowStore

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


def router(service: Service) -> APIRouter:
    """All its routes; the older protocol's fits the paths of many others and comes last."""
    routes = APIRouter(tags=["inference"])
    streams, registry = Streams(service), Registry(service.model.spec)
    add_models(routes, registry)
    add_inference(routes, service, streams, registry)
    store = WorkflowStore(service.model.workflows)
    add_workflows(routes, service, WorkflowEngine(service, streams), store)
    add_pipelines(routes, service, store)
    add_older_inference(routes, service, streams)
    return routes


__all__ = ["router"]
