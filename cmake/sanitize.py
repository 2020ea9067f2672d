"""Runs the C++ tests and the equivalence suite on a core with the address and undefined-behaviour sanitizers.

Needs Linux, GCC, and an environment with the test packages, cmake and pybind11. Everything is built under
build/sanitize; the installed package is not touched. Arguments go to pytest, instead of tests/equivalence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "sanitize"
SITE = BUILD / "site"
# -O1 and assertions: the release build has neither the preconditions nor the index checks of the standard library.
# float-cast-overflow is not part of -fsanitize=undefined, nor of what CMakeLists.txt makes fatal.
FLAGS = (
    "-O1 -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS "
    "-fsanitize=float-cast-overflow -fno-sanitize-recover=float-cast-overflow"
)


def run(*command: str | Path, **environment: str) -> None:
    """Run a command from the repository root; ends the program where it fails."""
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    done = subprocess.run(words, check=False, cwd=ROOT, env=os.environ | environment)
    if done.returncode != 0:
        raise SystemExit(
            f"sanitize: '{Path(words[0]).name}' ended with {done.returncode}; its output is above"
        )


def tool(name: str) -> str:
    """A program of this environment, else of the machine."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise SystemExit(f"sanitize: no {name} here; 'python -m pip install {name}' brings it")
    return found


def build() -> None:
    """Configure and build core, extension and C++ tests."""
    command = [sys.executable, "-m", "pybind11", "--cmakedir"]
    pybind11 = subprocess.run(command, check=False, capture_output=True, text=True)
    if pybind11.returncode != 0:
        raise SystemExit("sanitize: no pybind11 here; 'python -m pip install pybind11' brings it")
    options = {
        "BOXTRAIL_SANITIZE": "ON",
        "BOXTRAIL_PYTHON": "ON",
        "BOXTRAIL_TESTS": "ON",
        "CMAKE_BUILD_TYPE": "Debug",
        "CMAKE_CXX_FLAGS_DEBUG": FLAGS,
        "Python_EXECUTABLE": sys.executable,
        "pybind11_DIR": pybind11.stdout.strip(),
    }
    run(tool("cmake"), "-S", ROOT, "-B", BUILD, *(f"-D{name}={value}" for name, value in options.items()))
    run(tool("cmake"), "--build", BUILD, "--parallel", str(len(os.sched_getaffinity(0))))


def place_package() -> Path:
    """A copy of the package with the sanitized core in it; the path of that core."""
    cores = list(BUILD.glob("_core.*.so"))
    if len(cores) != 1:
        raise SystemExit(f"sanitize: expected one _core in {BUILD}, found {[core.name for core in cores]}")
    shutil.rmtree(SITE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "src" / "boxtrail", SITE / "boxtrail", ignore=ignored)
    shutil.copytree(ROOT / "configs", SITE / "boxtrail" / "configs", dirs_exist_ok=True)
    return Path(shutil.copy2(cores[0], SITE / "boxtrail"))


def runtime_libraries() -> str:
    """What must be loaded before Python: the sanitizers, and the C++ library whose exceptions they watch."""
    paths = []
    for name in ("libasan.so", "libubsan.so", "libstdc++.so"):
        answer = subprocess.run(
            [tool("g++"), f"-print-file-name={name}"], check=True, capture_output=True, text=True
        )
        path = Path(answer.stdout.strip())
        if not path.is_absolute():
            raise SystemExit(f"sanitize: g++ has no {name}; the sanitizers come with GCC on Linux")
        paths.append(str(path.resolve()))
    return ":".join(paths)


def main() -> int:
    """Build, then run both suites; the exit code."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("sanitize: runs on Linux only, where the sanitizers can be loaded into Python")
    build()
    run(tool("ctest"), "--test-dir", BUILD, "--output-on-failure", UBSAN_OPTIONS="print_stacktrace=1")
    core = place_package()
    sanitized = {
        "LD_PRELOAD": runtime_libraries(),
        # Python itself frees little at its end; an abort lets pytest print where in Python it happened.
        "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1:abort_on_error=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:abort_on_error=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(SITE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "sanitize",
    }
    check = f"import boxtrail._core as c; assert c.__file__ == {str(core)!r}, f'this is {{c.__file__}}'"
    run(sys.executable, "-c", check, **sanitized)
    suite = sys.argv[1:] or ["tests/equivalence"]
    # Captured at the level of Python only: a report must be seen though the process dies of it.
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--capture=sys", *suite, **sanitized)
    print("sanitize: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
