#!/usr/bin/env bash
# What `make run` shows: a real recording through five filters. The sound and its response plot are left in out/.
set -euo pipefail
cd "$(dirname "$0")/.."

chain='highpass:80Hz,order=4 | lowshelf:150Hz,gain=-2dB | peak:1kHz,q=1,gain=+6dB | highshelf:6kHz,gain=+3dB | lowpass:16kHz | gain:-6dB'
tool=${SWIFTLET_TOOL:-"$("${SWIFT:-swift}" build -c release --show-bin-path)/swiftlet"}

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

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p out

# Shows a command of the tool.
announce() {
  printf '\n$ swiftlet'
  local word
  for word in "$@"; do
    case $word in
      *' '*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '\n'
}

# Shows a command and runs it.
show() {
  announce "$@"
  "$tool" "$@"
}

# Prints how many times faster than real time a command was: speed SECONDS-OF-SOUND COMMAND…
speed() {
  local length=$1 TIMEFORMAT=%R took
  shift
  { took=$( { time "$@" >&3 2>&4; } 2>&1 ); } 3>&1 4>&2
  awk -v sound="$length" -v took="$took" \
    'BEGIN { printf "%.2f s of sound in %.3f s: %.0f times faster than real time, from start to exit\n", sound, took, sound / (took + 1e-9) }'
}

fact() { "$tool" info "$recording" --json | sed -nE "s/.*\"$1\": ([0-9.]+).*/\1/p"; }
rate=$(fact sample_rate_hz) channels=$(fact channels) seconds=$(fact seconds)

show info "$recording"
show explain "$chain" --rate "$rate" --channels "$channels"
show response "$chain" --rate "$rate" --at 20,80,150,1k,6k,15k --plot out/response.svg

process=(process "$recording" out/processed.wav -e "$chain")
announce "${process[@]}"
speed "$seconds" "$tool" "${process[@]}"

# Start-up is most of that. The same recording 300 times over, through a pipe:
"$tool" process "$recording" "$scratch/once.raw" --raw s16le -e gain:0dB
for _ in {1..300}; do cat "$scratch/once.raw"; done >"$scratch/often.raw"
printf '\nThe recording 300 times over, as raw samples through a pipe:\n'
speed "$(awk -v s="$seconds" 'BEGIN { print 300 * s }')" \
  bash -c '"$0" process - - --raw s16le --rate "$1" --channels "$2" -e "$3" <"$4" >/dev/null' \
  "$tool" "$rate" "$channels" "$chain" "$scratch/often.raw"

printf '\nTen seconds live, on a device without hardware (swiftlet devices lists the others):\n'
show live -e "$chain" --input "virtual:$recording" --quiet --seconds 10 </dev/null

printf '\nout/processed.wav  the recording through the chain\nout/response.svg   its magnitude, phase and group delay\n'
