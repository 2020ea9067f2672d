"""Camera motion: how the picture moved from one frame to the next, as a 2×3 warp for ``tracker.update(..., warp=)``.

- ``sof``: sparse optical flow (Lucas and Kanade 1981; pyramids: Bouguet 2001) of corners (Shi and Tomasi 1994), then
  RANSAC; OpenCV's ``calcOpticalFlowPyrLK``.
- ``ecc``: direct alignment of all pixels (Evangelidis and Psarakis 2008); ``findTransformECC``.
- ``orb``: matched binary features (Rublee et al. 2011), then RANSAC; ``ORB_create``.
- ``sift``: matched gradient features (Lowe 2004), then RANSAC; ``SIFT_create``.
- ``file:PATH``: a published GMC text file.
- ``none``: the camera stands still.

What is assumed: most of what no detection covers is far or flat enough to move as one, by a shift, a turn and a zoom
(``ecc`` also by a shear), and two frames show mostly the same scene. Where that fails, the estimate is the identity,
``failures`` counts it, and the new frame is the one to compare the next with.

Nothing here imports OpenCV before an estimator that needs it is made.
"""

from __future__ import annotations

from boxtrail.motion.ecc import EccConfig
from boxtrail.motion.estimator import MotionEstimator
from boxtrail.motion.factory import ESTIMATORS, make_estimator
from boxtrail.motion.gmc_file import GmcFile, read_gmc
from boxtrail.motion.keypoints import MatchingConfig
from boxtrail.motion.orb import OrbConfig
from boxtrail.motion.sift import SiftConfig
from boxtrail.motion.sparse_flow import SparseFlowConfig
from boxtrail.motion.still import StillCamera

__all__ = [
    "ESTIMATORS",
    "EccConfig",
    "GmcFile",
    "MatchingConfig",
    "MotionEstimator",
    "OrbConfig",
    "SiftConfig",
    "SparseFlowConfig",
    "StillCamera",
    "make_estimator",
    "read_gmc",
]
