"""Compares src/boxtrail/_core.pyi with the compiled module; ``--write`` writes it anew.

Run it where boxtrail is installed: the installed module is what the stub must describe. Exit code 1, with the
differences printed, if the two disagree.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUB = ROOT / "src" / "boxtrail" / "_core.pyi"

# What pybind11 says, in the words a reader expects; they also differ from one pybind11 to the next.
PLAIN_WORDS = (
    (r"typing\.SupportsFloat( \| typing\.SupportsIndex)?", "float"),
    (r"typing\.SupportsInt( \| typing\.SupportsIndex)?", "int"),
    (r"typing\.Annotated\[(numpy\.typing\.ArrayLike), [\w.]+\]", r"\1"),
    (r"\bdict(?!\[)\b", "dict[str, typing.Any]"),
    (r"\*\*kwargs\)", "**kwargs: typing.Any)"),
    (r"(?ms)^__all__: .*?\]\n", ""),  # the module has none
    # The version stands in pyproject.toml, and only there.
    (r"(?m)^__version__: str = .*$", "__version__: str"),
)


def run(*arguments: str, text: str | None = None) -> str:
    """Output of a module of this environment; ends the program with its message where it fails."""
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, check=False, input=text, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(f"{arguments[0]} failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def generate() -> str:
    """The stub of the installed ``boxtrail._core``, formatted as the rest of the package."""
    with tempfile.TemporaryDirectory() as folder:
        run("pybind11_stubgen", "boxtrail._core", "--output-dir", folder, "--exit-code")
        stub = (Path(folder) / "boxtrail" / "_core.pyi").read_text(encoding="utf-8")
    for pattern, word in PLAIN_WORDS:
        stub = re.sub(pattern, word, stub)
    name = ("--stdin-filename", str(STUB), "-")
    fixed = run("ruff", "check", "--quiet", "--fix", "--select", "F401,I", *name, text=stub)
    return run("ruff", "format", "--quiet", *name, text=fixed)


def main() -> int:
    """Compare or write; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="write the stub instead of comparing")
    options = parser.parse_args()
    generated = generate()
    shown = STUB.relative_to(ROOT).as_posix()
    if options.write:
        STUB.write_text(generated, encoding="utf-8")
        print(f"wrote {shown}")
        return 0
    committed = STUB.read_text(encoding="utf-8") if STUB.exists() else ""
    if committed == generated:
        return 0
    names = (f"{shown} (committed)", f"{shown} (of the module)")
    print(
        "\n".join(difflib.unified_diff(committed.splitlines(), generated.splitlines(), *names, lineterm=""))
    )
    print(f"{shown} does not describe the compiled module; 'make stubs' writes it anew", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
