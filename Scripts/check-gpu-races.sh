#!/usr/bin/env bash
# Runs the GPU kernels under oclgrind, which follows every memory access, and shows that a planted race is found.
set -euo pipefail
cd "$(dirname "$0")/.."

library=$(ldconfig -p | sed -nE 's/.*(=> )(.*liboclgrind-rt\.so).*/\2/p' | head -1)
[ -n "$library" ] || library=$(find /usr/lib /usr/local/lib -name 'liboclgrind-rt.so*' 2>/dev/null | head -1)
if [ -z "$library" ]; then
  printf 'swiftlet: oclgrind is not installed: apt-get install oclgrind\n' >&2
  exit 1
fi
"${SWIFT:-swift}" build -c release --product swiftlet-gpu
tool=$("${SWIFT:-swift}" build -c release --show-bin-path)/swiftlet-gpu
export SWIFTLET_OPENCL_LIBRARY=$library OCLGRIND_DATA_RACES=1 OCLGRIND_MAX_ERRORS=20

printf '\n== races of the GPU kernels ==\n'
log=$("$tool" check --races --device oclgrind 2>&1) || { printf '%s\n' "$log" >&2; exit 1; }
printf '%s\n' "$log"
if grep -qi 'data race' <<<"$log"; then
  printf 'swiftlet: oclgrind found a race\n' >&2
  exit 1
fi
log=$("$tool" check --races --plant-race --device oclgrind 2>&1) || true
if ! grep -qi 'data race' <<<"$log"; then
  printf 'swiftlet: oclgrind did not find the race that was planted\n%s\n' "$log" >&2
  exit 1
fi
printf 'no race, and the planted one was found\n'
