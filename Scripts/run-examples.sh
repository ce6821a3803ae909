#!/usr/bin/env bash
# Builds every example against the package as a user would, and runs each in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

# The package manager plans anew only when this package changes, not when files come or go in the one it depends on.
touch Examples/Package.swift
Scripts/build-without-warnings.sh -c release --package-path Examples
binaries=$("${SWIFT:-swift}" build -c release --package-path Examples --show-bin-path)

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
