"""From the body of one frame to the body of its answer, in a thread of the pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.images import decode_image
from boxtrail.serve.media import KINDS, MEDIA
from boxtrail.serve.sessions import TrackingSession
from boxtrail.serve.stepping import step
from boxtrail.serve.wire import FrameMessage, decode, encode

if TYPE_CHECKING:
    from boxtrail.serve.app import Service


@dataclass(frozen=True, slots=True, eq=False)
class Unpacked:
    """What a client sent of one frame; of an image (H, W, 3) BGR the detections are still to come."""

    message: FrameMessage
    image: NDArray[np.uint8] | None = None


def answer(
    service: Service, session: TrackingSession, kind: str, data: bytes, query: dict[str, str], out: str | None
) -> tuple[bytes, str]:
    """Track one frame and pack the tracks; the answer has the form of the frame unless ``out`` names another.

    Raises:
        RefusedError: 415 for a kind of body nobody knows, 404 for a session closed in between.
        InvalidInputError: for a frame that cannot be tracked.
    """
    return track(service, session, unpack(service, kind, data, query), out or KINDS.get(kind, "json"))


def unpack(service: Service, kind: str, data: bytes, query: dict[str, str]) -> Unpacked:
    """A frame of its body. It asks nothing of the session, so the next frame can be unpacked while one is tracked.

    Raises:
        RefusedError, InvalidInputError: as :func:`answer`.
    """
    if kind.startswith("image/"):
        return Unpacked(decode("raw", b"", query), decode_image(data, service.limits.max_pixels))
    if kind in KINDS:
        return Unpacked(decode(KINDS[kind], data, query))
    raise RefusedError(415, f"frames come as {', '.join(KINDS)} or image/…, not as {kind}")


def track(service: Service, session: TrackingSession, frame: Unpacked, wire: str) -> tuple[bytes, str]:
    """The tracks of a frame, packed.

    Raises:
        RefusedError, InvalidInputError: as :func:`answer`.
    """
    message, image = frame.message, frame.image
    if image is not None:
        rows = session.detect(service.model.detectors, image)
        message = FrameMessage(rows, message.frame, message.timestamp)
    with session.lock:
        if session.closed:
            raise RefusedError(404, f"session {session.id!r} is closed")
        tracks, number = step(session, message, image)
        session.remember(tracks, image)
    return encode(wire, tracks, number), MEDIA[wire]


__all__ = ["Unpacked", "answer", "track", "unpack"]
