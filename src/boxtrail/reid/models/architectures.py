"""The networks known by name: what each takes and gives, without building any."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from boxtrail.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network by name: (height, width) of its crops and D, the numbers in its embedding."""

    name: str
    dim: int
    input_size: tuple[int, int] = (256, 128)


ARCHITECTURES = {
    known.name: known
    for known in (
        Architecture("osnet_x1_0", 512),
        Architecture("osnet_x0_75", 512),
        Architecture("osnet_x0_5", 512),
        Architecture("osnet_x0_25", 512),
        Architecture("osnet_ibn_x1_0", 512),
        Architecture("osnet_ain_x1_0", 512),
        Architecture("resnet50", 2048),
        Architecture("resnet50_fc512", 512),
        Architecture("mobilenetv2_x1_0", 1280),
        Architecture("mobilenetv2_x1_4", 1792),
        Architecture("lmbn_n", 3584, (384, 128)),
    )
}
TIMM = "timm:"  # what a backbone of timm is called by: "timm:resnet18"


def find_architecture(name: str) -> Architecture:
    """The architecture called ``name``, case and punctuation aside.

    Raises:
        ConfigError: naming the nearest known one.
    """
    found = {_plain(known): known for known in ARCHITECTURES}.get(_plain(name))
    if found is None:
        nearest = difflib.get_close_matches(name.casefold(), list(ARCHITECTURES), n=1, cutoff=0.0)[0]
        raise ConfigError(
            f"unknown appearance model {name!r}; did you mean {nearest!r}? Known: {', '.join(ARCHITECTURES)}, "
            f"and {TIMM}NAME for a backbone of timm"
        )
    return ARCHITECTURES[found]


def architecture_of_file(path: Path) -> Architecture | None:
    """The architecture a file is named after (``osnet_x0_25_msmt17.pt``), None if it is named after none."""
    stem = _plain(path.stem)
    named = [known for known in ARCHITECTURES if stem.startswith(_plain(known))]
    return ARCHITECTURES[max(named, key=len)] if named else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
