"""Weights in all public forms load; code in a checkpoint never runs."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from boxtrail.errors import ConfigError, EmbedderError  # noqa: E402
from boxtrail.reid import ReID  # noqa: E402
from boxtrail.reid.checkpoint import load_weights, read_checkpoint  # noqa: E402
from boxtrail.reid.models import build_model  # noqa: E402
from reid.oracle import made_weights  # noqa: E402


@pytest.fixture(scope="module")
def state() -> dict[str, Any]:
    return made_weights("osnet_x0_25")


def loaded(content: Any, path: Path) -> Any:
    torch.save(content, path)
    model = build_model("osnet_x0_25")
    load_weights(model, read_checkpoint(path))
    return model


def assert_loaded(model: Any, state: dict[str, Any]) -> None:
    own = model.state_dict()
    for name, value in state.items():
        if not name.startswith("classifier") and not name.endswith("num_batches_tracked"):
            assert torch.equal(own[name], value), name


def prefixed(state: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {prefix + name: value for name, value in state.items()}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 60, "rank1": 0.9, "optimizer": {"lr": 1e-3}},
        lambda state: {"model": state},
        lambda state: prefixed(state, "module."),
        lambda state: {"state_dict": prefixed(state, "module._orig_mod.")},
        lambda state: {name: value for name, value in state.items() if not name.startswith("classifier")},
        lambda state: {name: value for name, value in state.items() if "num_batches" not in name},
        lambda state: (
            state | {"classifier.weight": torch.zeros(4101, 512), "classifier.bias": torch.zeros(4101)}
        ),
    ],
    ids=["bare", "state_dict", "model", "module", "compiled", "headless", "old", "4101 classes"],
)
def test_every_public_form_of_a_checkpoint_loads(state: dict[str, Any], wrap: Any, tmp_path: Path) -> None:
    assert_loaded(loaded(wrap(state), tmp_path / "weights.pt"), state)


def test_weights_in_half_precision_load(state: dict[str, Any], tmp_path: Path) -> None:
    halves = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
    model = loaded(halves, tmp_path / "weights.pt")
    assert model.conv1.conv.weight.dtype == torch.float32
    assert torch.equal(model.conv1.conv.weight, state["conv1.conv.weight"].half().float())


def test_safetensors_load(state: dict[str, Any], tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    path = tmp_path / "osnet_x0_25.safetensors"
    safetensors.save_file(state, path)
    assert_loaded(ReID(path, device="cpu").model.cpu(), state)
    path.write_bytes(b"no header")
    with pytest.raises(EmbedderError, match="not a safetensors file"):
        ReID(path)


def test_entries_missing_too_many_and_misshaped_are_listed(state: dict[str, Any], tmp_path: Path) -> None:
    wrong = dict(state)
    del wrong["conv5.bn.weight"]
    wrong["conv6.weight"] = torch.zeros(3)
    wrong["fc.0.weight"] = torch.zeros(7, 128)
    with pytest.raises(EmbedderError) as caught:
        loaded(wrong, tmp_path / "weights.pt")
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'weights.pt'}: the weights do not fit osnet_x0_25: ")
    assert "1 missing: conv5.bn.weight" in message
    assert "1 too many: conv6.weight" in message
    assert "1 of another shape: fc.0.weight (7, 128) for (512, 128)" in message


def test_a_long_list_is_cut_short(state: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(
        EmbedderError, match=r"485 missing: conv1\.conv\.weight, .* and \d+ more; 1 too many: a$"
    ) as caught:
        loaded({"a": torch.zeros(1)}, tmp_path / "weights.pt")
    assert len(str(caught.value)) < 500


class Trap:
    """Pickled, it leaves a file behind when it is read as code."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_a_checkpoint_with_code_is_refused_and_runs_nothing(
    state: dict[str, Any], tmp_path: Path, zipped: bool, inside: bool
) -> None:
    path, mark = tmp_path / "osnet_x0_25_trap.pt", tmp_path / "it ran"
    content = {"state_dict": state, "extra": Trap(mark)} if inside else Trap(mark)
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(
        EmbedderError, match=r"refused, and nothing of it was run: reading it needs \w+\.mkdir"
    ):
        ReID(path, device="cpu")
    assert not mark.exists()


def test_the_trap_would_have_worked(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "it ran")))
    assert (tmp_path / "it ran").is_dir()


def test_a_bare_pickle_is_refused_too(tmp_path: Path) -> None:
    path, mark = tmp_path / "osnet_x0_25.pth", tmp_path / "it ran"
    path.write_bytes(pickle.dumps(Trap(mark)))
    with pytest.raises(EmbedderError, match="refused, and nothing of it was run"):
        ReID(path, device="cpu")
    assert not mark.exists()


def test_a_pickled_module_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "osnet_x0_25.pt"
    torch.save(torch.nn.Linear(2, 2), path)
    with pytest.raises(EmbedderError, match=r"needs torch\.nn\.modules\.linear\.Linear, which is code"):
        ReID(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<!DOCTYPE html>", b"version https://git-lfs.github.com/spec/v1"]
)
def test_a_file_that_is_no_checkpoint_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "osnet_x0_25.pt"
    path.write_bytes(content)
    with pytest.raises(EmbedderError, match=r"osnet_x0_25\.pt: (not a checkpoint of torch|refused)"):
        ReID(path)


@pytest.mark.parametrize("content", [[1, 2], {"a": "b"}, {"state_dict": {}}, 3])
def test_a_file_without_weights_is_an_error(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "osnet_x0_25.pt"
    torch.save(content, path)
    with pytest.raises(EmbedderError, match="holds no weights"):
        ReID(path)


def test_a_missing_file_says_that_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(
        EmbedderError, match=r"osnet_x0_25_msmt17\.pt: no such file, and nothing is downloaded"
    ):
        ReID(tmp_path / "osnet_x0_25_msmt17.pt")


def test_the_architecture_comes_from_the_argument_the_file_or_its_name(
    state: dict[str, Any], tmp_path: Path
) -> None:
    torch.save(state, tmp_path / "best.pt")
    with pytest.raises(
        ConfigError, match=r"best\.pt: its name does not begin with an architecture; give arch="
    ):
        ReID(tmp_path / "best.pt", device="cpu")
    assert ReID(tmp_path / "best.pt", device="cpu", arch="osnet_x0_25").dim == 512
    torch.save({"state_dict": state, "arch": "osnet_x0_25"}, tmp_path / "best.pt")
    assert ReID(tmp_path / "best.pt", device="cpu").dim == 512
    with pytest.raises(EmbedderError, match="do not fit resnet50"):
        ReID(tmp_path / "best.pt", device="cpu", arch="resnet50")
