"""The typed client, against a server on a socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError, InvalidInputError, SourceError, StateError
from boxtrail.serve import Client
from boxtrail.serve.client import SessionInfo
from boxtrail.serve.limits import Limits
from served_frames import boxes, tracked
from square_video import square_detector


@pytest.fixture
def url(serve) -> Iterator[str]:
    with serve(limits=Limits(max_sessions=3), token="abc") as server:
        yield server.url


@pytest.mark.parametrize("form", ["json", "msgpack", "raw"])
def test_a_session_is_used_like_a_tracker(url: str, form: str) -> None:
    frames = boxes()
    with Client(url, token="abc") as client, client.open("bytetrack", label="gate 3", form=form) as session:
        for rows, theirs in zip(frames, tracked(frames), strict=True):
            ours = session.update(rows)
            assert np.allclose(ours, theirs, rtol=1e-6, atol=0)
            assert ours.id.tolist() == theirs[:, 4].tolist()
        assert session.update([]).shape == (0, 8)
        assert isinstance(session.info(), SessionInfo)
        assert session.info().frames == len(frames) + 1
        assert [entry.label for entry in client.sessions()] == ["gate 3"]
        assert len(session.tracks()) >= 3
    with Client(url, token="abc") as client:
        assert client.sessions() == []


def test_oriented_boxes_embeddings_and_gaps_go_along(url: str) -> None:
    frames, rng = boxes(), np.random.default_rng(3)
    with Client(url, token="abc") as client:
        with client.open() as session:
            assert session.update([[100, 80, 40, 20, 0.5, 0.9, 0]]).shape == (1, 9)
            assert session.update(np.zeros((0, 7))).shape == (0, 9)
        with client.open("deepocsort") as session:
            alone = create_tracker("deepocsort")
            for rows in frames:
                looks = rng.integers(1, 9, (len(rows), 4)).astype(np.float32)
                theirs = alone.update(rows, embs=looks)
                assert np.array_equal(session.update(rows, embs=looks), theirs)
        with client.open("sort", max_age=1, form="json") as session:
            for index in (0, 1, 2, 40):
                session.update(frames[0], frame=index)
            with pytest.raises(InvalidInputError, match="comes after frame 40"):
                session.update(frames[0], frame=40)


def test_images_are_tracked_by_the_servers_detector(url: str) -> None:
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, 30:46] = (60, 200, 240)
    theirs = create_tracker("bytetrack").update(np.array(square_detector(image)), image)
    with Client(url, token="abc") as client, client.open() as session:
        ours = session.update_image(cv2.imencode(".png", image)[1].tobytes(), media_type="image/png")
        assert np.allclose(ours, theirs, rtol=1e-6)


def test_a_state_goes_from_one_session_to_another(url: str) -> None:
    frames = boxes()
    with Client(url, token="abc") as client, client.open("ocsort", form="json") as first:
        for rows in frames[:6]:
            first.update(rows)
        with client.open("ocsort", form="json") as second, client.open("sort") as other:
            second.load_state_dict(first.state_dict())
            for rows in frames[6:]:
                assert np.array_equal(second.update(rows), first.update(rows))
            with pytest.raises(StateError):
                other.load_state_dict(first.state_dict())
        resumed = client.resume(first.id, form="json")
        assert resumed.info().id == first.id


def test_refusals_are_the_exceptions_of_the_library(url: str) -> None:
    with Client(url, token="abc") as client:
        with pytest.raises(ConfigError, match="bytetrack"):
            client.open("bytrack")
        with pytest.raises(ConfigError, match="form must be one of"):
            client.open(form="csv")  # type: ignore[arg-type]
        with client.open(form="json") as session:
            for form in ("json", "msgpack", "raw"):
                session.form = form  # type: ignore[assignment]
                with pytest.raises(InvalidInputError):
                    session.update([[np.nan, 2, 3, 4, 0.5, 0]])
        sessions = [client.open() for _ in range(3)]
        with pytest.raises(SourceError, match="as many as there may be"):
            client.open()
        for session in sessions:
            session.close()
    with Client(url, token="wrong") as client, pytest.raises(ConfigError, match="token"):
        client.sessions()


def test_a_server_that_is_not_there_is_named() -> None:
    with Client("http://127.0.0.1:9") as client, pytest.raises(SourceError, match="cannot reach http://127"):
        client.open()


def test_the_client_needs_nothing_of_the_server() -> None:
    code = "import sys, boxtrail.serve; print([name for name in ('fastapi', 'uvicorn', 'cv2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
