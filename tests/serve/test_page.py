"""The live page and the counts for Prometheus."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from own_requests import open_session
from served_frames import boxes

HOSTILE = ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "\u202e\0\n", "é" * 200]


def picture(client: TestClient, session: str) -> np.ndarray:
    answer = client.get(f"{session}/picture")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_pages_are_html_that_needs_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    assert "<title>boxtrail" in answer.text
    assert "viewport" in answer.text
    assert not [word for word in ("http://", "https://", "//cdn") if word in answer.text]


def test_boxes_are_drawn_on_a_dark_ground_as_large_as_the_frames(client: TestClient) -> None:
    session = open_session(client, frame_size=[640, 480])
    for rows in boxes(4):
        client.post(f"{session}/frames", json={"detections": rows.tolist()})
    image = picture(client, session)
    assert image.shape == (480, 640, 3)
    assert image.max() > 150
    assert np.median(image) < 60


def test_without_a_size_the_ground_holds_all_boxes(client: TestClient) -> None:
    session = open_session(client)
    for index in range(3):
        client.post(f"{session}/frames", json={"detections": [[900 + index, 500, 950, 600, 0.9, 0]]})
    height, width = picture(client, session).shape[:2]
    assert 600 < height < 700
    assert 950 < width < 1050


def test_ids_and_trails_are_drawn_onto_the_latest_image(client: TestClient) -> None:
    session = open_session(client)
    for index in range(5):
        image = np.full((64, 96, 3), 200, np.uint8)
        image[:, 48:] = (200, 100, 20)
        content = cv2.imencode(".png", image)[1].tobytes()
        kind = {"Content-Type": "image/png"}
        assert (
            client.post(f"{session}/frames?frame={index}", content=content, headers=kind).status_code == 200
        )
    drawn = picture(client, session)
    assert drawn.shape == (64, 96, 3)
    assert np.abs(drawn[5, 90].astype(int) - [200, 100, 20]).max() < 30


def test_there_is_no_picture_before_the_first_frame(client: TestClient) -> None:
    assert client.get(f"{open_session(client)}/picture").status_code == 404
    assert client.get("/v1/sessions/nobody/picture").status_code == 404


@pytest.mark.parametrize("far", [1e5, 1e7, 1e9])
def test_boxes_far_away_do_not_break_the_picture(client: TestClient, far: float) -> None:
    for new in ({}, {"frame_size": [64, 48]}):
        session = open_session(client, **new)
        for rows in ([[0, 0, far, far, 0.9, 0]], [[-far, -far, far, far, 0.9, 0]]):
            client.post(f"{session}/frames", json={"detections": rows})
        assert max(picture(client, session).shape) <= 1280


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_text(client: TestClient, label: str) -> None:
    open_session(client, label=label)
    answer = client.get("/v1/sessions")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()[0]["label"] == label
    page = client.get("/").text
    assert "textContent" in page
    assert "session.label}" not in page  # never part of markup


def test_counts_for_prometheus(model: ServedModel) -> None:
    with TestClient(create_app(model, Limits(max_sessions=2))) as client:
        session = open_session(client)
        open_session(client)
        for rows in boxes(5):
            client.post(f"{session}/frames", json={"detections": rows.tolist()})
        assert client.post("/v1/sessions", json={}).status_code == 429
        assert client.post(f"{session}/frames", content=b"{").status_code == 400
        answer = client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = answer.text.splitlines()
        assert 'boxtrail_frames_total{protocol="v1"} 5.0' in lines
        assert 'boxtrail_sessions{protocol="v1"} 2.0' in lines
        assert 'boxtrail_frame_seconds_count{protocol="v1"} 5.0' in lines
        assert 'boxtrail_refused_requests_total{status="429"} 1.0' in lines
        assert 'boxtrail_refused_requests_total{status="400"} 1.0' in lines


def test_health_is_told(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "healthy"}
    assert client.get("/readiness").json() == {"status": "ready"}
