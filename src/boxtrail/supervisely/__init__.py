"""Supervisely's platform: tracking its videos, its annotations as tracks and back, and uploads.

Annotations are JSON; only what talks to the platform needs the ``supervisely`` package (``boxtrail[supervisely]``).
"""

from boxtrail.predict.platform import to_boxmot
from boxtrail.supervisely.annotations import (
    mot_to_video_annotation,
    rows_of,
    tracks_of,
    video_annotation,
    video_annotation_to_mot,
)
from boxtrail.supervisely.platform_video import track
from boxtrail.supervisely.uploads import MODES, upload, upload_video

__all__ = [
    "MODES",
    "mot_to_video_annotation",
    "rows_of",
    "to_boxmot",
    "track",
    "tracks_of",
    "upload",
    "upload_video",
    "video_annotation",
    "video_annotation_to_mot",
]
