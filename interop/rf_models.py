"""Server, models, aliases and keys."""

from __future__ import annotations

from typing import Any

import requests
from checks import equal, fails, true
from inference_sdk.http.errors import APIKeyNotProvided, HTTPCallErrorError, WrongClientModeError


def _ids(registry: Any) -> list[str]:
    return [entry.model_id for entry in registry.models]


def check_info(context: Any) -> None:
    """get_server_info"""
    info = context.client().get_server_info()
    equal(info.name, "boxtrail", "name")
    true(info.version and info.uuid, "version and uuid are told")


def check_slash(context: Any) -> None:
    """an address with a slash at its end, and one with a path in front"""
    for url in (f"{context.url}/", f"{context.url}/models/boxes"):
        equal(context.client(url=url).get_server_info().name, "boxtrail", f"name at {url}")


def check_health(context: Any) -> None:
    """GET /healthz and /readiness"""
    for path in ("healthz", "readiness"):
        answer = requests.get(f"{context.url}/{path}", timeout=10)
        equal(answer.status_code, 200, path)
        true("status" in answer.json(), f"/{path} tells a status")


def check_registry(context: Any) -> None:
    """load_model, list_loaded_models, unload_model, unload_all_models"""
    client = context.client()
    true("boxes/1" in _ids(client.load_model("boxes/1", set_as_default=True)), "the model is in the registry")
    equal(client.selected_model, "boxes/1", "selected model")
    found = next(entry for entry in client.list_loaded_models().models if entry.model_id == "boxes/1")
    equal(found.task_type, "object-detection", "task")
    true("boxes/1" not in _ids(client.unload_model("boxes/1")), "the model is gone")
    equal(_ids(client.unload_all_models()), [], "models after the last was unloaded")


def check_description(context: Any) -> None:
    """get_model_description, with and without loading"""
    client = context.client()
    equal(client.get_model_description("boxes/7").model_id, "boxes/7", "id")
    equal(
        client.get_model_description("boxes/7", allow_loading=False).model_id, "boxes/7", "id, loaded before"
    )


def check_aliases(context: Any) -> None:
    """aliases, which the client resolves, and free names with odd letters"""
    client = context.client()
    for name in ("yolov8n-640", "rfdetr-base", "yolox-m/bytetrack of cam 7?x=1#y", "boxes/1"):
        found = client.infer(str(context.material.image), model_id=name)
        equal({entry["class"] for entry in found["predictions"]}, {"red", "green", "blue"}, name)


def check_use_model(context: Any) -> None:
    """select_model, use_model, use_api_v0 and use_configuration"""
    client = context.client(key="any")
    client.select_model("boxes/1")
    equal(len(client.infer(str(context.material.image))["predictions"]), 3, "predictions")
    with client.use_model("other/2"):
        equal(len(client.infer(str(context.material.image))["predictions"]), 3, "predictions of another name")
    with client.use_api_v0():
        equal(len(client.infer(str(context.material.image))["predictions"]), 3, "predictions of v0")


def check_v0_limits(context: Any) -> None:
    """known: calls about models and keyless inference are refused by the client in v0"""
    client = context.client()
    client.select_api_v0()
    fails(WrongClientModeError, "", client.list_loaded_models)
    fails(APIKeyNotProvided, "", lambda: client.infer(str(context.material.image), model_id="boxes/1"))


def check_transports(context: Any) -> None:
    """boxtrail serve --token: the key as legacy, both and header, in v0 and v1; workflows too"""
    from rf_workflows import specification

    image = str(context.material.image)
    for transport in (None, "legacy", "both", "header"):
        client = context.client(url=context.secured, key=context.token, api_key_transport=transport)
        true(
            "predictions" in client.infer(image, model_id="boxes/1"), f"v1 answers with transport {transport}"
        )
        client.load_model("boxes/2")
        client.list_loaded_models()
        client.unload_model("boxes/2")
        true(
            client.run_workflow(specification=specification("trackers_sort@v1"), images={"image": image}),
            "workflows",
        )
        equal(client.list_inference_pipelines()["pipelines"], [], "pipelines")
        client.select_api_v0()
        true(
            "predictions" in client.infer(image, model_id="boxes/1"), f"v0 answers with transport {transport}"
        )


def check_wrong_key(context: Any) -> None:
    """boxtrail serve --token: a wrong key and none are refused with 401, /info is open"""
    from rf_workflows import specification

    image = str(context.material.image)
    for key in ("wrong", None):
        client = context.client(url=context.secured, key=key)
        client.get_server_info()
        calls = [
            lambda c=client: c.infer(image, model_id="boxes/1"),
            client.list_loaded_models,
            lambda c=client: c.load_model("boxes/1"),
            lambda c=client: c.run_workflow(
                specification=specification("trackers_sort@v1"), images={"image": image}
            ),
            client.list_inference_pipelines,
        ]
        for call in calls:
            fails(HTTPCallErrorError, "401", call)
    client = context.client(url=context.secured, key="wrong")
    client.select_api_v0()
    fails(HTTPCallErrorError, "401", lambda: client.infer(image, model_id="boxes/1"))


def check_out_of_scope(context: Any) -> None:
    """models that are no trackers: 404 with a message"""
    image, client = str(context.material.image), context.client()
    for call in (
        lambda: client.ocr_image(image),
        lambda: client.get_clip_text_embeddings("a box"),
        lambda: client.infer_lmm(image, prompt="what", model_id="paligemma/1"),
        lambda: client.sam2_segment_image(image),
    ):
        fails(HTTPCallErrorError, "404", call)
