"""What a server serves: a detector, perhaps an embedder, and the tracker it takes unless told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from boxtrail.detectors.factory import DetectorSpec, shown_name
from boxtrail.predict.local_model import LocalModel
from boxtrail.predict.sharing import DetectorPool
from boxtrail.serve.client_options import check_options
from boxtrail.serve.errors import RefusedError
from boxtrail.trackers import Tracker, create_tracker, tracker_class


class ServedModel:
    """Made once a server; its detector and embedder are shared by all sessions, its trackers by none.

    Raises:
        ConfigError, DetectorError, MissingExtraError: if something cannot be made.
    """

    def __init__(
        self,
        detector: DetectorSpec = "motion",
        tracker: str = "bytetrack",
        *,
        reid: Any = None,  # as create_embedder takes it
        device: str = "auto",
        tracker_options: Mapping[str, Any] | None = None,
        allow_urls: bool = False,
        workflows: Path | None = None,  # folder of Roboflow workflows with a name
        video_roots: Sequence[Path] = (),  # folders whose videos clients may name
    ) -> None:
        embedder = None if reid is None else _embedder(reid, device)
        self.local = LocalModel(detector, device=device, embedder=embedder, allow_urls=allow_urls)
        self.spec = shown_name(detector)
        self.tracker, self.tracker_options = tracker, dict(tracker_options or {})
        self.embedder, self.workflows = embedder, workflows
        self.video_roots, self.allow_urls = tuple(video_roots), allow_urls
        self.new_tracker()  # now: a wrong option fails here, not at the first client

    @property
    def names(self) -> dict[int, str]:
        """Class number to name."""
        return {int(label): str(name) for label, name in self.detectors.names.items()}

    @property
    def detectors(self) -> DetectorPool:
        """Where streams take their detector from.

        Raises:
            RefusedError: 503 after a client has shut the model down.
        """
        if self.local.detectors is None:
            raise RefusedError(503, "the model was shut down", retry_after=5)
        return self.local.detectors

    def new_tracker(self, name: str | None = None, /, **options: Any) -> Tracker:
        """A tracker for one stream, as a client wants it; the server's own options hold for its own tracker alone.

        Where the server has an embedder, a tracker that goes by looks has it for frames that come as images.

        Raises:
            ConfigError: for an unknown tracker or option, or one that clients may not set.
        """
        check_options(options)
        own = self.tracker_options if name in (None, self.tracker) else {}
        name = name or self.tracker
        if self.embedder is not None and tracker_class(name.partition(":")[0]).appearance != "unused":
            own = {**own, "reid_weights": self.embedder}
        return create_tracker(name, **{**own, **options})


def _embedder(spec: Any, device: str) -> Any:
    from boxtrail.reid import create_embedder  # torch comes only with a model that needs it

    return create_embedder(spec, device=device)


__all__ = ["ServedModel"]
