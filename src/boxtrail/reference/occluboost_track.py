"""What OccluBoost remembers of a track, alive and dead, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.appearance import Embedding
from boxtrail.reference.boosttrack import BoostTrackTrack

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class OccluBoostTrack(BoostTrackTrack):
    """One track; ``run`` are its matches in a row up to the last one, ``seen`` the boxes of its last matches."""

    seen: list[FloatArray]
    activated: bool
    run: int


@dataclass(slots=True)
class BuriedTrack:
    """What is remembered of a dead track."""

    id: int
    label: int
    embedding: Embedding
    died: float


@dataclass(frozen=True, slots=True)
class OccluBoostOptions:
    """The options, named and meant as in ``OccluBoostConfig``."""

    det_thresh: float
    iou_threshold: float
    lambda_iou: float
    lambda_mhd: float
    lambda_shape: float
    lambda_emb_multiplier: float
    use_dlo_boost: bool
    use_duo_boost: bool
    dlo_boost_coef: float
    use_rich_s: bool
    use_sb: bool
    use_vt: bool
    vt_slope: float
    s_sim_corr: bool
    max_age: float
    min_hits: int
    track_low_thresh: float
    new_track_thresh: float
    confirm_hits: int
    instant_confirm_thresh: float
    tentative_max_age: float
    recovery_appearance: float
    recovery_iou: float
    recovery_max_age: float
    feat_alpha: float
    use_second_pass: bool
    second_pass_iou: float
    second_pass_appearance: float
    second_pass_max_age: float
    second_pass_min_hits: int
    second_pass_after_gap: bool
    duplicate_iou: float
    ams_gain: float
    ams_jump: float
    ams_buffer: int
    ams_shrink: float
    use_gta: bool
    gta_appearance: float
    gta_min_age: int
    gta_max_gap: float
    use_embeddings: bool
    output_score: str
    min_box_area: float
    max_aspect_ratio: float
