# `make` lists what can be asked for. `make run` and `make test` set up a fresh machine by themselves.

# The one list of system packages: what the library links (libsndfile, soxr, PortAudio), the recording that `make run` plays with, and a
# sound server for the tests; OpenCL on the processor (PoCL), by which the tests run the GPU kernels.
APT_PACKAGES  := libsndfile1-dev libsoxr-dev portaudio19-dev pkg-config sound-theme-freedesktop jackd2 libjack-jackd2-dev ocl-icd-libopencl1 pocl-opencl-icd
BREW_PACKAGES := libsndfile libsoxr portaudio pkg-config
# What follows every memory access of the GPU kernels, in `make sanitize`.
APT_RACES     := oclgrind
# For NVIDIA's compiler and assembler, which `make ptx` takes from PyPI.
APT_PTX       := python3-venv
# Programs that `make bench-peers` compares against.
APT_PEERS     := sox ffmpeg $(APT_PTX)
BREW_PEERS    := sox ffmpeg

SWIFT ?= swift
FORMATTED := Package.swift Sources Tests Examples Benchmarks

export SWIFT
.DEFAULT_GOAL := help
.PHONY: help packages build run test check sanitize bench bench-peers format docs ptx gpu-tool gpu-check clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages:
	@Scripts/install-packages.sh "$(APT_PACKAGES)" "$(BREW_PACKAGES)"

build: packages  ## Build the library and the tool, optimised
	$(SWIFT) build -c release --product swiftlet

run: build  ## Process a real recording through five filters, draw the response into out/, and play live for ten seconds
	@Scripts/run-demo.sh

test: packages  ## Build without a warning, run every test and example, check the format and the house rules
	@Scripts/build-without-warnings.sh -c release --build-tests --disable-xctest
	@Scripts/with-sound-server.sh $(SWIFT) test -c release --disable-xctest --skip-build
	@Scripts/run-examples.sh
	@$(MAKE) --no-print-directory check

check:  ## Check format, file sizes and the rules between modules (seconds)
	@Scripts/check-file-sizes.sh
	@Scripts/check-modules.sh
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)

sanitize: packages  ## Run the tests under the address, undefined-behaviour, thread and realtime sanitizers
	@Scripts/sanitize.sh address
	@Scripts/sanitize.sh thread
	@Scripts/sanitize.sh realtime
	@Scripts/install-packages.sh "$(APT_RACES)" ""
	@Scripts/check-gpu-races.sh

gpu-tool: packages  ## Build swiftlet-gpu, to be taken to a machine with a GPU: it needs nothing there but the driver
	$(SWIFT) build -c release --product swiftlet-gpu -Xswiftc -static-stdlib --scratch-path .build-static
	@echo .build-static/release/swiftlet-gpu

gpu-check: packages  ## Hold the GPU kernels against the CPU over many shapes (DEVICE=opencl for the processor)
	$(SWIFT) build -c release --product swiftlet-gpu
	@.build/release/swiftlet-gpu check $(if $(DEVICE),--device $(DEVICE))

ptx:  ## Compile the GPU kernels to PTX for NVIDIA, and check that they assemble without a spill or a stack frame (no GPU needed)
	@Scripts/install-packages.sh "$(APT_PTX)" ""
	@Scripts/ptx.sh make
	@Scripts/ptx.sh check

bench: packages  ## Measure, and print the ratio to every peer that is installed (BENCH="--only mono" for some)
	$(SWIFT) build -c release --product swiftlet
	@Scripts/bench.sh $(BENCH)

bench-peers:  ## Install the peers that `make bench` compares with: SciPy, TorchFX, pedalboard, ffmpeg, SoX
	@Scripts/install-packages.sh "$(APT_PEERS)" "$(BREW_PEERS)"
	@Scripts/install-python-peers.sh

format:  ## Format all Swift files
	$(SWIFT) format format --in-place --parallel --recursive $(FORMATTED)

docs: packages  ## Build the documentation into .docs/
	@Scripts/build-docs.sh

clean:  ## Remove everything that was built
	rm -rf .build .build-* Benchmarks/.build .docs out
