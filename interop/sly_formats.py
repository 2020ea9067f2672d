"""What the SDK makes of our annotations."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import supervisely as sly
from checks import Skipped, equal, fails, near, true

from scene import FRAMES, HEIGHT, WIDTH, truth

# The package around this module imports torch, which these functions do not need.
_PATH = Path(sly.__file__).parent / "nn" / "tracker" / "utils.py"
_SPEC = importlib.util.spec_from_file_location("supervisely_tracker_utils", _PATH)
sdk = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(sdk)


def _tracked(context: Any, **arguments: Any) -> tuple[Any, list[Any], sly.VideoAnnotation]:
    model = context.model()
    session = model.predict_detached(str(context.material.video), tracking=True, **arguments)
    found = list(session)
    return (
        model,
        found,
        sly.VideoAnnotation.from_json(session.final_result["video_ann"], model.get_model_meta()),
    )


def check_video_annotation(context: Any) -> None:
    """sly.VideoAnnotation.from_json loads the final result; it says the same as the predictions"""
    _, found, annotation = _tracked(context)
    equal(annotation.frames_count, FRAMES, "frames")
    equal(tuple(annotation.img_size), (HEIGHT, WIDTH), "size")
    equal(sorted(entry.obj_class.name for entry in annotation.objects), ["blue", "green", "red"], "objects")
    for one in found:
        frame = annotation.frames.get(one.frame_index)
        equal(
            [int(figure.track_id) for figure in frame.figures],
            [int(i) for i in one.track_ids],
            f"ids of frame {one.frame_index}",
        )
        names = [figure.video_object.obj_class.name for figure in frame.figures]
        equal(names, list(one.classes), f"classes of frame {one.frame_index}")
        for figure, place in zip(frame.figures, one.boxes, strict=True):
            box = figure.geometry
            equal([box.top, box.left, box.bottom, box.right], [int(side) for side in place], "box")


def check_part_of_a_video(context: Any) -> None:
    """the annotation of a part of the video has the video's own frame numbers"""
    _, found, annotation = _tracked(context, start_frame=10, stride=3, num_frames=4)
    equal([frame.index for frame in annotation.frames], [10, 13, 16, 19], "frames")
    equal([one.frame_index for one in found], [10, 13, 16, 19], "frames of the predictions")
    near({"red": tuple(_box(annotation, 13))}, truth(13, (0,)), 3.0, "box in frame 13")


def check_round_trip(context: Any) -> None:
    """to_json and from_json again"""
    model, _, annotation = _tracked(context)
    again = sly.VideoAnnotation.from_json(annotation.to_json(), model.get_model_meta())
    equal(len(again.figures), len(annotation.figures), "figures")


def check_predictions_to_annotation(context: Any) -> None:
    """predictions_to_video_annotation and video_annotation_to_mot"""
    _, found, ours = _tracked(context)
    annotation = sdk.predictions_to_video_annotation(found)
    equal(len(annotation.figures), sum(len(one.boxes) for one in found), "figures")
    for made in (annotation, ours):
        lines = [
            [float(value) for value in line.split(",")] for line in _lines(sdk.video_annotation_to_mot(made))
        ]
        equal(len(lines), sum(len(one.boxes) for one in found), "lines")
        equal({int(line[1]) for line in lines}, {1, 2, 3}, "ids")
        equal(min(int(line[0]) for line in lines), 1, "first frame")


def check_mot_to_annotation(context: Any) -> None:
    """video_annotation_to_mot to a file, and mot_to_video_annotation of it"""
    _, _, annotation = _tracked(context)
    path = context.material.folder / "tracks.txt"
    sdk.video_annotation_to_mot(annotation, str(path))
    again = sdk.mot_to_video_annotation(str(path), img_size=(HEIGHT, WIDTH))
    equal(len(again.figures), len(annotation.figures), "figures")


def check_annotations_of_frames(context: Any) -> None:
    """sly.Annotation.from_json loads every frame, with the ids beside it"""
    model, found, _ = _tracked(context)
    meta = model.get_model_meta()
    for one in found:
        annotation = sly.Annotation.from_json(one.annotation_json, meta)
        equal(len(annotation.labels), len(one.track_ids), f"labels of frame {one.frame_index}")
        equal(annotation.custom_data, [int(i) for i in one.track_ids], f"ids of frame {one.frame_index}")


def check_apply_boxmot(context: Any) -> None:
    """the SDK's own loop for trackers takes our predictions"""
    from supervisely.nn.tracking.boxmot import apply_boxmot

    model = context.model()
    found = model.predict(str(context.material.video), num_frames=4, conf=0.5, classes=["red", "green"])
    annotation = apply_boxmot(Numbers(), found, ["red", "green"])
    equal([len(frame.figures) for frame in annotation.frames], [2] * 4, "figures")


def check_partial_annotation(context: Any) -> None:
    """known: predictions_to_video_annotation of a part of a video cannot be loaded again"""
    model, found, _ = _tracked(context, start_frame=20, num_frames=4)
    made = sdk.predictions_to_video_annotation(found).to_json()
    fails(Exception, "Frame index", lambda: sly.VideoAnnotation.from_json(made, model.get_model_meta()))


def check_tracking_visualizer(context: Any) -> None:
    """TrackingVisualizer and nn.tracker.visualize"""
    raise Skipped("their package imports torch, and they need the programs ffmpeg and ffprobe")


def check_evaluate(context: Any) -> None:
    """nn.tracker.evaluate"""
    raise Skipped("it needs torch, motmetrics and NumPy below 2, and reads corners as sizes")


class Numbers:
    """A tracker that numbers the detections by their place."""

    def update(self, detections: np.ndarray, frame: np.ndarray) -> np.ndarray:
        """Rows ``x1, y1, x2, y2, id, conf, cls, det_ind``."""
        true(frame.shape == (HEIGHT, WIDTH, 3), "the frame comes along")
        count = np.arange(len(detections))
        return np.column_stack([detections[:, :4], count + 1, detections[:, 4:6], count])


def _box(annotation: Any, index: int) -> list[int]:
    figure = next(f for f in annotation.frames.get(index).figures if f.video_object.obj_class.name == "red")
    place = figure.geometry
    return [place.left, place.top, place.right, place.bottom]


def _lines(said: Any) -> list[str]:
    return [line for line in (said.splitlines() if isinstance(said, str) else said) if line.strip()]
