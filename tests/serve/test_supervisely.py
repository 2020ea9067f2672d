"""The protocol of Supervisely's SDK: model, images, videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.predict import ModelAPI
from boxtrail.trackers import TRACKERS
from square_video import NUM_FRAMES, square_detector
from supervisely_requests import File, ask, begin, ids, png, results


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("get_model_meta", {"classes", "tags"}),
        ("get_output_classes_and_tags", {"classes", "tags"}),
        ("get_custom_inference_settings", {"settings"}),
        ("get_session_info", {"tracking_on_videos_support", "task type", "tracking_algorithms"}),
        ("get_deploy_info", {"checkpoint_name", "model_name", "runtime", "deploy_params", "hardware"}),
        ("get_status", {"is_deployed", "progress", "gpu_memory", "ram_memory"}),
        ("is_ready", {"status"}),
        ("freeze_model", {"message"}),
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}", b'{"state": {}}'])
def test_what_the_client_asks_of_the_model_is_answered(
    client: TestClient, what: str, expected: set[str], body: bytes
) -> None:
    answer = client.post(f"/{what}", content=body)
    assert answer.status_code == 200
    assert expected <= set(answer.json())


def test_every_tracker_is_offered_with_its_options(client: TestClient) -> None:
    said = ask(client, "get_tracking_settings").json()
    assert set(said) == set(TRACKERS)
    assert said["botsort"]["track_high_thresh"] == 0.6
    assert ask(client, "list_pretrained_models").json() == ["motion", "hog"]
    assert client.get("/is_ready").json() == {"status": "ready"}


def test_an_image_is_predicted_under_its_name(client: TestClient) -> None:
    job = begin(client, "batch", [("a.png", png(30))], {"settings": {"classes": None}})
    found = results(client, job)
    assert [result["name"] for result in found] == ["a.png"]
    assert found[0]["frame_index"] is None
    exteriors = [entry["points"]["exterior"] for entry in found[0]["annotation"]["objects"]]
    assert exteriors == [[[70, 50], [90, 60]], [[30, 20], [46, 44]]]
    assert ask(client, "get_inference_result", job).json() is None


def test_a_directory_keeps_its_order_and_its_repeated_names(client: TestClient) -> None:
    offsets = [33, 3, 60, 12, 48]
    files = [(name, png(offset)) for name, offset in zip("cabab", offsets, strict=True)]
    found = results(client, begin(client, "batch", [(f"{name}.png", data) for name, data in files]))
    assert [result["name"] for result in found] == ["c.png", "a.png", "b.png", "a.png", "b.png"]
    assert [entry["annotation"]["objects"][1]["points"]["exterior"][0][0] for entry in found] == offsets


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "/etc/x.png", "a\\..\\b.png", "ü" * 200 + ".png", "a\0b.png"]
)
def test_a_name_leads_nowhere_else(client: TestClient, temporary: Path, name: str) -> None:
    boundary = "xyz"
    head = f'Content-Disposition: form-data; name="files"; filename="{name}"'
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + png(30) + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post("/inference_batch_async", content=body, headers=kind)
    assert answer.status_code == 200, answer.text
    assert len(results(client, answer.json()["inference_request_uuid"])) == 1
    assert not [path for path in temporary.parent.rglob("*.png") if not path.is_relative_to(temporary)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, range(NUM_FRAMES)),
        ({"settings": {"start_frame": 20}}, range(20, NUM_FRAMES)),
        ({"start_frame": 3, "end_frame": 6}, range(3, 6)),
        ({"startFrameIndex": 3, "framesCount": 2}, range(3, 5)),
        ({"num_frames": 4, "stride": 2}, range(0, 8, 2)),
        ({"duration": 0.5}, range(6)),
        ({"start_frame": 5, "direction": "backward"}, range(5, -1, -1)),
        ({"start_frame": 99}, range(0)),
    ],
)
@pytest.mark.parametrize("tracker", [None, "botsort"])
def test_every_setting_of_a_video_is_honoured(
    client: TestClient, file: File, state: dict[str, Any], expected: range, tracker: str | None
) -> None:
    job = begin(client, "video", [file], {**state, **({} if tracker is None else {"tracker": tracker})})
    assert [result["frame_index"] for result in results(client, job)] == list(expected)
    final = ask(client, "get_inference_result", job).json()
    assert (final["video_ann"] is None) is (tracker is None)
    if tracker is not None:
        assert [frame["index"] for frame in final["video_ann"]["frames"]] == sorted(expected)


@pytest.mark.parametrize("tracker", ["botsort", "bytetrack", "ocsort"])
def test_ids_are_those_of_a_prediction_in_this_process(
    client: TestClient, file: File, video: Path, tracker: str
) -> None:
    state = {"tracker": tracker, "tracker_settings": {"track_buffer": 12} if tracker != "ocsort" else {}}
    config = {"tracker": tracker, **state["tracker_settings"]}
    alone = ModelAPI(detector=square_detector).predict(video, tracking=True, tracking_config=config)
    job = begin(client, "video", [file], state)
    found = results(client, job)
    assert ids(found) == [list(map(int, prediction.track_ids)) for prediction in alone]
    assert any(ids(found))
    annotation = ask(client, "get_inference_result", job).json()["video_ann"]
    by_frame = [[int(figure["trackId"]) for figure in frame["figures"]] for frame in annotation["frames"]]
    assert by_frame == ids(found)
    assert annotation["framesCount"] == NUM_FRAMES


def test_two_videos_at_once_have_ids_of_their_own(client: TestClient, file: File) -> None:
    jobs = [begin(client, "video", [file], {"tracker": "bytetrack"}) for _ in range(3)]
    found = [ids(results(client, job)) for job in jobs]
    assert found[1:] == found[:1] * 2


def test_confidence_and_classes_are_filtered_before_tracking(client: TestClient, file: File) -> None:
    for settings in ({"conf": 0.85}, {"confidence_thresh": 0.85}):
        found = results(
            client, begin(client, "video", [file], {"settings": settings, "tracker": "bytetrack"})
        )
        assert {len(entry["annotation"]["objects"]) for entry in found} <= {0, 1}
        assert {number for frame in ids(found) for number in frame} == {1}
