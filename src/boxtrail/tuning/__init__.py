"""Searching for better options of a tracker on sequences with ground truth."""

from __future__ import annotations

from boxtrail.tuning.kalman import KalmanNoise, calibrate_kalman
from boxtrail.tuning.objectives import parse_objectives
from boxtrail.tuning.result import TuneResult
from boxtrail.tuning.space import search_space
from boxtrail.tuning.tune import tune

__all__ = ["KalmanNoise", "TuneResult", "calibrate_kalman", "parse_objectives", "search_space", "tune"]
