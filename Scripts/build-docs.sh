#!/usr/bin/env bash
# Builds the reference of every module of the library into .docs/, one static site a module.
set -euo pipefail
cd "$(dirname "$0")/.."

# The plugin moves each archive into a folder that must be there.
mkdir -p .docs
for module in Swiftlet AudioCore FilterDesign Effects AudioGraph AudioFiles Streaming EffectCatalog; do
  "${SWIFT:-swift}" package --allow-writing-to-directory .docs \
    generate-documentation --target "$module" --output-path ".docs/$module" \
    --transform-for-static-hosting --hosting-base-path "$module"
done
printf 'Open it with: python3 -m http.server --directory .docs, then http://localhost:8000/Swiftlet/documentation/swiftlet\n'
