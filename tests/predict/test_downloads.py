"""Addresses: what is fetched, and what never is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from boxtrail.errors import SourceError
from boxtrail.predict.downloads import fetch

BODY = b"x" * 5000


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        place = {"/again": "/again", "/once": "/file.png"}.get(self.path)
        if place is not None:
            self.send_response(302)
            self.send_header("Location", place)
            self.end_headers()
        elif self.path == "/file.png":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(BODY)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_is_fetched_through_a_redirect(address: str) -> None:
    path = fetch(f"{address}/once", allow_private=True)
    try:
        assert path.read_bytes() == BODY
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("path", "message"),
    [("/again", "redirects"), ("/nothing", "404")],
)
def test_what_cannot_be_fetched_is_told(address: str, path: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        fetch(address + path, allow_private=True)


def test_a_file_larger_than_allowed_is_not_kept(address: str) -> None:
    with pytest.raises(SourceError, match="more than 100 bytes"):
        fetch(f"{address}/file.png", max_bytes=100, allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.png",
        "http://localhost:9/x.png",
        "http://10.0.0.1/x.png",
        "http://169.254.169.254/latest",
        "http://[::1]/x.png",
        "http://0.0.0.0/x.png",
    ],
)
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(SourceError, match="private address"):
        fetch(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "http:///x"])
def test_only_the_web_is_fetched(url: str) -> None:
    with pytest.raises(SourceError, match="begins with http"):
        fetch(url)


def test_no_password_is_shown() -> None:
    with pytest.raises(SourceError) as caught:
        fetch("ftp://me:secret@host/x.png?key=secret")
    assert "secret" not in str(caught.value)
