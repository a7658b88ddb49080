# Tendon's tasks. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= lib
ARGS ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
DIST := build/dist
PART := scripts/part.sh
BUILD_DIST := scripts/build-dist.sh $(DIST) --target-dir $(TARGET)

PYTHON ?= python3

.PHONY: help demo hello dist gpu-bundle test test-full wheel test-bindings compare-pytorch lint header ptx licences install bench-small clean

help:
	@echo "make demo          build the library and train the digits example (ARGS=… is passed on)"
	@echo "make hello         build the library and run the smallest example"
	@echo "make dist          the files that are installed, in $(DIST)"
	@echo "make install       … copied to DESTDIR/PREFIX (PREFIX=$(PREFIX) LIBDIR=$(LIBDIR))"
	@echo "make test          all tests of everyday use"
	@echo "make test-full     the long forms: valgrind, fuzzing, fault injection"
	@echo "make wheel         the Python package with the library inside, in build/wheel"
	@echo "make test-bindings the Python package in a fresh environment, with NumPy, Pillow, pandas and Matplotlib"
	@echo "make lint          format, clippy, drift of the header and the symbol list"
	@echo "make header        include/tendon.h, and what follows from it, from src/c_api"
	@echo "make ptx           kernels/prebuilt from kernels/*.cu (downloads NVIDIA's compiler from PyPI once)"
	@echo "make licences      THIRD-PARTY-LICENSES from the crates that are linked in"
	@echo "make compare-pytorch  random cases against PyTorch (PYTHON=… has torch)"
	@echo "make bench-small   the short benchmarks"
	@echo "make gpu-bundle    a folder that tests and measures on a machine with a GPU, in build/gpu-bundle"
	@echo "make clean"

dist:
	@$(BUILD_DIST)

# demo and hello need cargo, cc and binutils, nothing else.
demo: c_examples/train_digits.c
	@scripts/setup.sh build
	@$(BUILD_DIST)
	@scripts/compile.sh $< build/demo/train_digits
	@cd c_examples && ../build/demo/train_digits $(ARGS)

hello: c_examples/hello.c
	@scripts/setup.sh build
	@$(BUILD_DIST)
	@scripts/compile.sh $< build/demo/hello
	@cd c_examples && ../build/demo/hello $(ARGS)

header:
	@cargo xtask header
	@cargo xtask symbols
	@cargo xtask handles
	@cargo xtask api
	@$(PYTHON) bindings/python/generate.py

# Commit what it writes. The build takes it from there and needs no CUDA toolkit.
ptx:
	@cargo xtask ptx

licences:
	@cargo xtask licences

# With files of an earlier `make dist` at hand cargo is not needed: sudo often has none.
install:
	@if command -v cargo > /dev/null || [ ! -f $(DIST)/.stamp ]; then $(BUILD_DIST); fi
	@[ "$(LIBDIR)" = lib ] || scripts/build-dist.sh build/dist-$(subst /,-,$(LIBDIR)) --target-dir $(TARGET) --libdir $(LIBDIR)
	@from=$(if $(filter lib,$(LIBDIR)),$(DIST),build/dist-$(subst /,-,$(LIBDIR))); to="$(DESTDIR)$(PREFIX)"; \
	mkdir -p "$$to"; \
	cp -R -P --preserve=mode $$from/include $$from/share $$from/$(firstword $(subst /, ,$(LIBDIR))) "$$to/"; \
	echo "installed Tendon $$(scripts/version.sh) into $$to"

