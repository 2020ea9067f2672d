"""From the body of one frame to the body of its answer, in a thread of the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.images import decode_image
from boxtrail.serve.media import JSON, KINDS, MSGPACK, RAW
from boxtrail.serve.sessions import TrackingSession
from boxtrail.serve.stepping import step
from boxtrail.serve.wire import FrameMessage, decode, encode

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

MEDIA = {"json": JSON, "msgpack": MSGPACK, "raw": RAW}


def answer(
    service: Service, session: TrackingSession, kind: str, data: bytes, query: dict[str, str], out: str | None
) -> tuple[bytes, str]:
    """Track one frame and pack the tracks; the answer has the form of the frame unless ``out`` names another.

    Raises:
        RefusedError: 415 for a kind of body nobody knows, 404 for a session closed in between.
        InvalidInputError: for a frame that cannot be tracked.
    """
    image = None
    if kind.startswith("image/"):
        image = decode_image(data, service.limits.max_pixels)
        place = decode("raw", b"", query)
        rows = session.detect(service.model.detectors, image)
        message = FrameMessage(rows, place.frame, place.timestamp)
    elif kind in KINDS:
        message = decode(KINDS[kind], data, query)
    else:
        raise RefusedError(415, f"frames come as {', '.join(KINDS)} or image/…, not as {kind}")
    with session.lock:
        if session.closed:
            raise RefusedError(404, f"session {session.id!r} is closed")
        tracks, number = step(session, message, image)
        session.remember(tracks, image)
    wire = out or KINDS.get(kind, "json")
    return encode(wire, tracks, number), MEDIA[wire]


__all__ = ["answer"]
