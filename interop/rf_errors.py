"""Errors and retries."""

from __future__ import annotations

import asyncio
from typing import Any

import requests
from checks import equal, fails, true
from inference_sdk.http.errors import (
    HTTPCallErrorError,
    HTTPServerConnectionError,
    InvalidInputFormatError,
)
from rf_detection import MODEL
from running import free_port


def _fail(context: Any, count: int, status: int) -> None:
    requests.post(f"{context.url}/fail/{count}/{status}", timeout=10)


def check_bad_image(context: Any) -> None:
    """a file that is no image, a path that is mistyped: 400 with the reason"""
    path = context.material.folder / "no-image.jpg"
    path.write_bytes(b"no image at all")
    for given in (str(path), "/no/such/file.jpg"):
        said = fails(
            HTTPCallErrorError, "400", lambda given=given: context.client().infer(given, model_id=MODEL)
        )
        true("image" in said, f"the reason is told: {said}")


def check_bad_option(context: Any) -> None:
    """an option that makes no sense: 400 with the reason, as text"""
    client = context.client(confidence_threshold=-3.0)
    fails(
        HTTPCallErrorError,
        "confidence must lie in",
        lambda: client.infer(str(context.material.image), model_id=MODEL),
    )


def check_detector_error(context: Any) -> None:
    """an error of the detector itself: not repeated, its kind is told"""
    import numpy as np

    white = np.full((40, 40, 3), 255, np.uint8)
    said = fails(HTTPCallErrorError, "status_code=500", lambda: context.client().infer(white, model_id=MODEL))
    true("RuntimeError" in said, f"the kind is told: {said}")


def check_tuple(context: Any) -> None:
    """known: the client takes lists of images, no tuples"""
    fails(InvalidInputFormatError, "", lambda: context.client().infer((context.frames[0],), model_id=MODEL))


def check_refused_connection(context: Any) -> None:
    """nobody at the address: the client's own error"""
    client = context.client(url=f"http://127.0.0.1:{free_port()}")
    fails(HTTPServerConnectionError, "", client.get_server_info)


def check_retries(context: Any) -> None:
    """429 and 503 twice, then an answer: the client asks again by itself"""
    for status in (429, 503):
        client = context.client()
        client.load_model(MODEL)
        _fail(context, 2, status)
        equal(
            len(client.infer(str(context.material.image), model_id=MODEL)["predictions"]),
            3,
            f"after {status}",
        )


def check_giving_up(context: Any) -> None:
    """503 every time: the client gives up after three tries, with our message"""
    client = context.client()
    client.load_model(MODEL)
    _fail(context, 3, 503)
    said = fails(HTTPCallErrorError, "503", lambda: client.infer(str(context.material.image), model_id=MODEL))
    true("told to fail" in said, f"the message is told: {said}")
    equal(len(client.infer(str(context.material.image), model_id=MODEL)["predictions"]), 3, "the fourth")


def check_giving_up_async(context: Any) -> None:
    """known: infer_async that gives up fails with a KeyError of the client's own"""
    client = context.client()
    client.load_model(MODEL)
    _fail(context, 3, 503)
    try:
        fails(
            KeyError,
            "request_data",
            lambda: asyncio.run(client.infer_async(context.frames[0], model_id=MODEL)),
        )
    finally:
        _fail(context, 0, 503)


def check_workflow_retries(context: Any) -> None:
    """run_workflow asks again after 503 too"""
    from rf_workflows import specification

    _fail(context, 2, 503)
    found = context.client().run_workflow(
        specification=specification("trackers_sort@v1"), images={"image": context.frames[0]}
    )
    equal(len(found), 1, "answers")
