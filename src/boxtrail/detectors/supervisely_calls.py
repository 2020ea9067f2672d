"""Requests to a server that speaks Supervisely's protocol."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from boxtrail.errors import BoxtrailError, ConfigError, DetectorError, SourceError, require

SECONDS = 60.0
TRIES = 5  # of a call that changes nothing, while the server cannot be reached or is busy
PAUSE = 1.0
PASSING = frozenset({408, 429, 502, 503, 504})


class Calls:
    """One server; a path in its address is kept, as platforms put servers below one.

    Raises:
        ConfigError: for an address that is none.
        MissingExtraError: without ``httpx``.
    """

    def __init__(self, url: str, token: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"an address begins with http:// or https://, not {url!r}")
        self._httpx = require("httpx", "predict", "a model at an address")
        self._base = url.rstrip("/")

        port = f":{parts.port}" if parts.port else ""
        self.shown = f"{parts.scheme}://{parts.hostname}{port}{parts.path}".rstrip("/")
        headers = {} if token is None else {"Authorization": f"Bearer {token}", "x-api-key": token}
        self._client = self._httpx.Client(timeout=SECONDS, headers=headers)

    def ask(self, endpoint: str, state: Mapping[str, Any] | None = None) -> Any:
        """POST without files; repeated while the server cannot be reached or is busy.

        Raises:
            SourceError: if it cannot be reached.
            ConfigError: if it refuses; with its reason.
            DetectorError: if it fails.
        """
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = self._client.post(
                    f"{self._base}/{endpoint}", json={} if state is None else {"state": state, "context": {}}
                )
            except self._httpx.TransportError as error:
                if last:
                    raise self._unreachable(error) from error
            else:
                if last or answer.status_code not in PASSING:
                    return self._content(answer)
            time.sleep(PAUSE)
        raise AssertionError("unreachable")

    def upload(self, endpoint: str, state: str, files: list[tuple[str, IO[bytes] | bytes]]) -> Any:
        """POST with files, once: a file that was read to its end cannot be sent again.

        Raises:
            SourceError, ConfigError, DetectorError: as :meth:`ask`.
        """
        parts = [("files", (name, content)) for name, content in files]
        try:
            answer = self._client.post(f"{self._base}/{endpoint}", data={"state": state}, files=parts)
        except self._httpx.TransportError as error:
            raise self._unreachable(error) from error
        return self._content(answer)

    def _content(self, answer: Any) -> Any:
        try:
            content = answer.json()
        except ValueError as error:
            raise DetectorError(f"{self.shown} answered {answer.status_code} and no JSON") from error
        if answer.status_code < 400:
            return content
        raise self._refusal(answer.status_code, content)

    def _refusal(self, status: int, content: Any) -> BoxtrailError:
        said = content.get("message") or content.get("detail") if isinstance(content, dict) else content
        kind = ConfigError if status in (400, 401, 403, 404, 409, 413, 422, 429) else DetectorError
        return kind(f"{self.shown}: {said or status}")

    def _unreachable(self, error: Exception) -> SourceError:
        return SourceError(f"cannot reach {self.shown}: {str(error) or type(error).__name__}")

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()


def open_file(path: Path) -> IO[bytes]:
    """A file to send.

    Raises:
        SourceError: if it cannot be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


__all__ = ["Calls", "open_file"]
