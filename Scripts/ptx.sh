#!/usr/bin/env bash
# Compiles or checks the PTX of the GPU kernels: ptx.sh make|check. NVIDIA's compiler and assembler come from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -e .ptx-venv/ready ]; then
  "${PYTHON:-python3}" -m venv .ptx-venv
  .ptx-venv/bin/pip install --quiet 'nvidia-cuda-nvrtc-cu12==12.9.86' 'nvidia-cuda-nvcc-cu12==12.9.86'
  touch .ptx-venv/ready
fi
.ptx-venv/bin/python Scripts/make-ptx.py "$1"
