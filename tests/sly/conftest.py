"""The stand-ins of the ``supervisely`` package, in its place."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from supervisely_stand_in import Platform, SdkModel, loadable


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package in its place: what it has of what we call."""
    package, nn = ModuleType("supervisely"), ModuleType("supervisely.nn")
    package.__spec__ = ModuleSpec("supervisely", None)
    for kind in ("ProjectMeta", "VideoAnnotation", "Annotation"):
        setattr(package, kind, loadable(kind))
    nn.ModelAPI = SdkModel  # type: ignore[attr-defined]
    package.nn = nn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "supervisely", package)
    monkeypatch.setitem(sys.modules, "supervisely.nn", nn)
    monkeypatch.setattr(SdkModel, "prepared", [])
    return package


@pytest.fixture
def platform() -> Platform:
    return Platform()
