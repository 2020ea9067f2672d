"""Calls of ``ModelAPI`` beside predictions, and addresses with a prefix."""

from __future__ import annotations

import json
from typing import Any

import requests
import supervisely as sly
from checks import equal, fails, true

from scene import NAMES


def check_model_meta(context: Any) -> None:
    """get_model_meta is a ProjectMeta with every class and the confidence tag"""
    meta = context.model().get_model_meta()
    true(isinstance(meta, sly.ProjectMeta), "it is the SDK's object")
    equal([entry.name for entry in meta.obj_classes], list(NAMES.values()), "classes")
    equal(meta.get_tag_meta("confidence").value_type, "any_number", "kind of the confidence tag")


def check_classes(context: Any) -> None:
    """get_classes"""
    equal(context.model().get_classes(), list(NAMES.values()), "classes")


def check_settings(context: Any) -> None:
    """get_settings is a dict"""
    true(
        {"conf", "classes", "img_size"} <= set(context.model().get_settings()),
        "conf, classes and img_size are in it",
    )


def check_tracking_settings(context: Any) -> None:
    """get_tracking_settings has BoT-SORT's options, and the server lists every tracker"""
    settings = context.model().get_tracking_settings()
    true(
        {"track_high_thresh", "track_low_thresh", "track_buffer", "match_thresh"} <= set(settings),
        "options are there",
    )
    listed = requests.post(f"{context.url}/get_tracking_settings", json={}, timeout=10).json()
    true(
        {"botsort", "bytetrack", "ocsort", "sort", "strongsort", "deepocsort"} <= set(listed),
        f"all trackers are in {set(listed)}",
    )


def check_info(context: Any) -> None:
    """get_info has the twelve fields of DeployInfo"""
    names = {
        "checkpoint_name", "model_name", "architecture", "checkpoint_url", "custom_checkpoint_path", "model_source",
        "task_type", "device", "runtime", "model_precision", "hardware", "deploy_params",
    }  # fmt: skip
    equal(set(context.model().get_info()), names, "fields")


def check_status(context: Any) -> None:
    """status says what it does and how much memory there is"""
    status = context.model().status()
    true(status["is_deployed"] is True, "it is deployed")
    equal(status["progress"]["message"], "Ready", "message")
    true(status["ram_memory"]["total"] > 0, "memory is told")


def check_is_deployed(context: Any) -> None:
    """is_deployed"""
    true(context.model().is_deployed() is True, "it is deployed")


def check_pretrained(context: Any) -> None:
    """list_pretrained_models and list_pretrained_model_infos name the same"""
    model = context.model()
    names = model.list_pretrained_models()
    true("motion" in names, "the built-in detector is listed")
    equal([entry["model_name"] for entry in model.list_pretrained_model_infos()], names, "names")


def check_freeze(context: Any) -> None:
    """freeze_model"""
    context.model().freeze_model()


def check_load(context: Any) -> None:
    """load takes a pretrained model, and the SDK refuses a name that is not listed"""
    model = context.model(f"{context.secured}/t/{context.token}")
    model.load("motion")
    true(model.is_deployed(), "it is deployed")
    fails(ValueError, "nope", lambda: model.load("nope"))


def check_load_file(context: Any) -> None:
    """load of a checkpoint on the client's disk is refused: a server opens no file that a client names"""
    folder = context.material.folder / "experiment"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "best.pt").write_bytes(b"weights")
    meta = context.model().get_model_meta().to_json()
    info = {"model_files": {"config": "config.yaml"}, "model_meta": "model_meta.json", "model_name": "mine"}
    (folder / "experiment_info.json").write_text(json.dumps(info), encoding="utf-8")
    (folder / "model_meta.json").write_text(json.dumps(meta), encoding="utf-8")
    path = str(folder / "checkpoints" / "best.pt")
    fails(requests.HTTPError, "400", lambda: context.model().load(path))


def check_prefix(context: Any) -> None:
    """an address with a path in front and a slash at its end"""
    model = context.model(f"{context.url}/models/boxes/")
    equal(model.get_classes(), list(NAMES.values()), "classes")
    equal(len(model.predict(str(context.material.image))), 1, "predictions")


def check_token(context: Any) -> None:
    """boxtrail serve --token: refused without, served at /t/TOKEN"""
    fails(requests.HTTPError, "401", context.model(context.secured).get_classes)
    fails(requests.HTTPError, "401", context.model(f"{context.secured}/t/wrong").get_classes)
    model = context.model(f"{context.secured}/t/{context.token}")
    frames = model.predict(
        str(context.material.video), tracking=True, tracking_config={"tracker": "sort"}, num_frames=12
    )
    equal([prediction.frame_index for prediction in frames], list(range(12)), "frames")


def check_shutdown(context: Any) -> None:
    """known: shutdown fails in the SDK before anything is sent"""
    fails(TypeError, "", context.model().shutdown)


def check_experiments(context: Any) -> None:
    """known: list_experiments is not offered by the SDK"""
    fails(NotImplementedError, "", context.model().list_experiments)


def check_dataset(context: Any) -> None:
    """known: dataset_id needs a platform on the client's side"""
    fails(ValueError, "Api is required", lambda: context.model().predict(dataset_id=1))


def check_platform(context: Any) -> None:
    """image_id, video_id and project_id are refused at once, with the reason"""
    model = context.model()
    for name in ("image_id", "video_id", "project_id"):
        fails(requests.HTTPError, "no Supervisely platform", lambda name=name: model.predict(**{name: 1}))
