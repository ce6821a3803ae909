#!/usr/bin/env bash
# Runs every example, as `make test` has built them, each in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

binaries=$("${SWIFT:-swift}" build -c release --show-bin-path)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

passed=0
for source in Examples/[0-9]*/; do
  name=$(basename "$source")
  printf '\n-- example %s\n' "$name"
  (cd "$folder" && "$binaries/$name")
  passed=$((passed + 1))
done
printf '\n%d examples ran to their end\n' "$passed"
