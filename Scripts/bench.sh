#!/usr/bin/env bash
# Runs Scripts/bench.py with the Python that has the peers: $BENCH_PYTHON, else .bench-venv, else python3.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${BENCH_PYTHON:-}
[ -n "$python" ] || python=.bench-venv/bin/python
command -v "$python" >/dev/null || python=python3

# The package manager plans anew only when this package changes, not when files come or go in the one it depends on.
touch Benchmarks/Package.swift
[ -n "${SWIFTLET_BENCH:-}" ] || "${SWIFT:-swift}" build -c release --package-path Benchmarks

export SWIFTLET_TOOL=${SWIFTLET_TOOL:-"$("${SWIFT:-swift}" build -c release --show-bin-path)/swiftlet"}
export SWIFTLET_BENCH=${SWIFTLET_BENCH:-"$("${SWIFT:-swift}" build -c release --package-path Benchmarks --show-bin-path)/swiftlet-bench"}
# The peers run AVX2 code on one thread, and so do we.
export SWIFTLET_KERNELS=${SWIFTLET_KERNELS:-avx2}
if ! command -v "$python" >/dev/null; then
  printf 'swiftlet: no Python is here, so only our own times are printed\n' >&2
  exec "$SWIFTLET_BENCH"
fi
exec "$python" Scripts/bench.py "$@"
