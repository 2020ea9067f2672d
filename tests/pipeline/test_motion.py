"""Camera motion in the pipeline: one estimate a frame, handed to the tracker; ids survive a jumping camera."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.engine import Engine
from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.io.frame import Frame
from boxtrail.motion import StillCamera, make_estimator
from boxtrail.pipeline import Boxtrail, track
from boxtrail.results import TrackResults
from boxtrail.timings import Timings
from moving_camera import MARGIN, cv2, photograph, plane_for, similarity

SIZE = (320, 240)
NUM_FRAMES = 16
POSITIONS = ((0.0, 0.0), (34.0, 20.0), (0.0, 40.0), (-34.0, 60.0))  # of the camera, each for four frames
BOXES = np.array([[60.0, 70, 84, 110], [150, 120, 176, 160], [240, 60, 262, 96]])  # in the first frame


def shift(index: int) -> tuple[float, float]:
    """Where the camera has got to: it stands for four frames and jumps by more than an object's width."""
    return POSITIONS[index // 4]


def detections(index: int) -> NDArray[np.float64]:
    """The three boxes as seen in a frame, (3, 6)."""
    boxes = BOXES + np.tile(shift(index), 2)
    return np.column_stack([boxes, np.full(3, 0.9), np.zeros(3)])


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film of three parked objects, their detections and the camera's true motion."""
    folder = tmp_path_factory.mktemp("shaky")
    plane = plane_for(SIZE, seed=5)
    for x1, y1, x2, y2 in BOXES.astype(int):
        plane[MARGIN + y1 : MARGIN + y2, MARGIN + x1 : MARGIN + x2] = (40, 60, 230)
    writer = cv2.VideoWriter(str(folder / "shaky.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, SIZE)
    rows, motions = [], []
    for index in range(NUM_FRAMES):
        writer.write(photograph(plane, similarity(shift(index), size=SIZE), SIZE))
        for x1, y1, x2, y2, score, _ in detections(index).tolist():
            rows.append(f"{index + 1},-1,{x1},{y1},{x2 - x1},{y2 - y1},{score}")
        x, y = np.subtract(shift(index), shift(max(index - 1, 0)))
        motions.append(f"{index} 1 0 {x} 0 1 {y}")
    writer.release()
    (folder / "det.txt").write_text("\n".join(rows))
    (folder / "gmc.txt").write_text("\n".join(motions))
    return folder


def ids(run: Any) -> list[set[int]]:
    return [{int(number) for number in frame.tracks.id} for frame in run]


def track_shaky(folder: Path, **options: Any) -> Any:
    return track(folder / "shaky.mp4", f"file:{folder / 'det.txt'}", **options)


@pytest.mark.parametrize("backend", ["cpp", "python"])
@pytest.mark.parametrize("name", ["sof", "sift", "file"])
def test_ids_survive_a_pan_that_loses_them_without_camera_motion(
    shaky: Path, backend: str, name: str
) -> None:
    motion = f"file:{shaky / 'gmc.txt'}" if name == "file" else name
    assert set.union(*ids(track_shaky(shaky, backend=backend))) > {1, 2, 3}
    assert set.union(*ids(track_shaky(shaky, backend=backend, camera_motion="none"))) > {1, 2, 3}
    steady = ids(track_shaky(shaky, backend=backend, camera_motion=motion))
    assert steady == [{1, 2, 3}] * NUM_FRAMES


def test_the_command_line_takes_camera_motion_and_tells_its_time(
    shaky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("typer")
    from boxtrail.cli.app import main

    def written(*motion: str) -> tuple[set[str], str]:
        out = tmp_path / "-".join(["run", *motion]).replace(":", "").replace("/", "")
        arguments = ["track", shaky / "shaky.mp4", "--detector", f"file:{shaky / 'det.txt'}"]
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in [*arguments, *motion, "--save-txt", "--out", out]])
        assert caught.value.code == 0
        rows = (out / "shaky.txt").read_text().splitlines()
        return {row.split(",")[1] for row in rows}, capsys.readouterr().out

    assert written("--camera-motion", "sof")[0] == {"1", "2", "3"}
    assert "camera motion" in written("--camera-motion", "SOF")[1]
    assert written("--camera-motion", f"file:{shaky / 'gmc.txt'}")[0] == {"1", "2", "3"}
    found, printed = written()
    assert found > {"1", "2", "3"}
    assert "camera motion" not in printed


class Recorder:
    """A tracker and an estimator in one that note what they are called with."""

    last_seconds, failures = 0.0, 0

    def __init__(self) -> None:
        self.estimated: list[int] = []
        self.warps: list[Any] = []
        self.num_resets = 0

    def __call__(self, image: Any, detections: Any = None) -> NDArray[np.float64]:
        self.estimated.append(len(detections))
        return np.array([[1.0, 0.0, len(self.estimated)], [0.0, 1.0, 0.0]])

    def reset(self) -> None:
        self.num_resets += 1

    def update(self, dets: Any, img: Any = None, embs: Any = None, **options: Any) -> TrackResults:
        self.warps.append(options.get("warp"))
        return TrackResults(np.empty((0, 8)))


class TwoBoxes:
    """A detector that always finds the same two boxes."""

    names: dict[int, str] = {}  # noqa: RUF012

    def __call__(self, images: Any, frame_indices: Any = None) -> list[NDArray[np.float64]]:
        return [detections(0)[:2] for _ in images]

    def reset(self) -> None: ...


def frame(index: int) -> Frame:
    return Frame(np.zeros((240, 320, 3), np.uint8), index, index / 10.0)


def test_an_engine_estimates_once_a_frame_with_its_detections_and_hands_the_warp_on() -> None:
    tracker, motion, timings = Recorder(), Recorder(), Timings()
    engine = Engine(TwoBoxes(), tracker, camera_motion=motion)
    engine.reset()
    for index in range(3):
        engine.step(frame(index), timings)
    assert motion.estimated == [2, 2, 2]
    assert [warp[0, 2] for warp in tracker.warps] == [1.0, 2.0, 3.0]
    assert motion.num_resets == 1
    assert 0.0 < timings.motion == timings.to_dict()["motion"]
    assert "motion" in str(timings)


def test_an_engine_without_camera_motion_passes_no_warp() -> None:
    tracker, timings = Recorder(), Timings()
    Engine(TwoBoxes(), tracker).step(frame(0), timings)
    assert tracker.warps == [None]
    assert timings.motion == 0.0
    assert "motion" not in str(timings)


def test_each_run_starts_its_camera_motion_anew(shaky: Path) -> None:
    model = Boxtrail(f"file:{shaky / 'det.txt'}", camera_motion=f"file:{shaky / 'gmc.txt'}")
    runs = [ids(model.track(shaky / "shaky.mp4")) for _ in range(2)]
    assert runs == [[{1, 2, 3}] * NUM_FRAMES] * 2


class Wanting(Recorder):
    """A tracker that names its estimator."""

    def __init__(self, camera_motion: str) -> None:
        super().__init__()
        self.camera_motion = camera_motion


def test_a_tracker_may_name_its_camera_motion_and_the_user_overrules_it(
    shaky: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def note(name: str) -> Any:
        made.append(name)
        return StillCamera() if name == "none" else Recorder()

    monkeypatch.setattr("boxtrail.tracker_choice.make_estimator", note)

    def warps(wanted: str, given: str | None) -> Any:
        made.clear()
        tracker = Wanting(wanted)
        Boxtrail(TwoBoxes(), tracker, camera_motion=given).track(shaky / "shaky.mp4", num_frames=2).finish()
        return set(made), [None if warp is None else float(warp[0, 2]) for warp in tracker.warps]

    assert warps("ecc", None) == ({"ecc"}, [1.0, 2.0])
    assert warps("ecc", "sof") == ({"sof"}, [1.0, 2.0])
    assert warps("ecc", "none") == ({"none"}, [0.0, 0.0])  # told that the camera stands still
    assert warps("none", None) == ({"none"}, [None, None])
    assert warps("none", "none") == ({"none"}, [None, None])


@pytest.mark.parametrize(
    ("motion", "kind", "message"),
    [
        ("soff", ConfigError, "did you mean 'sof'"),
        ("file:nowhere.txt", SourceError, "nowhere.txt"),
        ("file:BAD", InvalidInputError, "line 1"),
    ],
)
def test_a_wrong_camera_motion_fails_before_the_source_is_opened(
    tmp_path: Path, motion: str, kind: type[Exception], message: str
) -> None:
    (tmp_path / "bad.txt").write_text("0 1 0")
    with pytest.raises(kind) as caught:
        Boxtrail(camera_motion=motion.replace("BAD", str(tmp_path / "bad.txt")))
    assert message in str(caught.value)


@pytest.mark.parametrize("frames", [{"stride": 2}, {"start_frame": 3}])
def test_a_file_of_camera_motion_needs_every_frame_from_the_first_on(
    shaky: Path, frames: dict[str, int]
) -> None:
    with pytest.raises(ConfigError, match="every frame from the first on"):
        track_shaky(shaky, camera_motion=f"file:{shaky / 'gmc.txt'}", **frames)
    assert len(ids(track_shaky(shaky, camera_motion="sof", **frames))) > 5


def test_a_box_that_is_not_finite_is_refused_with_its_row() -> None:
    class Broken(TwoBoxes):
        def __call__(self, images: Any, frame_indices: Any = None) -> list[NDArray[np.float64]]:
            return [np.array([[0, 0, 10, 10, 0.9, 0], [0, 0, np.nan, 10, 0.9, 0]])]

    with pytest.raises(InvalidInputError, match="row 1"):
        Engine(Broken(), Recorder(), camera_motion=make_estimator("sof")).step(frame(0), Timings())
