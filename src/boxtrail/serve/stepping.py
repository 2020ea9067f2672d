"""One frame of a session: the frames that were left out, then its own."""

from __future__ import annotations

from typing import Any

from boxtrail.errors import InvalidInputError
from boxtrail.results import TrackResults
from boxtrail.serve.sessions import TrackingSession
from boxtrail.serve.wire import NO_ROWS, FrameMessage

LONGEST_GAP = 10_000  # frames; after so many every track is dead


def step(session: TrackingSession, message: FrameMessage, image: Any = None) -> tuple[TrackResults, int]:
    """Tracks of the frame, and its number; the caller holds the session's lock.

    Frames that were left out count as frames without detections. A wrong frame changes nothing.

    Raises:
        InvalidInputError: for a frame that does not come after the last one, and as ``Tracker.update``.
    """
    number = session.last_frame + 1 if message.frame is None else message.frame
    gap = number - session.last_frame - 1
    if gap < 0:
        raise InvalidInputError(f"frame {number} comes after frame {session.last_frame}")
    if gap > LONGEST_GAP:
        raise InvalidInputError(f"frame {number} leaves out {gap} frames; at most {LONGEST_GAP} can be")
    if gap and session.tracker.stream_config.variable_dt:
        gap = 0  # the timestamp tells how much time has passed
    before = session.tracker.state_dict() if gap else None
    for _ in range(gap):
        session.tracker.update(NO_ROWS)
    try:
        tracks = session.tracker.update(
            message.detections, image, message.embeddings, timestamp=message.timestamp
        )
    except InvalidInputError:
        if before is not None:
            session.tracker.load_state_dict(before)
        raise
    session.last_frame = number
    return tracks, number


__all__ = ["LONGEST_GAP", "step"]
