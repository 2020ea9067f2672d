"""Training runs: what they leave behind, and that interrupted ones come to the same."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from boxtrail import Boxtrail, create_tracker  # noqa: E402
from boxtrail.errors import ConfigError, EmbedderError, SourceError, StateError  # noqa: E402
from boxtrail.reid import ReID  # noqa: E402
from boxtrail.training import evaluate_reid, session, train_reid  # noqa: E402
from boxtrail.training.trainer import Trainer  # noqa: E402
from training.conftest import SMALL  # noqa: E402
from training.miniatures import people  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Sums in one order, and no wait for threads on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Marker:
    """Pickles to a call that would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def weights_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(path, weights_only=True)["state_dict"]
    return found


def entries_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def assert_same_weights(one: Path, other: Path) -> None:
    ours, theirs = weights_of(one), weights_of(other)
    assert list(ours) == list(theirs)
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


@pytest.fixture(scope="module")
def finished(crowd: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run that nothing interrupted."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("runs") / "whole"
    run = train_reid("folder", crowd, out_dir=folder, device="cpu", **SMALL)
    torch.set_num_threads(before)
    return run


def test_a_run_leaves_weights_state_log_picture_and_preset(finished: Any) -> None:
    names = {path.name for path in finished.folder.iterdir()}
    assert names == {"best.pt", "last.pt", "log.jsonl", "training.png", "botsort.yaml"}
    log = entries_of(finished.log_path)
    assert [entry["epoch"] for entry in log] == [1, 2, 3]
    assert all(
        entry["loss"] == pytest.approx(entry["cross_entropy"] + entry["triplet"], rel=1e-5) for entry in log
    )
    assert {"mAP", "rank1", "rank5", "rank10", "learning_rate", "seconds"} <= log[-1].keys()
    tracker = create_tracker("botsort", preset=finished.preset_path)
    assert tracker.config.appearance_thresh == finished.appearance_thresh


def test_the_weights_load_by_themselves_and_know_their_network(finished: Any, tmp_path: Path) -> None:
    renamed = tmp_path / "anything.pt"
    renamed.write_bytes(finished.weights_path.read_bytes())
    content = torch.load(renamed, weights_only=True)
    assert (content["arch"], content["input_size"]) == ("osnet_x0_25", [32, 16])
    embedder = ReID(renamed, device="cpu")
    assert embedder.input_size == (32, 16)
    rows = embedder.embed(np.full((40, 40, 3), 90, np.uint8), [[2, 2, 20, 38]])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1.0], abs=1e-5)


def test_the_scores_of_a_run_are_those_of_its_weights(finished: Any, crowd: Path) -> None:
    assert evaluate_reid(finished.weights_path, "folder", crowd, device="cpu") == finished.scores
    assert Boxtrail.eval_reid(finished.weights_path, "folder", crowd, device="cpu") == finished.scores


def test_training_lowers_the_loss(crowd: Path, small: dict[str, Any], tmp_path: Path) -> None:
    still = {"erase": 0.0, "jitter": 0.0, "affine": 0.0}
    chosen = small | still | {"epochs": 10, "eval_every": 10, "batch_size": 16, "learning_rate": 3e-3}
    chosen["centre_weight"] = 0.01
    run = Boxtrail.train("folder", crowd, out_dir=tmp_path / "run", device="cpu", **chosen)
    log = entries_of(run.log_path)
    assert log[-1]["loss"] < 0.7 * log[0]["loss"]
    assert log[-1]["centre"] > 0.0
    assert "mAP" not in log[0]


