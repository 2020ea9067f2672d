"""The blocks there are: Roboflow's detector and tracker blocks, and what their fields mean here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ALL_OUTPUTS = ("tracked_detections", "new_instances", "already_seen_instances")
DETECTORS = (
    "roboflow_core/roboflow_object_detection_model@v1",
    "roboflow_core/roboflow_object_detection_model@v2",
    "roboflow_core/roboflow_object_detection_model@v3",
    "RoboflowObjectDetectionModel",
    "ObjectDetectionModel",
)
CACHE = 16384  # ids that are remembered as seen
CMC = {"sparseOptFlow": "sof", "orb": "orb", "sift": "sift", "ecc": "ecc"}

Translate = Callable[[Mapping[str, Any], float], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the fields of a block ask for.

    Attributes:
        options: of the tracker.
        most_seen: ids that are remembered as seen.
        least_hits: detections until a track is handed on, where the tracker itself does not count them.
        instant: whether tracks that begin in the first frame are handed on at once.
    """

    options: dict[str, Any]
    most_seen: int
    least_hits: int
    instant: bool


@dataclass(frozen=True, slots=True)
class TrackerBlock:
    """One tracker block.

    Attributes:
        tracker: a name of ``create_tracker``.
        defaults: its fields with their default values, in Roboflow's words.
        options: its fields, and the frame rate, as options of the tracker.
        outputs: what it hands on.
        reads_pixels: whether it may look at the image.
    """

    tracker: str
    defaults: Mapping[str, Any]
    options: Translate
    outputs: tuple[str, ...] = ALL_OUTPUTS
    reads_pixels: bool = False

    def asked(self, given: Mapping[str, Any], frame_rate: float) -> Asked:
        """What the fields of a step ask for.

        Raises:
            TypeError, ValueError or OverflowError: for a value that is no number.
        """
        fields = {name: given.get(name, default) for name, default in self.defaults.items()}
        options = self.options(fields, frame_rate)
        return Asked(
            options=options,
            most_seen=int(fields.get("instances_cache_size", CACHE)),
            least_hits=1 if "min_hits" in options else int(fields["minimum_consecutive_frames"]),
            instant=bool(fields.get("instant_first_frame_activation", False)),
        )


def _buffer(fields: Mapping[str, Any], frame_rate: float) -> int:
    """Roboflow counts the buffer at 30 frames a second."""
    return max(1, int(frame_rate / 30.0 * float(fields["lost_track_buffer"])))


def _supervision_bytetrack(fields: Mapping[str, Any], frame_rate: float) -> dict[str, Any]:
    """``supervision.ByteTrack``: new tracks from 0.1 above the threshold on."""
    high = float(fields["track_activation_threshold"])
    return {
        "track_high_thresh": high,
        "new_track_thresh": min(high + 0.1, 1.0),
        "track_buffer": _buffer(fields, frame_rate),
        "match_thresh": float(fields["minimum_matching_threshold"]),
    }


def _bytetrack(fields: Mapping[str, Any], frame_rate: float) -> dict[str, Any]:
    return {
        "track_high_thresh": float(fields["high_conf_det_threshold"]),
        "new_track_thresh": float(fields["track_activation_threshold"]),
        "track_buffer": _buffer(fields, frame_rate),
        "match_thresh": 1.0 - float(fields["minimum_iou_threshold"]),
    }


def _sort(fields: Mapping[str, Any], frame_rate: float) -> dict[str, Any]:
    return {
        "iou_threshold": float(fields["minimum_iou_threshold"]),
        "max_age": _buffer(fields, frame_rate),
        "min_hits": int(fields["minimum_consecutive_frames"]),
    }


def _ocsort(fields: Mapping[str, Any], frame_rate: float) -> dict[str, Any]:
    return {
        **_sort(fields, frame_rate),
        "det_thresh": float(fields["high_conf_det_threshold"]),
        "inertia": float(fields["direction_consistency_weight"]),
        "delta_t": int(fields["delta_t"]),
    }


def _botsort(fields: Mapping[str, Any], frame_rate: float) -> dict[str, Any]:
    return {
        "track_high_thresh": float(fields["high_conf_det_threshold"]),
        "new_track_thresh": float(fields["track_activation_threshold"]),
        "track_buffer": _buffer(fields, frame_rate),
        "match_thresh": 1.0 - float(fields["minimum_iou_threshold_first_assoc"]),
        "second_match_thresh": 1.0 - float(fields["minimum_iou_threshold_second_assoc"]),
        "unconfirmed_match_thresh": 1.0 - float(fields["minimum_iou_threshold_unconfirmed_assoc"]),
        "with_reid": False,
        "cmc_method": CMC.get(str(fields["cmc_method"]), "sof") if fields["enable_cmc"] else "none",
    }


_OLD = {
    "track_activation_threshold": 0.25,
    "lost_track_buffer": 30,
    "minimum_matching_threshold": 0.8,
    "minimum_consecutive_frames": 1,
}
_NEW = {
    "minimum_iou_threshold": 0.3,
    "minimum_consecutive_frames": 3,
    "lost_track_buffer": 30,
    "instances_cache_size": CACHE,
}

TRACKERS: dict[str, TrackerBlock] = {
    "roboflow_core/byte_tracker@v1": TrackerBlock("bytetrack", _OLD, _supervision_bytetrack, ALL_OUTPUTS[:1]),
    "roboflow_core/byte_tracker@v2": TrackerBlock("bytetrack", _OLD, _supervision_bytetrack, ALL_OUTPUTS[:1]),
    "roboflow_core/byte_tracker@v3": TrackerBlock(
        "bytetrack", {**_OLD, "instances_cache_size": CACHE}, _supervision_bytetrack
    ),
    "roboflow_core/trackers_bytetrack@v1": TrackerBlock(
        "bytetrack",
        {
            **_NEW,
            "minimum_iou_threshold": 0.1,
            "minimum_consecutive_frames": 2,
            "track_activation_threshold": 0.7,
            "high_conf_det_threshold": 0.6,
        },
        _bytetrack,
    ),
    "roboflow_core/trackers_sort@v1": TrackerBlock(
        "sort", {**_NEW, "track_activation_threshold": 0.25}, _sort
    ),
    "roboflow_core/trackers_ocsort@v1": TrackerBlock(
        "ocsort",
        {**_NEW, "high_conf_det_threshold": 0.6, "direction_consistency_weight": 0.2, "delta_t": 3},
        _ocsort,
    ),
    "roboflow_core/trackers_botsort@v1": TrackerBlock(
        "botsort",
        {
            "minimum_iou_threshold_first_assoc": 0.2,
            "minimum_iou_threshold_second_assoc": 0.5,
            "minimum_iou_threshold_unconfirmed_assoc": 0.3,
            "minimum_consecutive_frames": 2,
            "lost_track_buffer": 30,
            "track_activation_threshold": 0.7,
            "high_conf_det_threshold": 0.6,
            "enable_cmc": False,
            "cmc_method": "sparseOptFlow",
            "cmc_downscale": 2,
            "instant_first_frame_activation": False,
            "instances_cache_size": CACHE,
        },
        _botsort,
        reads_pixels=True,
    ),
}

__all__ = ["ALL_OUTPUTS", "CACHE", "DETECTORS", "TRACKERS", "TrackerBlock"]
