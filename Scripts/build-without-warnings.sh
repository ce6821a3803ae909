#!/usr/bin/env bash
# Runs `swift build` with the given arguments, and fails when the compilers print a warning.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

"${SWIFT:-swift}" build "$@" 2>&1 | tee "$log"

if grep -q 'warning:' "$log"; then
  # A file that is not compiled again does not repeat its warning: make sure that the next build does.
  sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: warning:.*/\1/p' "$log" | sort -u | xargs -r touch -c
  printf '\nThe build printed warnings:\n' >&2
  grep 'warning:' "$log" | sort -u >&2
  exit 1
fi