def test_a_resumed_run_ends_bit_equal_to_an_uninterrupted_one(
    finished: Any, crowd: Path, small: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cut"
    train_epoch = Trainer.train_epoch

    def cut_short(trainer: Trainer, pictures: Any, watch: Any = None) -> Any:
        done = train_epoch(trainer, pictures, watch)
        if trainer.epoch == 2:
            raise KeyboardInterrupt  # the second epoch is trained and nothing of it written
        return done

    monkeypatch.setattr(Trainer, "train_epoch", cut_short)
    with pytest.raises(KeyboardInterrupt):
        train_reid("folder", crowd, out_dir=folder, device="cpu", **small)
    monkeypatch.undo()
    torch.manual_seed(12345)  # whatever was drawn meanwhile
    torch.rand(7)
    run = train_reid(resume=folder, device="cpu")
    assert_same_weights(run.weights_path, finished.weights_path)
    ours, theirs = (torch.load(one.state_path, weights_only=True)["trainer"] for one in (run, finished))
    for part in ("model", "average"):
        assert all(torch.equal(value, theirs[part][name]) for name, value in ours[part].items())
    logs = [entries_of(one.log_path) for one in (run, finished)]
    for entry in (*logs[0], *logs[1]):
        del entry["seconds"]
    assert logs[0] == logs[1]
    assert run.scores == finished.scores


def test_another_seed_is_another_run(
    finished: Any, crowd: Path, small: dict[str, Any], tmp_path: Path
) -> None:
    run = train_reid(
        "folder", crowd, out_dir=tmp_path / "run", device="cpu", **small | {"seed": 1, "epochs": 1}
    )
    other = weights_of(finished.weights_path)
    assert any(not torch.equal(value, other[name]) for name, value in weights_of(run.weights_path).items())


def test_resuming_a_finished_run_only_writes_its_results_again(finished: Any) -> None:
    before = finished.weights_path.read_bytes()
    finished.plot_path.unlink()
    run = train_reid(resume=finished.folder, device="cpu")
    assert run.plot_path.is_file()
    assert run.weights_path.read_bytes() == before
    assert run.scores == finished.scores


def test_a_run_goes_on_with_the_same_pictures_only(
    finished: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "fingerprint", lambda dataset: "other")
    with pytest.raises(StateError, match="begun on other pictures"):
        train_reid(resume=finished.folder, device="cpu")


def test_what_cannot_be_resumed_is_told(finished: Any, crowd: Path, tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"last\.pt: cannot read the state"):
        train_reid(resume=tmp_path)
    with pytest.raises(ConfigError, match="epochs cannot be given with resume"):
        train_reid(resume=finished.folder, epochs=9)
    with pytest.raises(ConfigError, match="holds a run already"):
        train_reid("folder", crowd, out_dir=finished.folder)
    (tmp_path / "last.pt").write_bytes(finished.weights_path.read_bytes())
    with pytest.raises(StateError, match="not the state of a training run"):
        train_reid(resume=tmp_path)
    (tmp_path / "last.pt").write_bytes(b"nothing")
    with pytest.raises(StateError, match="not the state of a training run"):
        train_reid(resume=tmp_path)


def test_a_run_begins_with_the_weights_it_is_given(
    finished: Any, crowd: Path, small: dict[str, Any], tmp_path: Path
) -> None:
    frozen = small | {"epochs": 1, "learning_rate": 1e-9, "ema_decay": 0.0}
    run = train_reid(
        "folder", crowd, weights=finished.weights_path, out_dir=tmp_path / "run", device="cpu", **frozen
    )
    given = weights_of(finished.weights_path)
    found = weights_of(run.weights_path)
    assert torch.allclose(found["conv1.conv.weight"], given["conv1.conv.weight"], atol=1e-6)


def test_a_checkpoint_that_carries_code_is_refused_and_runs_nothing(
    crowd: Path, small: dict[str, Any], tmp_path: Path
) -> None:
    trap, evil = tmp_path / "trap", tmp_path / "osnet_x0_25.pt"
    evil.write_bytes(pickle.dumps(Marker(trap)))
    archive = tmp_path / "osnet_x0_25_archive.pt"
    torch.save({"state_dict": Marker(trap)}, archive)
    for file in (evil, archive):
        with pytest.raises(EmbedderError, match="refused"):
            train_reid(
                "folder", crowd, weights=file, out_dir=tmp_path / f"run-{file.stem}", device="cpu", **small
            )
        with pytest.raises(EmbedderError, match="refused"):
            evaluate_reid(file, "folder", crowd, device="cpu")
        with pytest.raises(EmbedderError, match="refused"):
            Boxtrail.export(file, "onnx")
        (tmp_path / "last.pt").write_bytes(file.read_bytes())
        with pytest.raises(StateError, match="not the state"):
            train_reid(resume=tmp_path)
    assert not trap.exists()


def test_what_cannot_be_trained_is_told_before_a_file_is_written(
    crowd: Path, small: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="training needs a data set"):
        train_reid()
    with pytest.raises(ConfigError, match="unknown appearance model 'osnet_x9'"):
        train_reid("folder", crowd, **small | {"model": "osnet_x9"})
    with pytest.raises(SourceError, match="at least 2 identities, not 1"):
        train_reid("folder", crowd, pattern="person{camera}/{identity}{frame}.png", **small)
    with pytest.raises(ConfigError, match="fewer than 2 identities"):
        train_reid("folder", crowd, **small | {"batch_size": 4, "num_instances": 4})
    assert list(tmp_path.iterdir()) == []


def test_runs_without_an_out_dir_are_numbered(
    crowd: Path, small: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [
        train_reid("folder", crowd, device="cpu", project="runs", **small | {"epochs": 1}).folder
        for _ in range(2)
    ]
    assert [str(folder) for folder in folders] == ["runs/osnet_x0_25", "runs/osnet_x0_25-2"]


def test_a_data_set_without_queries_is_trained_to_its_last_epoch(
    tmp_path: Path, small: dict[str, Any]
) -> None:
    few, chosen = people(tmp_path / "few", images=2), small | {"epochs": 2}
    run = train_reid("folder", few, out_dir=tmp_path / "run", device="cpu", **chosen)
    assert run.weights_path.is_file()
    assert (run.scores, run.preset_path, run.appearance_thresh) == (None, None, None)
    assert torch.load(run.weights_path, weights_only=True)["epoch"] == 2


def test_automatic_mixed_precision_trains_too(crowd: Path, small: dict[str, Any], tmp_path: Path) -> None:
    run = train_reid(
        "folder", crowd, out_dir=tmp_path / "run", device="cpu", **small | {"epochs": 1, "amp": True}
    )
    assert all(torch.isfinite(value).all() for value in weights_of(run.weights_path).values())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_a_run_on_a_gpu_comes_to_its_end(crowd: Path, small: dict[str, Any], tmp_path: Path) -> None:
    run = train_reid("folder", crowd, out_dir=tmp_path / "run", device="cuda", **small)
    assert run.scores is not None
