"""Videos, tracked and not, with every setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import requests
from checks import equal, fails, near, true
from sly_images import boxes_of, floats_of

from scene import FRAMES, HEIGHT, WIDTH, truth


def _ids(prediction: Any) -> list[int] | None:
    return None if prediction.track_ids is None else [int(track_id) for track_id in prediction.track_ids]


def same_as_in_process(context: Any, case: str) -> list[Any]:
    """Fail unless the SDK gets what a run without a server gives: frames, ids, boxes, classes."""
    found = context.model().predict(str(context.material.video), **context.arguments(case))
    rows = [[one.frame_index, _ids(one), floats_of(one), list(one.classes)] for one in found]
    expected = context.expected[case]
    true(expected, "there is something to compare with")
    equal([row[0] for row in rows], [row[0] for row in expected], "frames")
    for row, wanted in zip(rows, expected, strict=True):
        # A frame without a single track has no list of ids in the SDK.
        equal(row[1:], [wanted[1] or None, *wanted[2:]], f"frame {row[0]}")
    return found


def check_plain(context: Any) -> None:
    """predict a video: every frame, no ids, boxes where they were drawn"""
    found = same_as_in_process(context, "plain")
    equal([one.frame_index for one in found], list(range(FRAMES)), "frames")
    for one in found:
        near(boxes_of(one), truth(one.frame_index), 3.0, f"frame {one.frame_index}")


def check_video_list(context: Any) -> None:
    """predict a list of one video"""
    found = context.model().predict([str(context.material.video)], tracking=True, num_frames=5)
    equal([one.frame_index for one in found], list(range(5)), "frames")


def check_tracked(context: Any) -> None:
    """tracking=True, tracking_config=None: ids stable over the video, equal to a run without a server"""
    found = same_as_in_process(context, "tracked")
    ids: dict[str, set[int]] = {}
    for one in found:
        for name, track_id in zip(one.classes, _ids(one) or [], strict=True):
            ids.setdefault(name, set()).add(track_id)
    equal(ids, {"red": {1}, "green": {2}, "blue": {3}}, "ids by colour")


def check_config(context: Any) -> None:
    """tracking_config with a tracker and an option"""
    same_as_in_process(context, "config")


def check_trackers(context: Any) -> None:
    """other trackers by their names"""
    for name in ("sort", "ocsort", "sfsort", "boosttrack"):
        same_as_in_process(context, name)


def check_range(context: Any) -> None:
    """start_frame, num_frames and stride"""
    found = same_as_in_process(context, "range")
    equal([one.frame_index for one in found], [5, 7, 9, 11, 13, 15], "frames")


def check_end_frame(context: Any) -> None:
    """end_frame, which is left out itself"""
    equal([one.frame_index for one in same_as_in_process(context, "end_frame")], list(range(12)), "frames")


def check_duration(context: Any) -> None:
    """duration, in seconds"""
    equal([one.frame_index for one in same_as_in_process(context, "duration")], list(range(15)), "frames")


def check_backward(context: Any) -> None:
    """direction="backward" """
    found = same_as_in_process(context, "backward")
    equal([one.frame_index for one in found], list(range(20, 10, -1)), "frames")


def check_past_the_end(context: Any) -> None:
    """a start past the end gives nothing, and an annotation without tracks"""
    session = context.model().predict_detached(str(context.material.video), tracking=True, start_frame=500)
    equal(list(session), [], "predictions")
    equal(session.final_result["video_ann"]["frames"], [], "frames of the annotation")


def check_classes(context: Any) -> None:
    """classes: others are not tracked, so that ids begin at 1"""
    found = same_as_in_process(context, "classes")
    equal({_ids(one)[0] for one in found if _ids(one)}, {1}, "ids")


def check_conf(context: Any) -> None:
    """conf"""
    equal({name for one in same_as_in_process(context, "conf") for name in one.classes}, {"red"}, "classes")


def check_botsort_options(context: Any) -> None:
    """every option of the SDK's own BoT-SORT is taken"""
    config = {
        "tracker": "botsort", "device": "auto", "fp16": False, "track_high_thresh": 0.6, "track_low_thresh": 0.1,
        "new_track_thresh": 0.7, "track_buffer": 30, "match_thresh": 0.8, "min_box_area": 10.0, "with_reid": True,
        "reid_weights": None, "proximity_thresh": 0.5, "appearance_thresh": 0.25, "fuse_score": False,
        "ablation": False, "mot20": False, "cmc_method": "sparseOptFlow", "fps": 30,
    }  # fmt: skip
    for method in ("sparseOptFlow", "orb", "ecc", "none", "None"):
        config["cmc_method"] = method
        found = context.model().predict(
            str(context.material.video), tracking=True, tracking_config=config, num_frames=6
        )
        equal([_ids(one) for one in found][1:], [[1, 2]] * 5, f"ids with cmc_method {method}")


def check_wrong_tracker(context: Any) -> None:
    """an unknown tracker, option or value is refused at once, with the reason"""
    model, video = context.model(), str(context.material.video)
    for config, reason in (
        ({"tracker": "bytetrak"}, "bytetrack"),
        ({"tracker": "bytetrack", "track_bufer": 3}, "track_buffer"),
        ({"tracker": "bytetrack", "track_buffer": "many"}, "track_buffer"),
    ):
        said = fails(
            requests.HTTPError,
            reason,
            lambda c=config: model.predict(video, tracking=True, tracking_config=c),
        )
        true("400" in said, f"the status is 400: {said:.200}")


def check_wrong_range(context: Any) -> None:
    """a stride of 0 is refused at once"""
    fails(
        requests.HTTPError, "stride", lambda: context.model().predict(str(context.material.video), stride=0)
    )


def check_failing_video(context: Any) -> None:
    """an error in the middle reaches the caller after the predictions before it"""
    found = []
    session = context.model().predict_detached(str(context.material.broken), tracking=True, batch_size=1)

    def take() -> None:
        for one in session:
            found.append(one.frame_index)

    fails(RuntimeError, "the frame is white", take)
    equal(found, list(range(6)), "predictions before the error")


def check_broken_video(context: Any) -> None:
    """a file that is no video is refused"""
    path = context.material.folder / "no-video.mp4"
    path.write_bytes(b"no video at all" * 100)
    said = fails(
        requests.HTTPError, "no-video.mp4", lambda: context.model().predict(str(path), tracking=True)
    )
    true("/no-video.mp4" not in said, f"the server's own folder is not named: {said:.300}")


def check_visualize(context: Any) -> None:
    """load_image and visualize of a frame of a video"""
    one = context.model().predict(str(context.material.video), tracking=True, start_frame=7, num_frames=1)[0]
    equal(one.load_image().shape, (HEIGHT, WIDTH, 3), "shape")
    target = context.material.folder / "frame.png"
    one.visualize(
        save_path=str(target), thickness=2
    )  # draw_tags wants matplotlib, which the SDK does not ask for
    true(target.is_file(), "the picture is written")
    near({"red": tuple(np.asarray(one.boxes)[0][[1, 0, 3, 2]])}, truth(7, (0,)), 3.0, "box")
