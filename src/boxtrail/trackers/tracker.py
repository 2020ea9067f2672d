"""What every public tracker does around its backend: options, checking of the input, results, saving and restoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail import backend as backends
from boxtrail.errors import ConfigError, StateError
from boxtrail.results import TrackResults
from boxtrail.trackers.appearance import Appearance, make_embedder
from boxtrail.trackers.backend_options import backend_options, with_frame_size
from boxtrail.trackers.camera import Camera
from boxtrail.trackers.companions import NO_EXTRAS, checked_extras, checked_frame, checked_warp
from boxtrail.trackers.explanation import Explanation
from boxtrail.trackers.incoming import Incoming, check_geometry
from boxtrail.trackers.options import StreamConfig, build, split
from boxtrail.trackers.recorder import Recorder
from boxtrail.trackers.saved_options import STATE_VERSION, check_saved, plain_options
from boxtrail.trackers.speed import SpeedClass
from boxtrail.trackers.time_step import time_step
from boxtrail.trackers.track import Track

if TYPE_CHECKING:
    from boxtrail.reid.by_class import EmbedderSpec

FloatArray: TypeAlias = NDArray[np.float64]


class Tracker:
    """A tracker over one video stream; give each stream its own. Subclasses name the algorithm and its options.

    Args:
        backend: ``"cpp"`` (compiled, default) or ``"python"`` (the reference; same ids, slower).
        reid_weights: an embedder for frames that come without ``embs``: ``"histogram"``, the path of a network, an
            object with ``embed`` and ``dim``, or a mapping of classes to these.
        device: where the embedder runs: ``"auto"``, ``"cpu"`` or ``"cuda:0"``.
        half: whether it computes in half precision.
        **options: fields of the tracker's config and of :class:`StreamConfig`; also the peers' names for them.

    Raises:
        ConfigError: for an unknown option or a value out of range.
        BackendError: if the compiled core is asked for and missing.
        EmbedderError, MissingExtraError: if the embedder cannot be made.
    """

    name: ClassVar[str]  # as create_tracker knows it
    paper: ClassVar[str]
    speed: ClassVar[SpeedClass]  # measured by benchmarks/bench_update.py
    config_type: ClassVar[type[Any]]
    aliases: ClassVar[Mapping[str, str]] = {}
    durations: ClassVar[tuple[str, ...]] = ()  # options that may be given in seconds
    appearance: ClassVar[Literal["unused", "optional", "needed"]] = "unused"  # what it does with embeddings
    camera_motion: str = "none"  # how it estimates camera motion from frames: by default, then as told
    uses_frame_size: ClassVar[bool] = False  # whether the backend asks for frame_width and frame_height

    def __init__(
        self,
        *,
        backend: str | None = None,
        reid_weights: EmbedderSpec | None = None,
        device: str | None = None,
        half: bool = False,
        **options: Any,
    ) -> None:
        own, stream = split(options, (self.config_type, StreamConfig), self.aliases, type(self).__name__)
        self.config = build(self.config_type, own)
        self.stream_config = build(StreamConfig, stream)
        self.backend = backends.resolve(backend)
        self._frame_size = self.stream_config.frame_size
        self._backend_options = self._for_backend()
        self._incoming = Incoming(backends.clean_check(self.backend), strict=self.stream_config.strict)
        self._variable_dt = self.stream_config.variable_dt
        self._is_obb: bool | None = None  # not known before the first detection
        self._timestamp: float | None = None
        self._camera = Camera(self.stream_config.cmc_method, self.camera_motion)
        self.camera_motion = self._camera.method
        self._reid = {"reid_weights": reid_weights, "device": device, "half": half}
        embedder = make_embedder(reid_weights, device=device, half=half, stream=self.stream_config)
        self.embedding = Appearance(self, embedder, self.stream_config, self._incoming, self._live_tracks)
        self._impl = self._make_impl(oriented=False)
        self._recorder = Recorder(self._backend_options) if self.stream_config.record else None

    def update(
        self,
        dets: Any,
        img: Any = None,
        embs: Any = None,
        *,
        warp: Any = None,
        timestamp: float | None = None,
        masks: Any = None,
        carry: Mapping[str, Any] | None = None,
        image: Any = None,
        frame: Any = None,
        embeddings: Any = None,
        timestamp_s: float | None = None,
    ) -> TrackResults:
        """Track one frame. Call it for every frame, also for one without detections.

        Args:
            dets: (N, 6) ``x1, y1, x2, y2, conf, cls`` in pixels, (N, 5) without class, or oriented (N, 7)
                ``cx, cy, w, h, angle, conf, cls``; a list, None or ``[]``; ``supervision.Detections``, ultralytics
                results, or a mapping with ``xyxy`` or ``xywhr``, ``conf``, ``cls``. ``conf`` in [0, 1].
            img: the frame (H, W, 3) BGR uint8; accepted by every tracker, needed by none that works on motion alone.
                One that was not told ``frame_size`` learns it from the first frame.
            embs: (N, D) rows of appearance, aligned with ``dets``, brought to length 1; a row of zeros stands for
                none. Without them a tracker with ``reid_weights`` makes its own from ``img``, others of those that
                look at appearance work on motion alone.
            warp: (2, 3) camera motion, previous-frame to current coordinates. Without one a tracker that compensates
                camera motion estimates it from ``img``, see ``cmc_method``.
            timestamp: seconds, strictly increasing; needed with ``variable_dt``, otherwise ignored.
            masks: (N, H, W) aligned with ``dets``; ``result.carry["masks"]`` are those of the tracks.
            carry: arrays or lists by name, each aligned with ``dets``; ``result.carry`` are those of the tracks.
            image, frame, embeddings, timestamp_s: other names of ``img``, ``embs`` and ``timestamp``.

        Returns:
            The tracks seen in this frame, see :class:`TrackResults`; ``det_ind`` are rows of ``dets``.

        Raises:
            InvalidDetectionsError: names row, column and value of what cannot be tracked.
            InvalidInputError: for a frame, warp, timestamp, embeddings or anything carried that does not fit.
            After either the tracker is as it was before the call.
        """
        array, rows, labels = self._incoming.checked(dets)
        is_plain = masks is None and carry is None and array is dets
        extras = NO_EXTRAS if is_plain else checked_extras(dets, len(labels), masks, carry)
        embs = embs if embs is not None else embeddings
        if warp is not None:
            warp = checked_warp(warp)
        if img is None:
            img = image if image is not None else frame
        if img is not None:
            img = checked_frame(img)
        is_shown = embs is None and img is not None and self.embedding.makes
        if not is_shown:
            embs = self.embedding.passed(embs, len(labels), rows)
        dt = 1.0
        if self._variable_dt:
            given = timestamp if timestamp is not None else timestamp_s
            timestamp, dt = time_step(given, self._timestamp, self.stream_config.frame_rate)
        if (array.shape[1] == 7) is not self._is_obb:
            array = self._fit_geometry(array)
        if rows is not None:
            self._incoming.count_dropped(rows, len(labels))

        if is_shown:
            embs = self.embedding.seen(img, array)
        if warp is None and self.camera_motion != "none":
            warp = self._camera.warp(img, array)
        if self._frame_size is None and img is not None and self.uses_frame_size:
            self._frame_size = img.shape[1], img.shape[0]
            self._impl = self._make_impl(oriented=bool(self._is_obb), state=self._impl.state_dict())
        result = self._impl.update(array, dt, warp, embs).view(TrackResults)
        result._carried = labels, extras
        if embs is not None and len(embs):
            self.embedding.width = embs.shape[1]
        if self._variable_dt:
            self._timestamp = timestamp
        if rows is not None and len(result):
            produced = result.det_ind >= 0
            result[produced, -1] = rows[result.det_ind[produced]]
        if self._recorder is not None and (record := self._impl.record()) is not None:
            self._recorder.note(record, self._impl.tracks(), array, rows, len(labels))
        return result

    def explain(self) -> Explanation:
        """Why the last update did what it did: for every track and detection the stage that matched it, or what
        stood in its way. Needs ``record=True``; without it nothing is noted, and nothing is spent on it.

        Printed, it has a line a track: ``track 4: missed; first: best detection 2 at 0.21, asked for 0.30``.
        ``.why(4)`` is the line of track 4, ``.id_changes()`` says which older track was near a new one, and why it did
        not go on. Empty before the first update, and after :meth:`reset` or :meth:`load_state_dict`.

        Raises:
            ConfigError: if the tracker was made without ``record=True``.
        """
        if self._recorder is None:
            raise ConfigError(f"nothing was noted: make the tracker with {type(self).__name__}(record=True)")
        return self._recorder.explain()

    def embedding_floor(self) -> float | None:
        """Lowest score of a detection whose appearance the tracker looks at; None if of none."""
        return None if self.appearance == "unused" else 0.0

    @property
    def tracks(self) -> list[Track]:
        """All live tracks, also tentative and lost ones, ascending by id."""
        return [Track.from_row(row) for row in self._impl.tracks()]

    @property
    def num_dropped(self) -> int:
        """Boxes without area so far."""
        return self._incoming.num_dropped

    @property
    def class_names(self) -> Mapping[int, str] | None:
        """Class id → name, as given."""
        return self.stream_config.class_names

    @property
    def options(self) -> dict[str, Any]:
        """All options by name, defaults included."""
        stream = {f.name: getattr(self.stream_config, f.name) for f in fields(StreamConfig)}
        return {**asdict(self.config), **stream}

    def reset(self) -> None:
        """Forget everything: tracks, frame count, time and geometry; ids start at 1 again."""
        self._is_obb, self._timestamp, self._incoming.num_dropped = None, None, 0
        self.embedding.reset()
        self._camera.reset()
        self._frame_size = self.stream_config.frame_size
        self._impl = self._make_impl(oriented=False)
        if self._recorder is not None:
            self._recorder.clear()

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on elsewhere: plain numbers, strings, lists and dicts that survive JSON."""
        return {
            "boxtrail_state": STATE_VERSION,
            "tracker": self.name,
            "options": plain_options(self.options),
            "is_obb": self._is_obb,
            "timestamp": self._timestamp,
            "embedding_width": self.embedding.width,
            "embedding_frame": self.embedding.frame,
            "num_dropped": self.num_dropped,
            "frame_size": None if self._frame_size is None else list(self._frame_size),
            "stream": self._impl.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any], *, strict: bool = True) -> None:
        """Continue where :meth:`state_dict` was taken, by either backend, on any machine.

        Args:
            state: what :meth:`state_dict` gave.
            strict: the options must be those it was saved with; otherwise this tracker's own apply from here on.

        Raises:
            StateError: if the state is of another tracker, version or set of options; nothing changes then.
        """
        check_saved(state, self.name, plain_options(self.options), strict=strict)
        before, self._frame_size = self._frame_size, self.stream_config.frame_size or state["frame_size"]
        try:
            self._impl = self._make_impl(oriented=bool(state["is_obb"]), state=dict(state["stream"]))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            self._frame_size = before
            raise StateError(f"the saved state does not fit {self.name!r}: {error}") from error
        self._is_obb, self._timestamp = state["is_obb"], state["timestamp"]
        self.embedding.resume(state["embedding_width"], int(state["embedding_frame"]))
        self._incoming.num_dropped = int(state["num_dropped"])
        if self._recorder is not None:
            self._recorder.clear(int(state["stream"]["frame"]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by options and state."""
        options = {"backend": self.backend, **self._reid, **self.options}
        return _restore, (type(self), options, self.state_dict())

    def __repr__(self) -> str:
        """Options that differ from the defaults."""
        defaults = {f.name: f.default for config in (self.config_type, StreamConfig) for f in fields(config)}
        changed = {name: value for name, value in self.options.items() if value != defaults[name]}
        shown = ", ".join(f"{name}={value!r}" for name, value in {**changed, "backend": self.backend}.items())
        return f"{type(self).__name__}({shown})"

    def _for_backend(self) -> dict[str, Any]:
        """The options as the backends take them."""
        return backend_options(
            self.config, self.stream_config, durations=self.durations, uses_frame_size=self.uses_frame_size
        )

    def _make_impl(self, *, oriented: bool, state: Any = None) -> backends.TrackerBackend:
        """A backend for this geometry and the size of the frames, if known, at its start or in a state."""
        options = with_frame_size(self._backend_options, self._frame_size)
        return backends.make(self.backend, type(self).__name__, oriented=oriented, state=state, **options)

    def _live_tracks(self) -> FloatArray:
        return self._impl.tracks()

    def _fit_geometry(self, array: FloatArray) -> FloatArray:
        """Settle upright or oriented boxes by the first detections; empty frames fit both."""
        is_obb = array.shape[1] == 7
        if len(array) == 0:
            return np.empty((0, 7 if self._is_obb else 6))
        check_geometry(self._is_obb, is_obb)
        if is_obb:
            self._impl = self._make_impl(oriented=True, state=self._impl.state_dict())  # empty frames count
        self._is_obb = is_obb
        return array


def _restore(kind: type[Tracker], options: dict[str, Any], state: dict[str, Any]) -> Tracker:
    tracker = kind(**options)
    tracker.load_state_dict(state)
    return tracker
