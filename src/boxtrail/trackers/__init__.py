"""The trackers: options, public classes, and the factory."""

from boxtrail.trackers.boosttrack import BoostTrack, BoostTrackConfig
from boxtrail.trackers.bytetrack import ByteTrack, ByteTrackConfig
from boxtrail.trackers.factory import TRACKERS, create_tracker, tracker_class
from boxtrail.trackers.occluboost import OccluBoost, OccluBoostConfig
from boxtrail.trackers.ocsort import OcSort, OcSortConfig
from boxtrail.trackers.options import StreamConfig
from boxtrail.trackers.presets import load_preset, preset_names
from boxtrail.trackers.sort import Sort, SortConfig
from boxtrail.trackers.track import Track
from boxtrail.trackers.tracker import Tracker

__all__ = [
    "TRACKERS",
    "BoostTrack",
    "BoostTrackConfig",
    "ByteTrack",
    "ByteTrackConfig",
    "OcSort",
    "OcSortConfig",
    "OccluBoost",
    "OccluBoostConfig",
    "Sort",
    "SortConfig",
    "StreamConfig",
    "Track",
    "Tracker",
    "create_tracker",
    "load_preset",
    "preset_names",
    "tracker_class",
]
