"""A client of boxtrail's own protocol."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

import numpy as np

from boxtrail.detections import as_array
from boxtrail.errors import ConfigError, InvalidInputError, SourceError, StateError, require
from boxtrail.results import TrackResults
from boxtrail.serve.media import MEDIA

Form = Literal["json", "msgpack", "raw"]


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One session, as the server tells of it."""

    id: str
    tracker: str
    label: str
    protocol: str
    frames: int
    rate: float  # frames a second
    latency_ms: float
    idle_seconds: float


class Client:
    """A server that ``boxtrail serve`` runs.

    ```python
    with Client("http://127.0.0.1:8000") as client, client.open("bytetrack", label="gate 3") as session:
        tracks = session.update([[10, 10, 50, 90, 0.9, 0]])
    ```

    Args:
        url: its address.
        token: if it asks for one.
        timeout: seconds it may take to answer.

    Raises:
        MissingExtraError: without ``httpx``.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8000", *, token: str | None = None, timeout: float = 30.0
    ) -> None:
        self._httpx = require("httpx", "serve", "a client of a server")
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._url = url
        self._client = self._httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout)

    def open(
        self,
        tracker: str | None = None,
        *,
        label: str = "",
        frame_size: tuple[int, int] | None = None,
        frame_rate: float | None = None,
        form: Form = "raw",
        **options: Any,
    ) -> ClientSession:
        """Open a session; it is closed at the end of its ``with`` block.

        Args:
            tracker: a name of ``create_tracker``; None for the server's own.
            label: what the live page calls the stream.
            frame_size: width and height in pixels.
            frame_rate: frames a second.
            form: how frames travel: ``"raw"`` is float32 and fastest, ``"json"`` and ``"msgpack"`` are exact.
            **options: of the tracker.

        Raises:
            ConfigError: for a tracker, option or form that does not exist.
            SourceError: if the server cannot be reached, or has no room.
        """
        if form not in MEDIA:
            raise ConfigError(f"form must be one of {', '.join(MEDIA)}, not {form!r}")
        new = {"tracker": tracker, "options": options, "frame_size": frame_size, "frame_rate": frame_rate}
        made = self.request("POST", "/v1/sessions", json={**new, "label": label}).json()
        return ClientSession(self, str(made["id"]), form)

    def resume(self, id: str, *, form: Form = "raw") -> ClientSession:
        """A session that is open already."""
        self.request("GET", f"/v1/sessions/{id}")
        return ClientSession(self, id, form)

    def sessions(self) -> list[SessionInfo]:
        """All sessions of the server."""
        return [SessionInfo(**entry) for entry in self.request("GET", "/v1/sessions").json()]

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """One request, and its answer.

        Raises:
            SourceError: if the server cannot be reached, is busy, or fails.
            ConfigError, InvalidInputError, StateError: if it refuses; with its reason.
        """
        try:
            answer = self._client.request(method, path, **arguments)
        except self._httpx.TransportError as error:
            raise SourceError(f"cannot reach {self._url}: {str(error) or type(error).__name__}") from error
        if answer.status_code < 400:
            return answer
        raise _refusal(answer, path)

    def close(self) -> None:
        """Let go of the connections; sessions stay open."""
        self._client.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ClientSession:
    """One stream on a server, used like a tracker."""

    def __init__(self, client: Client, id: str, form: Form) -> None:
        self._client, self.id, self.form = client, id, form
        self._path = f"/v1/sessions/{id}"

    def update(
        self,
        dets: Any,
        *,
        frame: int | None = None,
        timestamp: float | None = None,
        embs: Any = None,
    ) -> TrackResults:
        """Track one frame.

        Args:
            dets: as :meth:`boxtrail.trackers.Tracker.update` takes them.
            frame: its number from 0; numbers left out are frames without detections. None: the one after the last.
            timestamp: seconds, for trackers with ``variable_dt``.
            embs: (N, D) rows of appearance; they travel as msgpack or JSON.

        Raises:
            InvalidInputError: for a frame that cannot be tracked; the session is as it was.
            SourceError: if the server cannot be reached, or too many frames wait.
        """
        rows = as_array(dets)
        form: Form = "msgpack" if embs is not None and self.form == "raw" else self.form
        place = {
            name: value for name, value in (("frame", frame), ("timestamp", timestamp)) if value is not None
        }
        if form == "raw":
            body, query = rows.astype("<f4").tobytes(), {**place, "columns": rows.shape[1]}
        else:
            said = {**place, "detections": rows.tolist()}
            if embs is not None:
                said["embeddings"] = np.asarray(embs, dtype=np.float64).tolist()
            body, query = _packed(form, said), {}
        return self._tracks(body, MEDIA[form], query, form, columns=rows.shape[1])

    def update_image(
        self,
        image: bytes,
        *,
        media_type: str = "image/jpeg",
        frame: int | None = None,
        timestamp: float | None = None,
    ) -> TrackResults:
        """Track a frame of which the server's detector finds what is in it.

        Args:
            image: the bytes of a JPEG, PNG, WebP or BMP file.
            media_type: which of them.
            frame: as in :meth:`update`.
            timestamp: as in :meth:`update`.

        Raises:
            InvalidInputError, SourceError: as :meth:`update`.
        """
        query = {
            name: value for name, value in (("frame", frame), ("timestamp", timestamp)) if value is not None
        }
        return self._tracks(image, media_type, query, "msgpack", columns=None)

    def _tracks(
        self, body: bytes, media_type: str, query: dict[str, Any], form: Form, *, columns: int | None
    ) -> TrackResults:
        headers = {"Content-Type": media_type, "Accept": MEDIA[form]}
        answer = self._client.request(
            "POST", f"{self._path}/frames", content=body, params=query, headers=headers
        )
        if form == "raw":
            # Oriented tracks have a column more than upright ones, as the detections behind them.
            width = 9 if columns == 7 else 8
            rows = np.frombuffer(answer.content, dtype="<f4").reshape(-1, width).astype(np.float64)
        else:
            said = answer.json() if form == "json" else _msgpack().unpackb(answer.content)
            width = 9 if columns == 7 or (said["tracks"] and len(said["tracks"][0]) == 9) else 8
            rows = np.array(said["tracks"], dtype=np.float64).reshape(-1, width)
        return rows.view(TrackResults)

    def tracks(self) -> list[dict[str, Any]]:
        """All live tracks, also tentative and lost ones."""
        return list(self._client.request("GET", f"{self._path}/tracks").json())

    def info(self) -> SessionInfo:
        """How the session is doing."""
        return SessionInfo(**self._client.request("GET", self._path).json())

    def state_dict(self) -> dict[str, Any]:
        """What a session of another server needs to go on."""
        return dict(self._client.request("GET", f"{self._path}/state").json())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where :meth:`state_dict` was taken.

        Raises:
            StateError: if it is of another tracker or set of options.
        """
        self._client.request("PUT", f"{self._path}/state", json=state)

    def close(self) -> None:
        """Close the session on the server."""
        self._client.request("DELETE", self._path)

    def __enter__(self) -> ClientSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _refusal(answer: Any, path: str) -> Exception:
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = f"the server answered {answer.status_code}"
    if answer.status_code >= 500 or answer.status_code == 429:
        return SourceError(message)
    if path.endswith("/state"):
        return StateError(message)
    return InvalidInputError(message) if path.endswith("/frames") else ConfigError(message)


def _packed(form: Form, said: dict[str, Any]) -> bytes:
    if form == "msgpack":
        return bytes(_msgpack().packb(said))
    if not all(math.isfinite(value) for row in said["detections"] for value in row):
        raise InvalidInputError("detections hold a value that is not finite")
    return json.dumps(said).encode()


def _msgpack() -> Any:
    return require("msgpack", "serve", "msgpack")


__all__ = ["Client", "ClientSession", "SessionInfo"]
