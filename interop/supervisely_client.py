"""Supervisely's unmodified SDK against our server: every call that works with it at all.

``BOXTRAIL_PYTHON=/path/to/python python supervisely_client.py``, in an environment with ``supervisely``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checks
import sly_detectors
import sly_formats
import sly_images
import sly_information
import sly_sessions
import sly_videos
import supervisely
from running import free_port, in_process, running

from scene import Material

TOKEN = "open-sesame"
os.environ["NO_PROXY"] = "127.0.0.1"  # the SDK would ask a proxy of the environment otherwise
os.environ.pop("API_TOKEN", None)  # the SDK would send it along

CONFIG = {"tracker": "bytetrack", "track_buffer": 20}
OTHERS = ("sort", "ocsort", "sfsort", "boosttrack")
VIDEO_CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "tracked": {"tracking": True},
    "config": {"tracking": True, "tracking_config": CONFIG},
    "range": {"tracking": True, "start_frame": 5, "num_frames": 6, "stride": 2},
    "end_frame": {"tracking": True, "end_frame": 12},
    "duration": {"tracking": True, "duration": 1.0},
    "backward": {"tracking": True, "start_frame": 20, "direction": "backward", "num_frames": 10},
    "classes": {"tracking": True, "classes": ["green"]},
    "conf": {"conf": 0.87},
    "image": {},
    "image conf": {"conf": 0.5},
    "img_size": {"img_size": 160},
    **{name: {"tracking": True, "tracking_config": {"tracker": name}} for name in OTHERS},
}  # fmt: skip


@dataclass
class Context:
    """What the checks need."""

    url: str
    secured: str  # a server that wants TOKEN
    token: str
    material: Material
    cases: dict[str, dict[str, Any]]
    expected: dict[str, list[Any]]  # by name of the case, from a run without a server

    def model(self, url: str | None = None) -> Any:
        """The SDK's own."""
        from supervisely.nn import ModelAPI

        return ModelAPI(url=url or self.url)

    def arguments(self, case: str) -> dict[str, Any]:
        """Of ``predict``, for a case."""
        return dict(self.cases[case])


def main() -> int:
    """Draw, start, check."""
    supervisely.logger.setLevel("CRITICAL")  # it tells of every request
    with tempfile.TemporaryDirectory(prefix="boxtrail-interop-") as folder:
        material = Material.make(Path(folder) / "material")
        inputs = {name: material.image if name.startswith("im") else material.video for name in VIDEO_CASES}
        found = in_process([{"input": str(inputs[name]), **case} for name, case in VIDEO_CASES.items()])
        ports = free_port(), free_port()
        server = ["server.py", str(ports[0]), folder, folder]
        secured = [
            "-m",
            "boxtrail.cli",
            "serve",
            "--detector",
            "motion",
            "--port",
            str(ports[1]),
            "--token",
            TOKEN,
        ]
        log = Path(folder)
        with (
            running(server, ports[0], log / "one.log") as url,
            running(secured, ports[1], log / "two.log") as other,
        ):
            context = Context(
                url, other, TOKEN, material, VIDEO_CASES, dict(zip(VIDEO_CASES, found, strict=True))
            )
            modules = [sly_information, sly_images, sly_videos, sly_sessions, sly_formats, sly_detectors]
            return checks.run_all("supervisely", modules, context)


if __name__ == "__main__":
    sys.exit(main())