# A list of parts, in order: each prints how long it took, and the first that fails ends the run.
test:
	@scripts/setup.sh build test examples
	@rm -f build/parts; mkdir -p build
	@export TENDON_PARTS=build/parts; trap 'echo; echo "make test:"; cat build/parts' EXIT; \
	$(PART) "mock CUDA driver" tests/cuda/mock/build.sh; \
	$(PART) "cargo test" cargo test --locked --workspace; \
	$(PART) "CUDA on the mock" tests/cuda/mock/run.sh; \
	$(PART) "dist" $(BUILD_DIST); \
	$(PART) "C and C++ tests" scripts/ctest.sh build/ctest; \
	$(PART) "kernels on the host" tests/cuda/host/run.sh forward random:1; \
	$(PART) "examples" scripts/examples.sh; \
	$(PART) "bindings" scripts/bindings.sh short $(DIST) $(PYTHON); \
	$(PART) "consumers" tests/consumers/run.sh $(DIST)

# The long forms.
test-full:
	@scripts/setup.sh build test full bindings bundle
	@rm -f build/parts-full; mkdir -p build
	@export TENDON_PARTS=build/parts-full; trap 'echo; echo "make test-full:"; cat build/parts-full' EXIT; \
	$(PART) "mock CUDA driver" tests/cuda/mock/build.sh; \
	$(PART) "cargo test, long forms" env TENDON_TEST_FULL=1 cargo test --locked --release; \
	$(PART) "CUDA on the mock, long forms" tests/cuda/mock/run.sh --full; \
	$(PART) "dist" $(BUILD_DIST); \
	$(PART) "GPU bundle on the mock" tests/cuda/mock/bundle.sh $(PYTHON); \
	$(PART) "C programs, long forms" env TENDON_TEST_FULL=1 scripts/ctest.sh build/ctest; \
	$(PART) "C programs under valgrind" scripts/ctest.sh build/ctest-valgrind -DTENDON_VALGRIND=ON; \
	$(PART) "bindings" scripts/bindings.sh full $(DIST) $(PYTHON); \
	$(PART) "kernels on the host, all orders" tests/cuda/host/run.sh forward backward random:2; \
	$(PART) "PTX drift" cargo xtask ptx --check; \
	$(PART) "PTX assembled" cargo xtask ptxas; \
	$(PART) "fuzzing" tests/fuzz/run.sh 60 -seed=1; \
	$(PART) "fuzzing the readers" tests/fuzz/run.sh readers 20 -seed=1

wheel:
	@$(BUILD_DIST)
	@TENDON_LIBRARY=$(DIST)/lib/libtendon.so $(PYTHON) bindings/python/tendon_build.py build/wheel

test-bindings:
	@scripts/setup.sh build bindings
	@$(BUILD_DIST)
	@scripts/bindings.sh full $(DIST) $(PYTHON)

# No part of the tests: it needs PyTorch. Known differences: docs/differences.md.
compare-pytorch:
	@$(PYTHON) -c 'import torch' 2> /dev/null || { \
	    echo "$(PYTHON) has no PyTorch. Install it beside the repository and name that Python:"; \
	    echo "    python3 -m venv /opt/torch && /opt/torch/bin/pip install torch numpy"; \
	    echo "    make compare-pytorch PYTHON=/opt/torch/bin/python"; exit 1; }
	@$(BUILD_DIST)
	@$(PYTHON) tests/pytorch/compare.py $(DIST)/lib/libtendon.so $(ARGS)
	@$(PYTHON) tests/pytorch/dlpack.py $(DIST)/lib/libtendon.so

lint:
	@scripts/setup.sh build lint
	cargo fmt --all -- --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo xtask header --check
	cargo xtask symbols --check
	cargo xtask handles --check
	cargo xtask api --check
	$(PYTHON) bindings/python/generate.py --check
	cargo xtask licences --check

bench-small:
	@scripts/setup.sh build bench
	@$(BUILD_DIST)
	@[ -x benches/small.sh ] || { echo "benches/small.sh is not here"; exit 1; }
	@benches/small.sh $(ARGS)

# Nothing but a driver, python3 and PyTorch is needed where it runs.
gpu-bundle:
	@scripts/setup.sh build bundle
	@$(BUILD_DIST)
	@scripts/gpu-bundle.sh build/gpu-bundle

clean:
	rm -rf build
	cargo clean
