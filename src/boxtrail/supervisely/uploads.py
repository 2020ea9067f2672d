"""Predictions onto the platform, through the SDK's ``api`` object, in the ways its own server has.

``create``     a new project beside the old one, the images copied into it
``append``     beside the objects that are there
``replace``    instead of them
``iou_merge``  as ``append``, without predictions that are there already: same class, same geometry, IoU of at least
               0.9 unless told
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError, InvalidInputError, require
from boxtrail.predict.prediction import Prediction
from boxtrail.supervisely.merging import merged_meta, without_known

MODES = ("create", "append", "replace", "iou_merge")
IOU_MERGE_THRESHOLD = 0.9


def upload(
    api: Any,
    predictions: Sequence[Prediction],
    mode: str = "append",
    *,
    iou_merge_threshold: float = IOU_MERGE_THRESHOLD,
    name: str = "Predictions of boxtrail",
) -> int:
    """Upload predictions of images of one project; the number of the project they are in.

    Classes that the project does not have are added to it, and so is the tag for scores.

    Args:
        api: ``supervisely.Api``.
        predictions: with ``image_id`` and an annotation each.
        mode: one of :data:`MODES`.
        iou_merge_threshold: overlap in (0, 1] from which a prediction is taken to be there already.
        name: of the project that ``create`` makes; the platform adds a number where the name is taken.

    Raises:
        ConfigError: for an unknown mode or a threshold out of range.
        InvalidInputError: for predictions without an image of the platform, or of several projects.
    """
    _check(mode, iou_merge_threshold)
    for index, prediction in enumerate(predictions):
        if prediction.image_id is None or prediction.annotation_json is None:
            raise InvalidInputError(f"prediction {index} has no image_id or no annotation to upload")
    if not predictions:
        raise InvalidInputError("there are no predictions to upload")
    infos = {info.id: info for info in api.image.get_info_by_id_batch([p.image_id for p in predictions])}
    missing = [p.image_id for p in predictions if p.image_id not in infos]
    if missing:
        raise InvalidInputError(f"there is no image {missing[0]} on the platform")
    datasets = {info.dataset_id: api.dataset.get_info_by_id(info.dataset_id) for info in infos.values()}
    projects = {dataset.project_id for dataset in datasets.values()}
    if len(projects) > 1:
        raise InvalidInputError(f"predictions of {len(projects)} projects; upload those of one at a time")
    (project_id,) = projects
    annotations = {int(p.image_id or 0): dict(p.annotation_json or {}) for p in predictions}
    target, places = (
        _copy(api, project_id, infos, datasets, name)
        if mode == "create"
        else (project_id, {i: i for i in infos})
    )
    _widen_meta(api, target, annotations.values())
    for image_id, annotation in annotations.items():
        if mode in ("append", "iou_merge"):
            annotation = _joined(api, image_id, annotation, mode, iou_merge_threshold)
        api.annotation.upload_json(places[image_id], annotation)
    return int(target)


def upload_video(api: Any, video_id: int, annotation: Any, mode: str = "append", *, name: str = "") -> int:
    """Upload the tracks of a video; the number of the video they are at.

    Args:
        api: ``supervisely.Api``.
        video_id: number of the video.
        annotation: ``VideoAnnotation`` JSON, as :func:`boxtrail.supervisely.video_annotation` makes it, or the SDK's.
        mode: ``create``, ``append`` or ``replace``; tracks have no overlap by which ``iou_merge`` could go.
        name: of the project that ``create`` makes.

    Raises:
        ConfigError: for another mode.
        MissingExtraError: without ``supervisely``.
    """
    if mode == "iou_merge":
        raise ConfigError("upload mode 'iou_merge' is for images; a video takes create, append or replace")
    _check(mode, IOU_MERGE_THRESHOLD)
    supervisely: Any = require("supervisely", "supervisely", "uploading a video's tracks")
    content = annotation if isinstance(annotation, Mapping) else annotation.to_json()
    info = api.video.get_info_by_id(video_id)
    project_id = api.dataset.get_info_by_id(info.dataset_id).project_id
    target = video_id
    if mode == "create":
        project = _new_project(api, project_id, name or "Tracks of boxtrail", "videos")
        dataset = api.dataset.create(project.id, "tracks")
        (copied,) = api.video.upload_ids(dataset.id, [info.name], [video_id])
        project_id, target = project.id, copied.id
    meta = _widen_meta(api, project_id, [content])
    sdk_meta = supervisely.ProjectMeta.from_json(meta)
    if mode == "replace":
        with tempfile.TemporaryDirectory(prefix="boxtrail-") as folder:
            path = Path(folder) / "annotation.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            api.video.annotation.upload_paths([target], [str(path)], sdk_meta)
    else:
        api.video.annotation.append(target, supervisely.VideoAnnotation.from_json(content, sdk_meta))
    return int(target)


def _check(mode: str, threshold: float) -> None:
    if mode not in MODES:
        raise ConfigError(f"upload mode is one of {', '.join(MODES)}, not {mode!r}")
    if not 0.0 < threshold <= 1.0:
        raise ConfigError(f"iou_merge_threshold must lie in (0, 1], not {threshold}")


def _joined(
    api: Any, image_id: int, annotation: dict[str, Any], mode: str, threshold: float
) -> dict[str, Any]:
    """The annotation that is there, with the new objects after its own."""
    existing = api.annotation.download_json(image_id)
    if mode == "iou_merge":
        annotation = without_known(annotation, existing, threshold)
    return {**existing, "objects": [*existing.get("objects", []), *annotation["objects"]]}


def _widen_meta(api: Any, project_id: int, annotations: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The project's meta, which then has every class of the annotations."""
    meta: dict[str, Any] = api.project.get_meta(project_id)
    wider = merged_meta(meta, annotations)
    if wider is not None:
        api.project.update_meta(project_id, wider)
    return wider or meta


def _copy(
    api: Any, project_id: int, infos: Mapping[int, Any], datasets: Mapping[int, Any], name: str
) -> tuple[int, dict[int, int]]:
    """A new project with copies of the images, each dataset under its name; copies by image."""
    project = _new_project(api, project_id, name, "images")
    places: dict[int, int] = {}
    for dataset_id, dataset in datasets.items():
        own = [info for info in infos.values() if info.dataset_id == dataset_id]
        made = api.dataset.create(project.id, dataset.name, change_name_if_conflict=True)
        copies = api.image.upload_ids(made.id, [info.name for info in own], [info.id for info in own])
        places |= {info.id: copy.id for info, copy in zip(own, copies, strict=True)}
    return int(project.id), places


def _new_project(api: Any, project_id: int, name: str, kind: str) -> Any:
    """Beside the old one, with its classes."""
    old = api.project.get_info_by_id(project_id)
    made = api.project.create(old.workspace_id, name, type=kind, change_name_if_conflict=True)
    api.project.update_meta(made.id, api.project.get_meta(project_id))
    return made


__all__ = ["IOU_MERGE_THRESHOLD", "MODES", "upload", "upload_video"]
