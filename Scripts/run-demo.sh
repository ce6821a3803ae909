#!/usr/bin/env bash
# What `make run` shows: a real recording through five filters. The sound and its response plot are left in out/.
set -euo pipefail
cd "$(dirname "$0")/.."

chain='highpass:80Hz,order=4 | lowshelf:150Hz,gain=-2dB | peak:1kHz,q=1,gain=+6dB | highshelf:6kHz,gain=+3dB | lowpass:15kHz'
tool=$("${SWIFT:-swift}" build -c release --show-bin-path)/swiftlet

# A spoken recording of Debian's sound theme or of alsa-utils; macOS has its system sounds.
recording=
for candidate in \
  /usr/share/sounds/alsa/Front_Center.wav \
  /usr/share/sounds/freedesktop/stereo/audio-channel-front-center.oga \
  /System/Library/Sounds/Glass.aiff; do
  if [ -r "$candidate" ]; then recording=$candidate; break; fi
done
if [ -z "$recording" ]; then
  printf 'swiftlet: no recording was found. Install one: apt-get install sound-theme-freedesktop\n' >&2
  exit 1
fi

mkdir -p out
show() { printf '\n$ %s\n' "$*" | sed "s|$tool|swiftlet|"; "$@"; }

show "$tool" info "$recording"
rate=$("$tool" info "$recording" --json | sed -nE 's/.*"sample_?[rR]ate"[^0-9]*([0-9]+).*/\1/p' | head -n 1)
show "$tool" explain "$chain" --rate "${rate:-48000}"
show "$tool" process "$recording" out/processed.wav -e "$chain"
show "$tool" response "$chain" --rate "${rate:-48000}" --plot out/response.svg

printf '\nout/processed.wav  the recording through the chain\nout/response.svg   magnitude, phase and group delay\n'
