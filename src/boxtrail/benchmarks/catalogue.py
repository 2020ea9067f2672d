"""The benchmarks that come with the package, and a user's own, by name or path."""

from __future__ import annotations

from pathlib import Path

from boxtrail.benchmarks.config import BenchmarkConfig, nearest, parse_config
from boxtrail.benchmarks.layout import find_root
from boxtrail.benchmarks.own_folder import OWN_CONFIG, folder_config
from boxtrail.errors import ConfigError
from boxtrail.trackers.presets import preset_folder

SUFFIXES = (".yaml", ".yml")


def benchmark_names() -> list[str]:
    """Names of the benchmarks that come with the package."""
    return sorted(path.stem for path in (preset_folder() / "benchmarks").glob("*.yaml"))


def load_config(name_or_path: str | Path, data_dir: str | Path | None) -> tuple[BenchmarkConfig, Path]:
    """The configuration of a benchmark, and its root.

    ``name_or_path`` is a name without regard to case and punctuation, a YAML file, or a folder of sequences. The roots
    of a YAML file of one's own are looked for beside it, unless ``data_dir`` is given.

    Raises:
        ConfigError: if there is no such benchmark, with the nearest one, or its YAML is wrong.
        SourceError: if its data is not there.
    """
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        if not (path / OWN_CONFIG).is_file():
            return folder_config(path)
        path = path / OWN_CONFIG
    if path.suffix in SUFFIXES:
        config = read_config(path)
        return config, find_root(config, data_dir or path.absolute().parent)
    config = named_config(str(name_or_path))
    return config, find_root(config, data_dir)


def named_config(name: str) -> BenchmarkConfig:
    """The configuration of a benchmark that comes with the package.

    Raises:
        ConfigError: if there is none of that name, with the nearest one.
    """
    plain, names = "".join(letter for letter in name.lower() if letter.isalnum()), benchmark_names()
    if plain not in names:
        raise ConfigError(
            f"there is no benchmark {name!r}{nearest(plain, names)} Benchmarks: {', '.join(names)}; or the path of a "
            "folder of sequences or of a YAML file"
        )
    return read_config(preset_folder() / "benchmarks" / f"{plain}.yaml")


def read_config(path: Path) -> BenchmarkConfig:
    """The configuration in a YAML file.

    Raises:
        ConfigError: if it cannot be read or is wrong.
    """
    import yaml  # here, for its import is slow

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read benchmark {path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: no valid YAML: {' '.join(str(error).split())}") from error
    return parse_config(values, str(path))


__all__ = ["benchmark_names", "load_config", "named_config", "read_config"]
