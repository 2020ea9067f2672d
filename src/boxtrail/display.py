"""A window that shows annotated frames."""

from __future__ import annotations

import os
import sys

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import SinkError, require

_STOP_KEYS = (ord("q"), 27)  # 27 is Escape


def show_image(image: NDArray[np.uint8], title: str) -> bool:
    """Show ``image`` (H, W, 3) BGR in the window ``title``; False if the user pressed q or Escape there.

    Raises:
        SinkError: if there is no display, or the installed OpenCV has no windows.
        MissingExtraError: if OpenCV is not installed.
    """
    cv2 = require("cv2", "video", "showing frames")
    advice = "leave out show, or save the annotated video instead (save=True, --save)"
    # Without a display OpenCV's Qt windows end the process instead of raising.
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in named):
        raise SinkError(f"cannot open a window: there is no display (DISPLAY is not set); {advice}")
    try:
        cv2.imshow(title, image)
        return cv2.waitKey(1) & 0xFF not in _STOP_KEYS
    except cv2.error as error:
        raise SinkError(f"cannot open a window: this OpenCV is built without windows; {advice}") from error


__all__ = ["show_image"]
