"""What the package shows, what it loads, and which way its imports point."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

import boxtrail
from boxtrail import _core, reference
from boxtrail.trackers import TRACKERS, Tracker, create_tracker

PACKAGE = Path(boxtrail.__file__).resolve().parent
HEAVY = (
    "torch",
    "cv2",
    "scipy",
    "sklearn",
    "pandas",
    "yaml",
    "onnxruntime",
    "supervision",
    "supervisely",
    "inference_sdk",
    "httpx",
    "lap",
    "typer",
    "rich",
    "matplotlib",
)
NOTHING = np.zeros((0, 6))
STREAM_OPTIONS = {"oriented", "per_class", "class_group", "class_vote", "kalman_noise", "record"}
MEASURE_OPTIONS = {"image_diagonal", "buffer_ratio"}
FRAME_OPTIONS = {"frame_width", "frame_height"}


def installed() -> metadata.Distribution:
    """The installed package, if this is not a source tree on the path."""
    try:
        return metadata.distribution("boxtrail")
    except metadata.PackageNotFoundError:
        pytest.skip("boxtrail is not installed, it runs from the source tree")


def test_public_names_are_sorted_and_complete() -> None:
    assert boxtrail.__all__ == sorted(boxtrail.__all__)
    assert set(boxtrail.__all__) >= {"Boxtrail", "TrackResults", "create_tracker", "track", "__version__"}
    assert set(boxtrail.__all__) <= set(dir(boxtrail))


@pytest.mark.parametrize("name", [name for name in boxtrail.__all__ if name != "__version__"])
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(boxtrail, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Boxtrial'"):
        _ = boxtrail.Boxtrial


@pytest.mark.parametrize(
    "module",
    [
        "boxtrail.trackers",
        "boxtrail.results",
        "boxtrail.reference",
        "boxtrail.evaluation",
        "boxtrail.benchmarks",
        "boxtrail.motion",
        "boxtrail.postprocessing",
        "boxtrail.reid",
        "boxtrail.training",
    ],
)
def test_every_name_a_module_lists_is_there(module: str) -> None:
    loaded = importlib.import_module(module)
    for name in getattr(loaded, "__all__", []):
        assert hasattr(loaded, name)


def test_names_of_the_field_are_where_users_look_for_them() -> None:
    for module, names in {
        "boxtrail": ("Boxtrail", "track", "create_tracker"),
        "boxtrail.trackers": ("ByteTrack", "OcSort", "Sort"),
        "boxtrail.trackers.tracker_zoo": ("create_tracker",),
        "boxtrail.detectors": ("Detector",),
    }.items():
        for name in names:
            assert hasattr(importlib.import_module(module), name)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"""
import json, sys
import boxtrail, boxtrail.benchmarks, boxtrail.detectors, boxtrail.predict, boxtrail.supervisely
from boxtrail.evaluation import evaluate
import boxtrail.tuning
evaluate([[1, 1, 0, 0, 9, 9]], [[1, 1, 0, 0, 9, 9]])
tracker = boxtrail.create_tracker("bytetrack", "cpp")
tracker.update([[0.0, 0.0, 10.0, 10.0, 0.9, 0.0]])
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_importing_camera_motion_loads_no_opencv() -> None:
    code = "import sys, boxtrail.motion; boxtrail.motion.make_estimator('none'); print('cv2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_compiled_core_lies_inside_the_package() -> None:
    assert Path(_core.__file__).absolute().parent == Path(boxtrail.__file__).absolute().parent


def test_what_is_tested_is_what_is_installed() -> None:
    found = installed()
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        pytest.skip("an editable installation runs from the source tree on purpose")
    assert Path(str(found.locate_file("boxtrail"))).resolve() == PACKAGE


def test_package_and_core_have_one_version() -> None:
    assert installed().version == boxtrail.__version__ == _core.__version__


def algorithm_options(kind: type[Tracker]) -> set[str]:
    """Names of what a tracker hands its backend, beside what it says of the stream."""
    own = {declared.name for declared in fields(kind.config_type)} - {"variant"}  # it sets other options
    own |= MEASURE_OPTIONS if "asso_func" in own else set()
    return own | FRAME_OPTIONS if kind.uses_frame_size else own


