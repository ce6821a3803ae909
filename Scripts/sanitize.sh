#!/usr/bin/env bash
# Runs the tests under sanitizers, in a build of their own: sanitize.sh address|thread|realtime
#
# `address` watches for undefined behaviour too. The build is optimised: unoptimised kernels would take hours, and optimised ones are
# what people run. Each run builds the tests that it runs and no others; what has no unsafe access, the designs and the expressions,
# and what only asks how exact the numbers are, `make test` runs alone.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=${1:-}
arguments=(-c release --disable-xctest --scratch-path ".build-$sanitizer")
clang="$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/clang"
server=(Scripts/with-sound-server.sh)
# Tests of exactness, and of what a compiler refuses.
skipped='mixedPrecisionIsExact|doubleArithmeticHolds|AgreesWith(Mixed|Double)|[aA]grees?WithTheCPU|CallbackProofTests'

case $sanitizer in
  address)
    targets="SwiftletCLI $(ls Tests | grep 'Tests$' | grep -vE '^(FilterDesign|EffectCatalog)Tests$' | tr '\n' ' ')"
    # Swift checks its own arithmetic always, so that C alone is instrumented for undefined behaviour. The address sanitizer's runtime
    # has the calls that this makes.
    arguments+=(--sanitize address -Xcc "-fsanitize=undefined,float-cast-overflow" -Xcc "-fno-sanitize-recover=all")
    ;;
  thread)
    targets='AudioCoreTests AudioGraphTests AcceleratorTests AudioFilesTests EffectsTests RealtimeTests CLITests SwiftletCLI'
    arguments+=(--sanitize thread)
    # What starts no thread cannot race, and takes most of the time of this run.
    skipped+='|^AudioCoreTests\.(?!MailboxTests/)|^EffectsTests\.(?!CompressorLiveTests/theReduction)'
    skipped+='|^AudioGraphTests\.(?!(Batch|SwapBlock)Tests/)|^AudioFilesTests\.(DamagedFile|Dither|RoundTrip)Tests/'
    skipped+='|^AcceleratorTests\.(Cascade|Effect|Failure|PTX|Runner|SelfTest|Threshold)Tests/'
    skipped+='|^CLITests\.(Design|Help|Inspect)Tests/'
    # JACK's library cancels its threads inside calls that the thread sanitizer watches, which it then takes for a mistake, now and
    # then: that run does without a server. The engine runs there on the virtual device.
    server=(env)
    ;;
  realtime)
    targets='RealtimeTests'
    skipped+='|FaultTests|JackTests'
    # swiftc has no such option, clang has: two trampolines of CRealtime switch the watch on for all that the callback and the worker's
    # block call, Swift included. On Linux alone, as the runtime is.
    runtime=$("$clang" -print-file-name="libclang_rt.rtsan-$(uname -m).a")
    if [ ! -e "$runtime" ]; then
      printf 'swiftlet: %s has no realtime runtime for %s: skipped\n' "$clang" "$(uname -m)" >&2
      exit 0
    fi
    arguments+=(
      -Xcc -fsanitize=realtime -Xcc -DRTSAN_BUILD
      -Xlinker --whole-archive -Xlinker "$runtime" -Xlinker --no-whole-archive
    )
    export RTSAN_OPTIONS=halt_on_error=true:print_stats_on_exit=true
    ;;
  *)
    printf 'usage: %s address|thread|realtime\n' "$0" >&2
    exit 2
    ;;
esac

printf '\n== %s sanitizer ==\n' "$sanitizer"
# The leak checker does not see through the tag bits of Swift's pointers, and reports what Foundation keeps and what is alive when a
# program exits; that memory stays constant is tested by measuring it.
#
# The compiler inside PoCL gives the threads that call it a signal stack of its own, which the sanitizer would take for its own and unmap.
export ASAN_OPTIONS=detect_leaks=0:use_sigaltstack=0
# For the tests that a sanitizer's own runtime does not survive.
export SWIFTLET_SANITIZER=$sanitizer
export SWIFTLET_TARGETS=$targets
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS="halt_on_error=1 atexit_sleep_ms=50 suppressions=$PWD/Scripts/thread-sanitizer.txt"
"${server[@]}" "${SWIFT:-swift}" test "${arguments[@]}" --skip "$skipped"

if [ "$sanitizer" = realtime ]; then
  # The watch itself is watched: a stage that allocates must be caught.
  printf '\n== a violation must be caught ==\n'
  if SWIFTLET_INJECT=allocation "${SWIFT:-swift}" test "${arguments[@]}" --skip-build --filter InjectedViolationTests >/tmp/swiftlet-injected.$$ 2>&1; then
    cat /tmp/swiftlet-injected.$$
    printf 'swiftlet: an allocation in a worker'"'"'s block was not caught\n' >&2
    exit 1
  fi
  grep -m 1 'unsafe-library-call\|RealtimeSanitizer' /tmp/swiftlet-injected.$$
  rm -f /tmp/swiftlet-injected.$$
fi
