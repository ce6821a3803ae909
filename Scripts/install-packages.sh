#!/usr/bin/env bash
# Installs system packages that are missing: install-packages.sh "DEBIAN PACKAGES" "HOMEBREW FORMULAE"
set -euo pipefail

debian_packages=$1
brew_formulae=$2

say() { printf 'swiftlet: %s\n' "$*" >&2; }

if ! command -v "${SWIFT:-swift}" >/dev/null; then
  say "Swift 6.2 or later is needed and '${SWIFT:-swift}' is not on the PATH. Install it from https://www.swift.org/install."
  exit 1
fi

install_with_apt() {
  local missing=() package
  for package in $debian_packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "These packages are missing and there is no sudo. As root, run: apt-get install ${missing[*]}"
      exit 1
    fi
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  # The `${array[@]+…}` form keeps an empty array from being an unset variable in old shells.
  patiently ${as_root[@]+"${as_root[@]}"} apt-get update -q
  patiently ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Runs apt, and waits while somebody else does: a machine that has just started often updates itself.
patiently() {
  local errors attempt
  errors=$(mktemp)
  for attempt in $(seq 60); do
    if "$@" 2>"$errors"; then
      rm -f "$errors"
      return 0
    fi
    cat "$errors" >&2
    grep -q 'Could not get lock' "$errors" || break
    [ "$attempt" -gt 1 ] || say "another program is installing packages: waiting for it, ten minutes at most"
    sleep 10
  done
  rm -f "$errors"
  return 1
}

install_with_brew() {
  local missing=() formula
  for formula in $brew_formulae; do
    brew list --formula "$formula" >/dev/null 2>&1 || missing+=("$formula")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  brew install "${missing[@]}"
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  install_with_apt
elif command -v brew >/dev/null; then
  install_with_brew
elif command -v pkg-config >/dev/null && pkg-config --exists sndfile soxr; then
  say "neither apt nor Homebrew is here; libsndfile and soxr are, so the build goes on"
else
  say "neither apt nor Homebrew is here. Install what these Debian packages hold by your system's means: $debian_packages"
  exit 1
fi
