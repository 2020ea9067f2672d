"""What is to be computed for a benchmark: which detector, embedder and camera motion, and how to name them in a key.

A network given by path is named by the content of its file. A Python object has to say what it is: by an attribute
``cache_key``, by the parameters of a torch model in it, or by the name the caller gives it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boxtrail.benchmarks.content import file_hash
from boxtrail.detectors.factory import DetectorSpec, create_detector
from boxtrail.errors import ConfigError, SourceError
from boxtrail.motion import make_estimator
from boxtrail.reid import create_embedder

CACHE_VERSION = 1  # goes up when the same inputs give other detections, embeddings or warps, or files change
PUBLIC, FILE = "public", "file"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What :func:`boxtrail.benchmarks.generate` is asked for.

    Attributes:
        detector: see :func:`boxtrail.detectors.create_detector`; also ``"public"``, ``"public:VARIANT"`` and
            ``"file:PATH"`` with a file or folder of all sequences, or ``{sequence}`` in it.
        reid: see :func:`boxtrail.reid.create_embedder`; None for no embeddings.
        camera_motion: see :func:`boxtrail.motion.make_estimator`; ``"file:PATH"`` as for the detector; None for none.
        conf: lowest score kept, None for what the detector reports.
        classes: ids or names the detector is restricted to; None for those of the benchmark.
        device: where networks run.
        half: half precision of the embedder.
        reid_arch: architecture of the embedder's weights, where their name does not tell.
        detector_key, reid_key: names of a detector and an embedder that are Python objects.
        batch_size: frames given to detector and embedder at once.
    """

    detector: DetectorSpec = PUBLIC
    reid: Any = None
    camera_motion: str | None = None
    conf: float | None = None
    classes: tuple[int | str, ...] | None = None
    device: str = "auto"
    half: bool = False
    reid_arch: str | None = None
    detector_key: str | None = None
    reid_key: str | None = None
    batch_size: int = 1

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, not {self.batch_size}")
        if isinstance(self.reid, Mapping):
            raise ConfigError("a benchmark is embedded by one embedder, not by one a class")
        if self.camera_motion is not None and self.camera_motion.strip().casefold() == "none":
            object.__setattr__(self, "camera_motion", None)

    @property
    def detector_needs_images(self) -> bool:
        """Whether the detector looks at frames."""
        return not (isinstance(self.detector, str) and kind_of(self.detector) in (PUBLIC, FILE))

    @property
    def camera_needs_images(self) -> bool:
        """Whether camera motion is estimated from frames."""
        return self.camera_motion is not None and kind_of(self.camera_motion) != FILE

    def named(self) -> Recipe:
        """With ``detector_key`` and ``reid_key`` set to what names detector and embedder in keys.

        Raises:
            ConfigError: for an object that does not say what it is, or an unknown name.
            SourceError: if the file of a network cannot be read.
        """
        detector_key = self.detector_key
        if self.detector_needs_images and detector_key is None:
            detector_key = _name_of(self.detector, "detector")
        reid_key = self.reid_key
        if self.reid is not None and reid_key is None:
            reid_key = _name_of(self.reid, "reid")
        if self.camera_motion is not None and self.camera_needs_images:
            make_estimator(self.camera_motion)  # likewise
        return replace(
            self,
            detector=_absolute(self.detector, "onnx:"),
            reid=_absolute(self.reid, ""),
            detector_key=detector_key,
            reid_key=reid_key,
        )


def kind_of(spec: str) -> str:
    """``"file"`` of ``"file:PATH"``, ``"public"`` of ``"public:DPM"``, ``"motion"`` of ``"motion"``."""
    return spec.partition(":")[0].strip().casefold()


def file_for(
    spec: str, names: tuple[str, ...], *, of_all: bool, prefix: str = "", what: str = "detections"
) -> Path:
    """The file that ``"file:PATH"`` means for the sequence that goes by ``names``.

    PATH holds ``{sequence}``, or is a folder of files named after the sequences or of sequences, or is the file itself
    where there is but one sequence (``of_all``).

    Raises:
        ConfigError: for one file and several sequences.
        SourceError: if there is none.
    """
    text = spec.partition(":")[2].strip()
    path = Path(text).expanduser()
    if "{sequence}" in text:
        candidates = [Path(text.replace("{sequence}", name)).expanduser() for name in names]
    elif path.is_dir():
        ends = (f"{prefix}{{0}}.txt", f"{prefix}{{0}}.txt.gz", "{0}/det/det.txt", "{0}/det/det.txt.gz")
        candidates = [path / end.format(name) for name in names for end in ends]
    elif not path.exists():
        raise SourceError(f"no {what}: no such file or folder {text or '(empty)'}")
    elif not of_all:
        raise ConfigError(
            f"{text} is one file for several sequences; give a folder, or {{sequence}} in the path"
        )
    else:
        candidates = [path]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        raise SourceError(f"no {what} of sequence {names[0]!r}: no such file {candidates[0]}")
    return found.absolute()


def _name_of(spec: Any, what: str) -> str:
    if isinstance(spec, (str, Path)):
        text = str(spec).strip()
        kind, _, path = text.partition(":")
        file = Path(path if kind.casefold() == "onnx" else text)
        if file.is_file() and (what == "reid" or kind.casefold() == "onnx"):
            return f"{kind_of(text) if file != Path(text) else file.suffix}:{file_hash(file)}"
        # Made once to be told what is wrong with a name before all the images are looked at.
        _ = create_detector(text) if what == "detector" else create_embedder(text)
        return text.casefold()
    own = getattr(spec, "cache_key", None)
    if isinstance(own, str) and own:
        return own
    for holder in (spec, getattr(spec, "model", None)):
        if callable(getattr(holder, "state_dict", None)):
            return f"{type(holder).__qualname__}:{_parameters_hash(holder)}"
    raise ConfigError(
        f"nothing tells this {what}, a {type(spec).__name__}, from another one in the cache; give {what}_key='NAME' "
        "and change it when the results change"
    )


def _absolute(spec: Any, prefix: str) -> Any:
    """The file of a network by its whole path: workers elsewhere have another working directory."""
    if not isinstance(spec, (str, Path)) or not str(spec).casefold().startswith(prefix):
        return spec
    path = Path(str(spec)[len(prefix) :])
    return f"{prefix}{path.absolute()}" if path.is_file() else spec


def _parameters_hash(model: Any) -> str:
    """SHA-256 of the parameters of a torch model."""
    digest = hashlib.sha256()
    for name, values in model.state_dict().items():
        digest.update(str(name).encode())
        if hasattr(values, "detach"):
            digest.update(values.detach().cpu().double().numpy().tobytes())  # numpy has no bfloat16
    return digest.hexdigest()


__all__ = ["CACHE_VERSION", "FILE", "PUBLIC", "Recipe", "file_for", "kind_of"]
