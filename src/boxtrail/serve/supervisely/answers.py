"""Jobs as the SDK reads them."""

from __future__ import annotations

import traceback
from typing import Any

from boxtrail.predict.prediction import Prediction
from boxtrail.predict.resources import gpu_memory, ram_memory
from boxtrail.serve.supervisely.jobs import Job

PREPARING, RUNNING, FINISHED, CANCELLED, FAILED = (
    "preparing",  # the one word for which the SDK waits with its count
    "Running inference...",
    "Finished",
    "Cancelled",
    "Error",
)


def progress(job: Job) -> dict[str, Any]:
    """The answer of ``get_inference_progress``, and most of the others."""
    said = job.session.progress()
    done = job.session.is_done()
    stage = _stage(job, done=done, total=said["total"])
    shown = {
        "message": stage,
        "status": stage,
        "current": said["current"],
        "total": said["total"] if said["total"] is not None else 1,
        "is_size": False,
    }
    return {
        "uuid": job.uuid,
        "stage": stage,
        "progress": shown,
        "preparing_progress": dict(shown),
        "pending_results": job.session.status()["pending"],
        "final_result": False,
        "exception": None,
        "is_inferring": not done,
        "stopped": done,
        "paused": False,
        "finished": done,
        "created_at": job.created,
        "updated_at": job.updated,
        "cancel_inference": job.cancelled,
        "has_result": done,
        "result": False,
    }


def pop(job: Job) -> dict[str, Any]:
    """The answer of ``pop_inference_results``: results, and whether they are the last."""
    found, exhausted, error = job.take()
    return {
        **progress(job),
        "pending_results": [result(prediction) for prediction in found],
        "finished": exhausted and error is None,
        "exception": None if error is None else exception(error, job),
        "final_result": exhausted and error is None,
    }


def status(job: Job) -> dict[str, Any]:
    """The answer of ``get_inference_status``."""
    said = progress(job)
    for name in ("pending_results", "final_result", "created_at", "updated_at"):
        del said[name]
    return {**said, "gpu_memory": gpu_memory(), "ram_memory": ram_memory()}


def result(prediction: Prediction) -> dict[str, Any]:
    """One prediction. Where the server keeps the file is nobody's business."""
    return {**prediction.to_json(), "source": None, "path": None}


def exception(error: BaseException, job: Job) -> dict[str, str]:
    """An error in a job: this is how the SDK reads it, where a 500 would make it repeat the request."""
    return {
        "type": type(error).__name__,
        "message": job.plain(str(error)),
        "traceback": job.plain("".join(traceback.format_exception_only(error)).strip()),
    }


def _stage(job: Job, *, done: bool, total: int | None) -> str:
    if done and job.session.error is not None:
        return FAILED
    if done:
        return CANCELLED if job.cancelled else FINISHED
    return PREPARING if total is None else RUNNING


__all__ = ["exception", "pop", "progress", "result", "status"]
