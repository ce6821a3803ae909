#!/usr/bin/env bash
# Runs a command while a JACK server with the dummy driver runs, where jackd is installed: the tests of real devices need one, and say
# that they were skipped where there is none.
set -euo pipefail

if command -v jackd >/dev/null && ! jack_wait -c 2>/dev/null | grep -q '^running'; then
  export JACK_NO_AUDIO_RESERVATION=1
  jackd -r -d dummy -r 48000 -p 256 >/dev/null 2>&1 &
  server=$!
  trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
  jack_wait -w -t 10 >/dev/null 2>&1 || printf 'swiftlet: jackd does not start here; the tests that need it are skipped\n' >&2
fi
"$@"
