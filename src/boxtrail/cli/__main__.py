"""Entry point of the ``boxtrail`` command; importable without the packages the command needs."""

from __future__ import annotations

import importlib.util
import os
import sys

_NEEDED = ("typer", "rich", "cv2")


def main() -> None:
    """Run the command line, or say what to install; exits with 2 on errors, 130 after Ctrl-C."""
    if "--debug" not in sys.argv:
        _quiet_opencv()
    if not all(_is_installed(module) for module in _NEEDED):
        message = "boxtrail's command line needs the video extra: pip install 'boxtrail[video]'"
        print(message, file=sys.stderr)
        raise SystemExit(2)
    from boxtrail.cli.app import main as run_app

    run_app()


def _is_installed(module: str) -> bool:
    """Without loading it: commands that show no pictures start sooner without OpenCV."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _quiet_opencv() -> None:
    """Keep OpenCV and FFmpeg from adding lines of their own to an error; both read this when they are loaded."""
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


if __name__ == "__main__":
    main()