def test_both_languages_and_the_public_trackers_name_the_same_ones() -> None:
    compiled = {name for name in dir(_core) if hasattr(getattr(_core, name), "load_state_dict")}
    assert compiled == set(reference.ALGORITHMS) == {kind.__name__ for kind in TRACKERS.values()}


@pytest.mark.parametrize("kind", TRACKERS.values(), ids=str)
def test_both_languages_take_the_options_of_the_config_and_give_none_a_default(
    kind: type[Tracker],
) -> None:
    own = algorithm_options(kind)
    assert set(getattr(_core, kind.__name__).option_names()) == own | STREAM_OPTIONS
    python = reference.ALGORITHMS[kind.__name__].__init__
    assert set(python.__kwdefaults__ or {}) == set()
    named = set(python.__annotations__) - {"return"}
    if "options" in named:  # OccluBoost has so many that a dataclass takes them
        declared = reference.ALGORITHMS[kind.__name__].options_type
        named = named - {"options"} | {field.name for field in fields(declared)}
    assert named == own | {"oriented"}


@pytest.mark.parametrize("kind", TRACKERS.values(), ids=str)
def test_an_option_too_few_or_too_many_is_an_error_in_both_languages(
    kind: type[Tracker],
) -> None:
    name = kind.__name__
    options = create_tracker(kind.name)._backend_options | {"oriented": False}
    for make in (
        getattr(_core, name),
        lambda **given: reference.make_stream(name, **given).update(NOTHING, 1.0, None, None),
    ):
        make(**options)
        with pytest.raises(TypeError):
            make(**options, another=1)
        for missing in options:
            with pytest.raises(TypeError):
                make(**{given: value for given, value in options.items() if given != missing})


LAYERS = (
    {"boxes", "errors"},
    {"detections", "results", "motion", "onnx_runtime"},
    {"reference", "_core"},
    {"backend"},
    {"reid"},
    {"trackers"},
    {"detectors", "io"},
    {"evaluation"},
    {"postprocessing"},
    {"training"},
    {"pipeline", "execution", "benchmarks", "tuning", "predict", "supervisely", "demo"},
    {"serve"},
    {"cli"},
    {"__main__"},
)
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PIPELINE = RANKS["pipeline"]
SOURCES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def rank(name: str) -> int:
    """The layer of a top-level module; single modules beside pipeline.py help it."""
    if name not in RANKS:
        assert not (PACKAGE / name).is_dir(), f"say in LAYERS where the package {name!r} belongs"
    return RANKS.get(name, PIPELINE)


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The syntax tree without what stands there for type checkers alone."""
    yield node
    if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
        for child in ast.iter_child_nodes(node):
            yield from nodes(child)


def imported(path: Path) -> Iterator[str]:
    """Top-level modules of boxtrail that a source file imports, anywhere in it."""
    for node in nodes(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("boxtrail.")
            )
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            parts = (node.module or "").split(".")
            if parts[0] == "boxtrail":
                yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", [path for path in SOURCES if path != Path("__init__.py")], ids=str)
def test_imports_point_one_way(path: Path) -> None:
    own = path.parts[0].removesuffix(".py")
    for other in imported(path):
        if other == own:
            continue
        beside = rank(other) == rank(own) == PIPELINE
        assert rank(other) < rank(own) or beside, f"{path} imports {other}, which lies above it"


def test_the_package_itself_imports_the_pipeline_only_when_asked() -> None:
    top = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body
    names = [node.module for node in top if isinstance(node, ast.ImportFrom)]
    assert set(names) <= {"typing", "__future__", "boxtrail.errors", "boxtrail.results", "boxtrail.trackers"}


def test_the_layers_are_walked_where_there_are_files() -> None:
    assert {Path("backend.py"), Path("reference/kalman.py"), Path("trackers/tracker.py")} <= set(SOURCES)
    assert set(imported(Path("backend.py"))) == {"errors", "reference", "detections"}
