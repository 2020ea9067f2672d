"""The trackers: options, public classes, and the factory."""

from boxtrail.trackers.boosttrack import BoostTrack, BoostTrackConfig
from boxtrail.trackers.botsort import BotSort, BotSortConfig
from boxtrail.trackers.bytetrack import ByteTrack, ByteTrackConfig
from boxtrail.trackers.cbiou import CBIoU, CBIoUConfig
from boxtrail.trackers.deepocsort import DeepOcSort, DeepOcSortConfig
from boxtrail.trackers.deepsort import DeepSort, DeepSortConfig
from boxtrail.trackers.explanation import Explanation
from boxtrail.trackers.factory import TRACKERS, create_tracker, tracker_class
from boxtrail.trackers.hybridsort import HybridSort, HybridSortConfig
from boxtrail.trackers.occluboost import OccluBoost, OccluBoostConfig
from boxtrail.trackers.ocsort import OcSort, OcSortConfig
from boxtrail.trackers.options import StreamConfig
from boxtrail.trackers.presets import load_preset, preset_names
from boxtrail.trackers.sfsort import SFSORT, SFSORTConfig
from boxtrail.trackers.sort import Sort, SortConfig
from boxtrail.trackers.strongsort import StrongSort, StrongSortConfig
from boxtrail.trackers.track import Track
from boxtrail.trackers.tracker import Tracker
from boxtrail.trackers.tracktrack import TrackTrack, TrackTrackConfig

__all__ = [
    "SFSORT",
    "TRACKERS",
    "BoostTrack",
    "BoostTrackConfig",
    "BotSort",
    "BotSortConfig",
    "ByteTrack",
    "ByteTrackConfig",
    "CBIoU",
    "CBIoUConfig",
    "DeepOcSort",
    "DeepOcSortConfig",
    "DeepSort",
    "DeepSortConfig",
    "Explanation",
    "HybridSort",
    "HybridSortConfig",
    "OcSort",
    "OcSortConfig",
    "OccluBoost",
    "OccluBoostConfig",
    "SFSORTConfig",
    "Sort",
    "SortConfig",
    "StreamConfig",
    "StrongSort",
    "StrongSortConfig",
    "Track",
    "TrackTrack",
    "TrackTrackConfig",
    "Tracker",
    "create_tracker",
    "load_preset",
    "preset_names",
    "tracker_class",
]
