"""Training in several processes, and being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from boxtrail.training import train_reid  # noqa: E402

WORKER = Path(__file__).with_name("ddp_worker.py")
TRAIN = ["-m", "boxtrail", "train", "--dataset", "folder", "--device", "cpu", "--quiet"]
SMALL = [
    "--batch-size",
    "16",
    "--input-size",
    "32x16",
    "--workers",
    "1",
    "-o",
    "warmup_epochs=1",
    "-o",
    "eval_every=1",
]


def environment() -> dict[str, str]:
    """One thread a process; the sources on the path where the package is run from them."""
    import boxtrail

    running_from = str(Path(boxtrail.__file__).resolve().parents[1])
    path = os.pathsep.join([running_from, *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path}


def torchrun(count: int, arguments: list[str]) -> None:
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    done = subprocess.run(
        [*launch, *arguments], env=environment(), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(crowd: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(WORKER), str(crowd), str(tmp_path)], env=environment(), check=True, timeout=600
    )
    torchrun(2, [str(WORKER), str(crowd), str(tmp_path)])
    alone, first, second = (torch.load(tmp_path / f"{name}.pt") for name in ("0-of-1", "0-of-2", "1-of-2"))
    for name, value in first["model"].items():
        assert torch.equal(value, second["model"][name])
        assert torch.allclose(value, alone["model"][name], atol=1e-5)
    assert torch.allclose(first["loss"]["centres"], alone["loss"]["centres"], atol=1e-5)
    for ours, theirs in zip(first["losses"], alone["losses"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)
    assert first["losses"] == second["losses"]
    for rank in (0, 1):  # threads of the group that outlive it may abort the end of the process
        threads = (tmp_path / f"threads-{rank}-of-2.txt").read_text()
        assert "gloo" not in threads


@pytest.mark.slow
def test_the_command_runs_under_torchrun_as_it_is(crowd: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    torchrun(2, [*TRAIN, "--data-dir", str(crowd), "--epochs", "2", "--out", str(out), *SMALL])
    assert {path.name for path in out.iterdir()} == {
        "best.pt",
        "last.pt",
        "log.jsonl",
        "training.png",
        "botsort.yaml",
    }
    assert len((out / "log.jsonl").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(crowd: Path, tmp_path: Path) -> None:
    command = [sys.executable, *TRAIN, "--data-dir", str(crowd), "--epochs", "4", *SMALL]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*command, "--out", str(whole)], env=environment(), check=True, timeout=600)
    process = subprocess.Popen([*command, "--out", str(killed)], env=environment())
    try:
        wait_for_an_epoch(killed / "last.pt", process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    run = train_reid(resume=killed, device="cpu")
    torch.set_num_threads(threads)
    assert len(run.log_path.read_text(encoding="utf-8").splitlines()) == 4
    ours, theirs = (
        torch.load(folder / "last.pt", weights_only=True)["trainer"] for folder in (killed, whole)
    )
    for part in ("model", "average"):
        assert all(torch.equal(value, theirs[part][name]) for name, value in ours[part].items())


def wait_for_an_epoch(state: Path, process: subprocess.Popen[Any]) -> None:
    while not state.exists():
        assert process.poll() is None, "the run ended before it had written its state"
        time.sleep(0.01)
