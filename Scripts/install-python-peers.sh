#!/usr/bin/env bash
# Makes .bench-venv with the Python peers that `make bench` compares against.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.bench-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --upgrade numpy scipy pedalboard
# TorchFX 0.8.0 was built against torch 2.12: with a later one each of its native filters raises an error.
if ! "$venv/bin/pip" install --quiet "torch==2.12.1" "torchfx==0.8.0"; then
  printf 'swiftlet: torch 2.12.1 or torchfx 0.8.0 is not to be had for this machine; the comparison goes on without it\n' >&2
fi
