"""Every architecture is the public one of its name."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from boxtrail.errors import ConfigError, MissingExtraError  # noqa: E402
from boxtrail.reid import ReID  # noqa: E402
from boxtrail.reid.models import ARCHITECTURES, build_model, find_architecture  # noqa: E402
from boxtrail.reid.models.architectures import architecture_of_file  # noqa: E402
from boxtrail.reid.models.folding import folded  # noqa: E402
from reid.oracle import described, made_input, made_state, made_weights  # noqa: E402

# Length, and index and value of the largest number, of both embeddings of the public architecture with the made
# parameters, for those the oracle records no output of.
RECORDED = {
    "osnet_x0_5": ((148071.0, 187, 29187.9), (140242.0, 187, 27161.4)),
    "resnet50_fc512": ((10885.2, 105, 2536.83), (11044.0, 105, 2564.52)),
    "mobilenetv2_x1_4": ((82.1025, 45, 5.98835), (82.7149, 94, 6.0)),
}


@pytest.fixture
def oracle_dir(data_dir: Path) -> Path:
    if not (data_dir / "reid-oracle").is_dir():
        pytest.skip(f"no reid-oracle in {data_dir}")
    return data_dir / "reid-oracle"


def made_model(name: str) -> torch.nn.Module:
    model = build_model(name)
    model.load_state_dict(made_weights(name), strict=True)
    return model.eval()


def crops_for(name: str) -> torch.Tensor:
    return torch.from_numpy(made_input((3, *ARCHITECTURES[name].input_size)))


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "mobilenetv2_x1_4"])
def test_the_oracles_parameters_load_strictly_and_give_its_outputs(name: str, oracle_dir: Path) -> None:
    known = described(oracle_dir)[name]
    model = build_model(name).eval()
    model.load_state_dict(made_state(known["state_dict"]), strict=True)
    assert sum(weights.numel() for weights in model.parameters()) == known["params"]
    assert tuple(known["input"][1:]) == ARCHITECTURES[name].input_size
    assert known["dim"] == ARCHITECTURES[name].dim == model.dim
    with np.load(oracle_dir / "embeddings.npz") as recorded:
        if name not in recorded.files:
            pytest.skip("its output is not recorded here")
        wanted = recorded[name]
    with torch.no_grad():
        output = model(crops_for(name)).numpy()
    assert output.shape == wanted.shape
    np.testing.assert_allclose(output, wanted, rtol=1e-3, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize("name", RECORDED)
def test_the_others_give_what_the_public_network_gave(name: str) -> None:
    with torch.no_grad():
        output = made_model(name)(crops_for(name)).numpy()
    assert output.shape == (2, ARCHITECTURES[name].dim)
    found = [(np.linalg.norm(row), row.argmax(), row.max()) for row in output]
    np.testing.assert_allclose(found, RECORDED[name], rtol=1e-3)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_folded_batch_norms_change_nothing(name: str) -> None:
    model = made_model(name)
    twin = folded(model)
    crops = crops_for(name)[:, :, ::4, ::4]
    with torch.no_grad():
        wanted, found = model(crops), twin(crops)
    assert float((wanted - found).abs().max() / wanted.abs().max()) < 1e-4
    norms = [layer for layer in twin.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert len(norms) <= 2  # LMBN's necks without a convolution before them
    assert not any(weights.requires_grad for weights in twin.parameters())
    assert all(weights.requires_grad for weights in model.parameters())


@pytest.mark.parametrize("name", ["osnet_x0_25", "osnet_ain_x1_0", "resnet50", "mobilenetv2_x1_0", "lmbn_n"])
def test_training_gives_logits_and_embeddings_and_reaches_every_weight(name: str) -> None:
    torch.manual_seed(0)
    model = build_model(name, num_classes=5).train()
    logits, embeddings = model(torch.randn(2, 3, 64, 32))
    assert logits.shape == (2, 5)
    assert embeddings.shape == (2, ARCHITECTURES[name].dim)
    (logits.square().sum() + embeddings.square().sum()).backward()
    assert [key for key, weights in model.named_parameters() if weights.grad is None] == []


def test_lmbn_erases_the_strongest_rows_in_training_only() -> None:
    from boxtrail.reid.models.lmbn import TopDropBlock

    block = TopDropBlock()
    pictures = torch.randn(2, 512, 6, 4)
    whole, erased = block.train()(pictures)
    gone = (erased == 0).all(dim=3).all(dim=1)
    assert gone.sum(dim=1).tolist() == [2, 2]  # a third of six rows
    strength = whole.square().sum(dim=1).amax(dim=2)
    assert bool((strength[gone].reshape(2, 2).amin(1) >= strength[~gone].reshape(2, 4).amax(1)).all())
    whole, erased = block.eval()(pictures)
    assert torch.equal(whole, erased)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"'osnet_x0_33'; did you mean 'osnet_x0_5'"):
        build_model("osnet_x0_33")
    with pytest.raises(ConfigError, match="num_classes must be at least 1, not 0"):
        build_model("osnet_x0_25", num_classes=0)


def test_names_are_matched_without_case_and_punctuation() -> None:
    assert find_architecture("OSNet-x0.25").name == "osnet_x0_25"
    assert build_model("ResNet50-fc512", 3).classifier.weight.shape == (3, 512)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("osnet_x0_25_msmt17.pt", "osnet_x0_25"),
        ("osnet_x1_0_imagenet.pth", "osnet_x1_0"),
        ("osnet_ain_x1_0_msmt17.pt", "osnet_ain_x1_0"),
        ("resnet50_fc512_msmt17.pt", "resnet50_fc512"),
        ("resnet50_market1501.pt", "resnet50"),
        ("mobilenetv2_x1_4_dukemtmcreid.pt", "mobilenetv2_x1_4"),
        ("lmbn_n_cuhk03_d.pt", "lmbn_n"),
    ],
)
def test_files_are_named_after_architectures(file: str, name: str) -> None:
    found = architecture_of_file(Path(file))
    assert found is not None
    assert found.name == name


def test_a_file_named_after_nothing_has_no_architecture() -> None:
    assert architecture_of_file(Path("best.pt")) is None


class FakeBackbone(torch.nn.Module):
    """What timm makes: pooled features."""

    num_features = 5  # before the last layer, which timm keeps in some networks

    def __init__(self, fixed: bool) -> None:
        super().__init__()
        self.pretrained_cfg = {"input_size": (3, 224, 224), "fixed_input_size": fixed}
        self.stem = torch.nn.Conv2d(3, 6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.stem(x).mean(dim=(2, 3))


def fake_timm() -> types.ModuleType:
    timm = types.ModuleType("timm")
    timm.__dict__["__version__"] = "0"
    timm.__dict__["is_model"] = lambda name: name in ("tiny", "tiny_vit", "tiny_map")

    def create_model(name: str, *, pretrained: bool, num_classes: int) -> torch.nn.Module:
        assert not pretrained
        assert num_classes == 0
        if name == "tiny_map":
            return torch.nn.Conv2d(3, 6, 3)
        return FakeBackbone(fixed=name == "tiny_vit")

    timm.__dict__["create_model"] = create_model
    return timm


def test_a_backbone_of_timm_embeds_and_classifies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", fake_timm())
    model = build_model("timm:tiny", num_classes=4)
    assert (model.dim, model.input_size) == (6, (256, 128))
    assert build_model("timm:tiny_vit").input_size == (224, 224)
    logits, embeddings = model.train()(torch.randn(2, 3, 20, 10))
    assert (logits.shape, embeddings.shape) == ((2, 4), (2, 6))
    assert model.eval()(torch.randn(2, 3, 20, 10)).shape == (2, 6)
    with pytest.raises(ConfigError, match="has no network 'tinny'"):
        build_model("timm:tinny")
    with pytest.raises(ConfigError, match=r"gives \(6, 254, 126\) for a crop"):
        build_model("timm:tiny_map")


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv3_small_050", "vit_tiny_patch16_224"])
def test_real_backbones_of_timm_embed_classify_and_come_back(name: str, tmp_path: Path) -> None:
    pytest.importorskip("timm", reason="timm is not installed: pip install 'boxtrail[timm]'")
    model = build_model(f"timm:{name}", num_classes=4)
    crops = torch.randn(2, 3, *model.input_size)
    logits, embeddings = model.train()(crops)
    assert (logits.shape, embeddings.shape) == ((2, 4), (2, model.dim))
    torch.save(model.state_dict(), tmp_path / "own.pt")
    expected = model.eval()(crops)
    found = ReID(tmp_path / "own.pt", arch=f"timm:{name}").model(crops)
    torch.testing.assert_close(found, expected)


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "boxtrail.errors.importlib.import_module",
        lambda name: (_ for _ in ()).throw(ModuleNotFoundError(name=name)),
    )
    with pytest.raises(MissingExtraError, match=r"boxtrail\[reid\]"):
        build_model("osnet_x0_25")
