"""Images and folders."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import requests
import supervisely as sly
from checks import equal, fails, near, true
from supervisely.nn.model.prediction_session import PredictionSession

from scene import HEIGHT, NAMES, WIDTH, truth


def boxes_of(prediction: Any) -> dict[str, tuple[int, ...]]:
    """``x1, y1, x2, y2`` by class, of the SDK's ``top, left, bottom, right``."""
    places = np.asarray(prediction.boxes).reshape(-1, 4)[:, [1, 0, 3, 2]]
    return dict(zip(prediction.classes, map(tuple, places.tolist()), strict=True))


def floats_of(prediction: Any) -> list[list[float]]:
    """Boxes as they were sent, to the part of a pixel."""
    shapes = [np.array(entry["points"]["exterior"]) for entry in prediction.annotation_json["objects"]]
    return [[*points.min(axis=0).tolist(), *points.max(axis=0).tolist()] for points in shapes]


def check_image(context: Any) -> None:
    """predict an image by its path: boxes, scores, classes, size"""
    (prediction,) = context.model().predict(str(context.material.image))
    near(boxes_of(prediction), truth(10), 1.0, "boxes")
    equal(prediction.scores, [0.9, 0.8, 0.85, 0.2], "scores")
    equal(list(prediction.class_idxs), [0, 1, 2, 3], "class numbers")
    true(prediction.track_ids is None, "an image has no ids")
    equal(tuple(prediction.annotation.img_size), (HEIGHT, WIDTH), "size")


def check_parts_of_pixels(context: Any) -> None:
    """annotations keep the parts of pixels, equal to a run without a server"""
    (prediction,) = context.model().predict(str(context.material.image))
    equal(floats_of(prediction), context.expected["image"][0][2], "boxes")


def check_path_object(context: Any) -> None:
    """predict a pathlib.Path, and load_image"""
    (prediction,) = context.model().predict(Path(context.material.image))
    equal(prediction.load_image().shape, (HEIGHT, WIDTH, 3), "shape")


def check_list(context: Any) -> None:
    """predict a list of one path"""
    (prediction,) = context.model().predict([str(context.material.image)])
    near(boxes_of(prediction), truth(10), 1.0, "boxes")


def check_empty(context: Any) -> None:
    """an image with nothing in it"""
    (prediction,) = context.model().predict(str(context.material.empty))
    equal(len(prediction.boxes), 0, "boxes")


def check_folder(context: Any) -> None:
    """predict a folder: one prediction an image, under its name"""
    found = context.model().predict(str(context.material.frames))
    equal(sorted(prediction.name for prediction in found), [f"{index}.png" for index in range(4)], "names")
    for prediction in found:
        near(boxes_of(prediction), truth(int(Path(prediction.name).stem)), 1.0, prediction.name)


def check_recursive_folder(context: Any) -> None:
    """predict a folder and what lies below it"""
    found = context.model().predict(str(context.material.frames), recursive=True, batch_size=2)
    equal(sorted(prediction.name for prediction in found), [f"{index}.png" for index in range(6)], "names")


def check_same_names(context: Any) -> None:
    """two images of one name in folders below one another stay apart"""
    folder = context.material.folder / "twins"
    for part, index in (("a", 0), ("b", 3)):
        (folder / part).mkdir(parents=True)
        shutil.copy(context.material.frames / f"{index}.png", folder / part / "image.png")
    lefts = sorted(
        boxes_of(prediction)["red"][0] for prediction in context.model().predict(str(folder), recursive=True)
    )
    equal(lefts, [20, 38], "left edges of the red box")


def check_tracked_folder(context: Any) -> None:
    """tracking asked of a folder changes nothing: the SDK sends no tracker with images"""
    found = context.model().predict(str(context.material.frames), tracking=True)
    equal([prediction.track_ids for prediction in found], [None] * 4, "ids")


def check_conf(context: Any) -> None:
    """conf"""
    (prediction,) = context.model().predict(str(context.material.image), **context.arguments("image conf"))
    equal(floats_of(prediction), context.expected["image conf"][0][2], "boxes")
    equal(sorted(prediction.classes), ["blue", "green", "red"], "classes")


def check_classes(context: Any) -> None:
    """classes"""
    (prediction,) = context.model().predict(str(context.material.image), classes=["green", "faint"])
    equal(sorted(prediction.classes), ["faint", "green"], "classes")


