"""``boxtrail train``, ``eval-reid`` and ``export`` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from training.miniatures import people

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

Boxtrail = Callable[..., "tuple[int, str, str]"]


def test_a_model_is_trained_scored_and_exported(boxtrail: Boxtrail, tmp_path: Path) -> None:
    folder, out = people(tmp_path / "people"), tmp_path / "run"
    data = ("--dataset", "folder", "--data-dir", folder, "--device", "cpu")
    training = ("--epochs", 1, "--batch-size", 8, "--input-size", "32x16", "-o", "erase=0.0")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        code, printed, _ = boxtrail("train", *data, *training, "--out", out)
        assert code == 0
        assert "appearance_thresh" in printed
        assert "best.pt" in printed
        scores = boxtrail("eval-reid", "--weights", out / "best.pt", *data, "--json")[1]
        assert json.loads(scores)["queries"] == 4
        assert "rank-10" in boxtrail("eval-reid", "--weights", "histogram", *data)[1]
        exported = boxtrail("export", "--weights", out / "best.pt", "--format", "torchscript")
        assert exported[:2] == (0, f"{out / 'best.torchscript'}\n")
        assert boxtrail("train", "--resume", out, "--quiet") == (0, "", "")
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train",), "training needs a data set"),
        (("train", "--dataset", "folder"), "folder needs its folder"),
        (("train", "--dataset", "folder", "--input-size", "256"), "--input-size is HEIGHTxWIDTH"),
        (("train", "--dataset", "folder", "-o", "margin"), "an option is KEY=VALUE"),
        (("train", "--dataset", "folder", "-o", "epoch=3"), "did you mean 'epochs'"),
        (("train", "--dataset", "folder", "--data-option", "gap=2", "--data-dir", "."), "gap must be at least 0"),
        (("eval-reid", "--weights", "histogram"), "eval-reid needs a data set"),
        (("export", "--weights", "nowhere.pt"), "no such file"),
        (("export", "--weights", "nowhere.pt", "--format", "tflite"), "unknown format 'tflite'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line_and_exit_code_two(
    boxtrail: Boxtrail, arguments: tuple[str, ...], message: str
) -> None:
    code, _, printed = boxtrail(*arguments)
    assert code == 2
    assert message in printed
    assert printed.count("\n") == 1
    assert printed.startswith("error: ")
