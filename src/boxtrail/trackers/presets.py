"""Named sets of options, one YAML file each: what a peer or a benchmark sets differently from the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError


def preset_folder() -> Path:
    """Where the presets lie: beside the installed package, or at the top of a source checkout."""
    installed = Path(__file__).resolve().parents[1] / "configs"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "configs"


def preset_names(tracker: str) -> list[str]:
    """Presets of a tracker, by name."""
    return sorted(path.stem for path in (preset_folder() / tracker).glob("*.yaml"))


def load_preset(tracker: str, name_or_path: str | Path) -> dict[str, Any]:
    """The options of a preset, or of any YAML file of options.

    Raises:
        ConfigError: if there is no such preset or file, or it holds no mapping.
    """
    path = Path(name_or_path)
    is_name = path.suffix not in (".yaml", ".yml")
    if is_name:
        path = preset_folder() / tracker / f"{name_or_path}.yaml"
    if not path.is_file():
        if not is_name:
            raise ConfigError(f"no such file of options: {path}")
        known = ", ".join(preset_names(tracker)) or "none"
        raise ConfigError(
            f"{tracker} has no preset {str(name_or_path)!r}; presets: {known}; or the path of a YAML file"
        )
    import yaml  # here, for its import is slow and presets are rare

    try:
        options = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{path}: no valid YAML: {' '.join(str(error).split()).replace('<unicode string>', path.name)}"
        ) from error
    if not isinstance(options or {}, dict):
        raise ConfigError(f"{path}: a preset is a mapping of options, not {type(options).__name__}")
    return dict(options or {})