def check_img_size(context: Any) -> None:
    """img_size: smaller for the detector, boxes of the image as it is"""
    (prediction,) = context.model().predict(str(context.material.image), **context.arguments("img_size"))
    equal(floats_of(prediction), context.expected["img_size"][0][2], "boxes")
    near(boxes_of(prediction), truth(10), 4.0, "boxes")


def check_windows(context: Any) -> None:
    """settings: a sliding window finds every box once"""
    overlap = {"overlapX": 80, "overlapY": 80}
    for window in ({"windowHeight": 160, "windowWidth": 160}, {"windowHeight": 160}):
        settings = {"inference_mode": "sliding_window", "sliding_window_params": {**window, **overlap}}
        (prediction,) = context.model().predict(str(context.material.image), settings=settings)
        near(boxes_of(prediction), truth(10), 1.0, f"boxes with {window}")
        equal(len(prediction.boxes), len(NAMES), "boxes")


def check_rectangle(context: Any) -> None:
    """settings: a rectangle for all images, or one for each; boxes stay in pixels of the image"""
    whole, corner = (
        {"points": {"exterior": [[0, 0], [x, y]], "interior": []}} for x, y in ((319, 239), (99, 99))
    )
    model = context.model()
    for settings, expected in (
        ({"rectangle": corner}, [["red"]] * 4),
        ({"rectangles": [corner] * 4}, [["red"]] * 4),
        ({"rectangles": [whole] * 4}, [["faint", "green", "red"]] * 4),
    ):
        found = model.predict(str(context.material.frames), settings=settings)
        equal([sorted(prediction.classes) for prediction in found], expected, f"classes with {settings}")
        for prediction in found:
            red = truth(int(Path(prediction.name).stem))["red"]
            near({"red": boxes_of(prediction)["red"]}, {"red": red}, 1.0, prediction.name)
    three = {"rectangles": [corner] * 3}
    fails(
        requests.HTTPError,
        "3 regions for 4 images",
        lambda: model.predict(str(context.material.frames), settings=three),
    )


def check_annotation(context: Any) -> None:
    """sly.Annotation.from_json loads what was sent"""
    model = context.model()
    (prediction,) = model.predict(str(context.material.image))
    annotation = sly.Annotation.from_json(prediction.annotation_json, model.get_model_meta())
    equal(len(annotation.labels), 4, "labels")
    equal(annotation.labels[0].tags.get("confidence").value, 0.9, "score")


def check_visualize(context: Any) -> None:
    """visualize an image, to a file and to a folder"""
    (prediction,) = context.model().predict(str(context.material.image))
    target = context.material.folder / "drawn.png"
    drawn = prediction.visualize(save_path=str(target), thickness=3)
    true(target.is_file(), "the picture is written")
    true(np.any(drawn != prediction.load_image()), "something is drawn")
    prediction.visualize(save_dir=str(context.material.folder / "drawn"))
    equal(len(list((context.material.folder / "drawn").iterdir())), 1, "pictures in the folder")


def check_refused_setting(context: Any) -> None:
    """a setting that makes no sense is refused at once, with the reason"""
    fails(
        requests.HTTPError,
        "conf must lie in",
        lambda: context.model().predict(str(context.material.image), conf=7.0),
    )


def check_no_such_file(context: Any) -> None:
    """a file that is not there: the SDK says so itself"""
    fails(ValueError, "", lambda: context.model().predict("/no/such/image.png"))


def check_broken_image(context: Any) -> None:
    """a file that is no image: the error reaches the caller"""
    path = context.material.folder / "broken.png"
    path.write_bytes(b"no image at all")
    said = fails(RuntimeError, "broken.png", lambda: context.model().predict(str(path)))
    true("/broken.png" not in said, f"the server's own folder is not named: {said:.300}")


def check_arrays(context: Any) -> None:
    """known: arrays fail in the SDK, which loses its own iterator; the server has done its part"""
    image = np.zeros((40, 40, 3), np.uint8)
    for given in (image, [image, image]):
        fails(AttributeError, "__next__", lambda given=given: context.model().predict(given))


def check_repaired_arrays(context: Any) -> None:
    """arrays with the iterator put back by hand"""
    image = sly.image.read(str(context.material.image))
    session = context.model().predict_detached(image)
    session._iterator = PredictionSession.Iterator(1, session)
    (prediction,) = list(session)
    near(boxes_of(prediction), truth(10), 1.0, "boxes")


def check_paths(context: Any) -> None:
    """known: a list of two paths fails in the SDK before anything is sent"""
    paths = [str(context.material.image), str(context.material.empty)]
    fails(TypeError, "unexpected keyword argument", lambda: context.model().predict(paths))
