#!/usr/bin/env bash
# Runs the tests under one sanitizer, in a build of its own: sanitize.sh address|undefined|thread
#
# The build is optimised: unoptimised kernels would take hours, and optimised ones are what people run.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=$1
arguments=(-c release --disable-xctest --scratch-path ".build-$sanitizer")

if [ "$sanitizer" = undefined ] && [ "$(uname)" = Linux ]; then
  # Swift checks its own arithmetic always and its Linux compiler has no such option, so that C alone is instrumented and the
  # runtime of the toolchain's own clang is linked by name.
  clang="$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/clang"
  runtime=$("$clang" -print-file-name="libclang_rt.ubsan_standalone-$(uname -m).a")
  if [ ! -e "$runtime" ]; then
    printf 'swiftlet: %s has no undefined-behaviour runtime for %s\n' "$clang" "$(uname -m)" >&2
    exit 1
  fi
  arguments+=(
    -Xcc "-fsanitize=undefined,float-cast-overflow" -Xcc "-fno-sanitize-recover=all" -Xlinker "$runtime"
  )
else
  arguments+=(--sanitize "$sanitizer")
fi

printf '\n== %s sanitizer ==\n' "$sanitizer"
# The leak checker does not see through the tag bits of Swift's pointers, and reports what Foundation keeps and what is alive when a
# program exits; that memory stays constant is tested by measuring it.
export ASAN_OPTIONS=detect_leaks=0
# For the tests that a sanitizer's own runtime does not survive.
export SWIFTLET_SANITIZER=$sanitizer
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1
"${SWIFT:-swift}" test "${arguments[@]}"
