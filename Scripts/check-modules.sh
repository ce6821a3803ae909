#!/usr/bin/env bash
# The rules between modules that the compiler does not know.
set -euo pipefail

failed=0
# Fails with a message when a pattern stands in files where it must not.
forbid() {
  local pattern=$1 message=$2
  shift 2
  local found
  found=$(grep -rnE --include='*.swift' "$pattern" "$@" || true)
  [ -z "$found" ] || { printf '%s:\n%s\n' "$message" "$found" >&2; failed=1; }
}

import='^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+|public |package |internal |private )*import '

forbid 'unsafeFlags' 'A package with unsafe flags cannot be depended on' Package.swift
forbid "${import}Foundation" 'No module below AudioFiles imports Foundation' \
  Sources/AudioCore Sources/FilterDesign Sources/Effects Sources/AudioGraph Sources/SwiftletDSP Sources/AudioDevices Sources/Realtime

others=()
for module in Sources/*/; do
  [ "$module" = Sources/AudioCore/ ] || others+=("$module")
done
forbid "${import}CKernels" 'Only AudioCore calls the C kernels' "${others[@]}"

others=()
for module in Sources/*/; do
  case $module in Sources/AudioDevices/ | Sources/Realtime/) ;; *) others+=("$module") ;; esac
done
forbid "${import}(CRealtime|CPortAudio)" 'Only the live path calls CRealtime and PortAudio' "${others[@]}"
forbid "${import}CPortAudio" 'Only AudioDevices knows PortAudio' Sources/Realtime
forbid '@_noLocks|@_noAllocation' 'The underscored attributes of the callback stay in the live path' "${others[@]}"
forbid "${import}(FilterDesign|Effects|AudioGraph|AudioFiles|Streaming|Realtime)" 'AudioDevices knows AudioCore only' \
  Sources/AudioDevices
forbid "${import}(FilterDesign|Effects|AudioFiles|Streaming)" 'Realtime runs plans and knows no effect and no file' \
  Sources/Realtime
forbid "${import}(Swiftlet[A-Za-z]+|Audio[A-Z]|FilterDesign|Effects|EffectCatalog|Resampling|Streaming|Realtime|Accelerator|C[A-Z])" \
  'An example imports Swiftlet, as its reader would' Examples
forbid '\b(try!|fatalError\()' 'No input may crash: throw a typed error, or state a precondition' Sources
locks=$(grep -rlE --include='*.swift' '\bMutex[<(]' Sources | grep -v '^Sources/AudioCore/Locked.swift$' || true)
[ -z "$locks" ] || { printf 'The thread sanitizer does not understand Mutex, use Locked:\n%s\n' "$locks" >&2; failed=1; }
forbid '\b(TODO|FIXME|XXX)\b' 'Finish it or leave it out' Sources Tests

exit "$failed"
