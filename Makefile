# make demo: see it work. make test: run every test. Both need only Python, a C++ compiler and PyPI.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)))")

.PHONY: demo test lint cpp sanitize stubs bench interop clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

# The core is built by pip from this checkout; sources newer than the stamp build it again.
SOURCES := $(shell find src cpp cmake configs -type f -not -name '*.pyc' -not -name '*.so') pyproject.toml CMakeLists.txt
$(VENV)/demo.stamp: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet '.[video]'
	@touch $@

$(VENV)/test.stamp: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --group test --group lint '.[video,onnx,reid,export,openvino,predict,serve]'
	@touch $@

demo: $(VENV)/demo.stamp
	$(BIN)/boxtrail demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest boxtrail._core --allowlist cmake/stubtest-allowlist.txt
	$(BIN)/python cmake/check_stub.py

# Writes src/boxtrail/_core.pyi anew from the compiled module.
stubs: $(VENV)/test.stamp
	$(BIN)/python cmake/check_stub.py --write

cpp: $(VENV)/test.stamp
	$(BIN)/cmake -S . -B build/cpp -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DBOXTRAIL_TESTS=ON
	$(BIN)/cmake --build build/cpp --parallel $(JOBS)
	$(BIN)/ctest --test-dir build/cpp --output-on-failure

# The C++ tests and the equivalence suite on a core with the address and undefined-behaviour sanitizers.
sanitize: $(VENV)/test.stamp
	$(BIN)/python cmake/sanitize.py

bench: $(VENV)/test.stamp
	$(BIN)/python benchmarks/bench_update.py

# The unmodified clients of Supervisely and Roboflow, each in an environment of its own, against the server.
build/interop-sly/stamp: CLIENT := supervisely==6.74.51
build/interop-rf/stamp: CLIENT := inference-sdk==1.8.3
build/interop-%/stamp:
	$(PYTHON) -m venv build/interop-$*
	build/interop-$*/bin/python -m pip install --quiet --no-compile '$(CLIENT)'
	@touch $@

interop: $(VENV)/test.stamp
	+$(MAKE) --jobs 2 build/interop-sly/stamp build/interop-rf/stamp
	$(BIN)/python interop/run.py build

clean:
	rm -rf $(VENV) build dist runs
