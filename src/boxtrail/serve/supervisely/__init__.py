"""The protocol of Supervisely's SDK: what ``supervisely.nn.ModelAPI`` and its sessions call."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException

from boxtrail.errors import BoxtrailError
from boxtrail.predict.session import PredictionSession, Work
from boxtrail.serve import body
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.supervisely import answers
from boxtrail.serve.supervisely.information import add_information
from boxtrail.serve.supervisely.jobs import Job, Jobs, without_folder
from boxtrail.serve.supervisely.sizes import bounded, check_files
from boxtrail.serve.supervisely.state import arguments, read_state
from boxtrail.serve.supervisely.uploads import receive

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

T = TypeVar("T")
logger = logging.getLogger(__name__)
MOST_JSON = 1 << 20  # bytes of a request without files
LINGER = 2.0  # seconds an answer waits for a first result: the SDK sleeps a second after an empty one
PLATFORM = ("/inference_batch_ids_async", "/inference_video_id_async", "/inference_project_id_async")


def router(service: Service) -> APIRouter:
    """All its routes; every one is a POST that answers 200 and JSON where it can."""
    routes = APIRouter(tags=["supervisely"])
    jobs = Jobs(service.limits.max_sessions)
    add_information(routes, service)
    _add_starts(routes, service, jobs)
    _add_requests(routes, jobs)
    service.closing.append(jobs.close)
    service.expiring.append(jobs.expire)
    return routes


def _add_starts(routes: APIRouter, service: Service, jobs: Jobs) -> None:
    @routes.post("/inference_batch_async")
    async def images(request: Request) -> dict[str, str]:
        """Images, uploaded: ``files``, and ``state``."""
        return await _start(request, service, jobs, video=False)

    @routes.post("/inference_video_async")
    async def video(request: Request) -> dict[str, str]:
        """One video, uploaded; with a tracker in its state it is tracked."""
        return await _start(request, service, jobs, video=True)

    async def on_platform() -> None:
        raise RefusedError(400, "this server has no Supervisely platform: send images and videos themselves")

    for path in PLATFORM:
        routes.post(path)(on_platform)

    @routes.post("/deploy_from_api")
    async def load(request: Request) -> dict[str, str]:
        """Take another model of ``list_pretrained_models``."""
        state = await _state(request)
        name = str(state.get("model_name") or "")
        if name not in service.model.local.ask("list_pretrained_models"):
            raise RefusedError(
                400, f"there is no pretrained model {name!r}; a server loads no other from a client"
            )
        await _in_thread(lambda: service.model.local.ask("load", model=name))
        return {"result": "model was successfully deployed"}


async def _start(request: Request, service: Service, jobs: Jobs, *, video: bool) -> dict[str, str]:
    """As :func:`_take`; nothing is ever answered by 5xx, after which the SDK would send an empty body again."""
    try:
        return await _take(request, service, jobs, video=video)
    except (BoxtrailError, HTTPException) as error:
        status = error.status if isinstance(error, RefusedError) else getattr(error, "status_code", 400)
        raise RefusedError(status if status in (400, 401, 404, 413) else 400, _text(error)) from error
    except Exception as error:
        logger.error("%s failed", request.url.path, exc_info=error)
        raise RefusedError(400, f"the server failed: {type(error).__name__}") from error


def _text(error: Exception) -> str:
    return str(error.detail) if isinstance(error, HTTPException) else str(error)


async def _take(request: Request, service: Service, jobs: Jobs, *, video: bool) -> dict[str, str]:
    """Take the files, begin to work, and answer: decoding goes on behind it."""
    await _in_thread(jobs.check_room)
    folder, files, state = await receive(request, service.folders.new)
    try:
        if video and len(files) != 1:
            raise RefusedError(400, f"one video is tracked at a time, not {len(files)}")
        given = arguments(state, video=video)
        work = await _in_thread(lambda: _work(service, files, given, video=video))
        job = jobs.add(PredictionSession(work), folder)
    except BaseException as error:
        await _in_thread(lambda: shutil.rmtree(folder, ignore_errors=True))
        if isinstance(error, (TypeError, ValueError)) and not isinstance(error, BoxtrailError):
            raise RefusedError(400, f"the settings make no sense: {error}") from error
        if isinstance(error, BoxtrailError) and not isinstance(error, RefusedError):
            raise RefusedError(400, without_folder(str(error), folder)) from error
        raise
    return {"message": "Scheduled inference task.", "inference_request_uuid": job.uuid}


def _work(service: Service, files: Sequence[Path], given: dict[str, Any], *, video: bool) -> Work:
    """Predictions of the files, of which no batch fills the memory."""
    most = service.limits.max_pixels
    largest = check_files(files, most, video=video)
    return service.model.local.start(files, **bounded(given, largest, most))


def _add_requests(routes: APIRouter, jobs: Jobs) -> None:
    @routes.post("/get_inference_progress")
    async def progress(request: Request) -> dict[str, Any]:
        """How far a request is."""
        return answers.progress(await _job(request, jobs))

    @routes.post("/pop_inference_results")
    async def pop(request: Request) -> dict[str, Any]:
        """The results since the last time; waits a little for the first."""
        job = await _job(request, jobs)
        return await _in_thread(lambda: _wait_for_results(job))

    @routes.post("/get_inference_result")
    async def final(request: Request) -> Any:
        """What there is beside the predictions: the video annotation."""
        job = await _job(request, jobs)
        return await _in_thread(lambda: job.session.final_result)

    @routes.post("/get_inference_status")
    async def status(request: Request) -> dict[str, Any]:
        """How far it is, and memory."""
        return answers.status(await _job(request, jobs))

    @routes.post("/stop_inference")
    async def stop(request: Request) -> dict[str, Any]:
        """Cancel a request. Always 200: the SDK asks again after it has cleared it."""
        job = await _known(request, jobs)
        if job is not None:
            await _in_thread(job.stop)
        return {"message": "Inference will be stopped.", "success": True}

    @routes.post("/clear_inference_request")
    async def clear(request: Request) -> dict[str, Any]:
        """Done with a request; it is kept a minute more."""
        job = await _known(request, jobs)
        if job is not None:
            job.clear()
        return {"success": True}


def _wait_for_results(job: Job) -> dict[str, Any]:
    job.wait(LINGER)
    return answers.pop(job)


async def _state(request: Request) -> dict[str, Any]:
    """``state`` of a JSON body; an empty body is an empty state."""
    text = (await body.read(request, MOST_JSON)).decode("utf-8", "replace")
    state = read_state(text).get("state")
    return state if isinstance(state, dict) else {}


async def _job(request: Request, jobs: Jobs) -> Job:
    return jobs.find(await _state(request))


async def _known(request: Request, jobs: Jobs) -> Job | None:
    """The job, or None where it is gone already."""
    state = await _state(request)
    try:
        return jobs.find(state)
    except RefusedError as error:
        if error.status == 404:
            return None
        raise


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


__all__ = ["router"]
