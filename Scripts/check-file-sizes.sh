#!/usr/bin/env bash
# One concept a file: past 300 lines a file is named, past 400 the check fails.
set -euo pipefail

advised=300
limit=400
failed=0

while IFS= read -r -d '' file; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt "$limit" ]; then
    printf '%s: %d lines, the limit is %d: what is the second concept in it?\n' "$file" "$lines" "$limit" >&2
    failed=1
  elif [ "$lines" -gt "$advised" ]; then
    printf '%s: %d lines, aim below %d\n' "$file" "$lines" "$advised" >&2
  fi
done < <(git ls-files -z -co --exclude-standard -- '*.swift' '*.c' '*.h' '*.inc' '*.py' '*.sh' Makefile)

exit "$failed"
