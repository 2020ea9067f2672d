"""Calls that tell of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from boxtrail.predict.local_model import LocalModel
from boxtrail.serve.errors import RefusedError
from boxtrail.trackers import TRACKERS

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


def add_information(routes: APIRouter, service: Service) -> None:
    """Everything ``ModelAPI`` asks beside predictions. Bodies may be empty and are not looked at."""
    _add_meta(routes, service)
    _add_abilities(routes, service)
    _add_deployment(routes, service.model.local)
    _add_models(routes, service.model.local)


def _add_meta(routes: APIRouter, service: Service) -> None:
    model = service.model.local

    @routes.post("/get_output_classes_and_tags")
    @routes.post("/get_model_meta")
    async def meta() -> dict[str, Any]:
        """Classes and tags, as ``ProjectMeta``."""
        return dict(model.ask("get_model_meta"))

    @routes.post("/get_custom_inference_settings")
    async def settings() -> dict[str, Any]:
        """The settings predictions are made with unless told."""
        return {"settings": model.ask("get_settings")}

    @routes.post("/get_tracking_settings")
    async def tracking_settings() -> dict[str, Any]:
        """Every tracker with its options."""
        return dict(model.ask("get_tracking_settings"))


def _add_abilities(routes: APIRouter, service: Service) -> None:
    @routes.post("/get_session_info")
    async def session_info() -> dict[str, Any]:
        """What this server can do."""
        return {
            "app_name": "boxtrail",
            "session_id": None,
            "number_of_classes": len(service.model.names),
            "sliding_window_support": "advanced",
            "videos_support": True,
            "async_video_inference_support": True,
            "tracking_on_videos_support": True,
            "async_image_inference_support": True,
            "tracking_algorithms": sorted(TRACKERS),
            "batch_inference_support": True,
            "max_batch_size": None,
            "task type": "object detection",
        }


def _add_deployment(routes: APIRouter, model: LocalModel) -> None:
    @routes.post("/get_deploy_info")
    async def deploy_info() -> dict[str, Any]:
        """What model it is."""
        return dict(model.ask("get_info"))

    @routes.post("/get_status")
    async def get_status() -> dict[str, Any]:
        """Whether it is ready, and memory."""
        return dict(model.ask("status"))

    @routes.post("/is_ready")
    @routes.get("/is_ready")
    async def is_ready() -> dict[str, str]:
        """Another word than ready lets ``is_deployed()`` say False instead of raising."""
        return {"status": "ready" if model.ask("is_deployed") else "not deployed"}

    @routes.post("/tasks.stop")
    async def shut_down() -> None:
        """What the platform calls to end a model; here that is for whoever started it."""
        raise RefusedError(400, "a server is stopped by whoever started it, not by its clients")

    @routes.post("/freeze_model")
    async def freeze_model() -> dict[str, str]:
        """Bring the model to the CPU."""
        return dict(model.ask("freeze_model"))


def _add_models(routes: APIRouter, model: LocalModel) -> None:
    @routes.post("/list_pretrained_models")
    async def list_pretrained_models() -> list[str]:
        """Names ``load`` knows."""
        return list(model.ask("list_pretrained_models"))

    @routes.post("/list_pretrained_model_infos")
    async def list_pretrained_model_infos() -> list[dict[str, Any]]:
        """The same, with what is known of them."""
        return list(model.ask("list_pretrained_model_infos"))


__all__ = ["add_information"]
