"""Roboflow's unmodified ``inference_sdk`` against our server: every call about detection and tracking.

``BOXTRAIL_PYTHON=/path/to/python python inference_client.py``, in an environment with ``inference-sdk``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["NO_PROXY"] = "127.0.0.1"
os.environ.pop("ROBOFLOW_API_KEY", None)  # the client would show it to our server

import checks
import rf_detection
import rf_detectors
import rf_errors
import rf_models
import rf_pipelines
import rf_workflows
from inference_sdk import InferenceConfiguration, InferenceHTTPClient
from running import free_port, in_process, running

from scene import Material, read_frames

TOKEN = "open-sesame"


@dataclass
class Context:
    """What the checks need."""

    url: str
    secured: str  # a server that wants TOKEN
    token: str
    material: Material
    frames: list[Any]  # of the video, (H, W, 3) BGR
    expected: list[list[Any]]  # the video tracked without a server

    def client(self, *, url: str | None = None, key: str | None = None, **configuration: Any) -> Any:
        """The real client; ``configuration`` is that of ``InferenceConfiguration``."""
        configuration.setdefault("api_key_transport", "legacy")
        made = InferenceHTTPClient(url or self.url, api_key=key)
        made.configure(InferenceConfiguration(**configuration))
        return made


def main() -> int:
    """Draw, start, check."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="boxtrail-interop-") as folder:
        material = Material.make(Path(folder) / "material")
        stored = Path(folder) / "acme"
        stored.mkdir()
        (stored / "track-boxes.json").write_text(
            json.dumps(rf_workflows.specification("trackers_bytetrack@v1")), encoding="utf-8"
        )
        case = {"input": str(material.video), "tracking": True, "tracking_config": {"tracker": "bytetrack"}}
        (expected,) = in_process([case])
        ports = free_port(), free_port()
        server = ["server.py", str(ports[0]), folder, folder]
        secured = ["-m", "boxtrail.cli", "serve", "--port", str(ports[1]), "--token", TOKEN]
        log = Path(folder)
        with (
            running(server, ports[0], log / "one.log") as url,
            running(secured, ports[1], log / "two.log") as other,
        ):
            context = Context(url, other, TOKEN, material, read_frames(material.video), expected)
            modules = [rf_models, rf_detection, rf_errors, rf_workflows, rf_pipelines, rf_detectors]
            return checks.run_all("inference", modules, context)


if __name__ == "__main__":
    sys.exit(main())
