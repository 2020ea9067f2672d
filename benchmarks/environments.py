"""Virtual environments for the libraries we measure ourselves against, one each, made on first use."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench-envs"

# What each environment is installed with, one `pip install` a row.
INSTALLS: dict[str, list[list[str]]] = {
    "trackforge": [["trackforge==0.4.0", "numpy"]],
    "trackers": [["trackers==2.6.1"]],
    # torchvision without its dependencies, after torch: together they pull a CUDA build in.
    # The tracker never imports torchvision, it only asks whether it is installed.
    "ultralytics": [
        ["torch==2.13.0"],
        [
            "--no-deps",
            "torchvision==0.28.0",
            "ultralytics==8.4.190",
            "ultralytics-platform",
            "ultralytics-thop",
        ],
        ["numpy", "opencv-python>=4.7,<5", "matplotlib", "pillow", "psutil", "pyyaml", "requests", "scipy"],
        ["polars", "nvidia-ml-py", "lap"],
    ],
    # Its own dependencies, less those that only its reading of benchmarks needs.
    "boxmot": [
        ["torch==2.13.0"],
        ["--no-deps", "torchvision==0.28.0", "timm", "boxmot==25.0.0"],
        ["numpy", "opencv-python>=4.7,<5", "filterpy", "lapx", "scikit-learn", "pandas", "pyarrow"],
        ["click", "gdown", "huggingface-hub", "platformdirs", "rich", "tqdm", "pyyaml", "typing-extensions"],
    ],
    "trackeval": [["trackeval==1.3.0"]],
    # It calls functions that NumPy 2 no longer has.
    "motmetrics": [["motmetrics==1.4.0", "numpy<2"]],
}

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


class EnvironmentFailedError(RuntimeError):
    """The environment of a peer could not be installed."""


def environment(name: str, folder: Path = DEFAULT_FOLDER) -> Path:
    """The python of the environment `name` under `folder`; creates and installs it when it is not there."""
    if name == "boxtrail":
        return Path(sys.executable)
    root = folder.absolute() / name
    python = root / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = root / "installed.txt"
    wanted = repr(INSTALLS[name])
    if done.exists() and done.read_text() == wanted:
        return python
    print(f"installing {name} into {root} ...", file=sys.stderr, flush=True)
    venv.create(root, with_pip=True, clear=True)
    for packages in INSTALLS[name]:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            last = result.stderr.strip().splitlines()[-1:]
            raise EnvironmentFailedError(f"{name}: pip install {' '.join(packages)} failed: {' '.join(last)}")
    done.write_text(wanted)
    return python


def one_thread(name: str, folder: Path = DEFAULT_FOLDER) -> dict[str, str]:
    """The variables a measured process runs with: one thread, no installs, no settings in $HOME."""
    quiet = {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "false"}
    quiet["YOLO_CONFIG_DIR"] = str(folder.absolute() / f"{name}-settings")
    return {**os.environ, **dict.fromkeys(THREAD_LIMITS, "1"), **quiet}
