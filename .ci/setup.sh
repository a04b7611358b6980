# SPDX-License-Identifier: MIT
# Shared by jam, check and .ci/run: packages and builds. Sourced, not run.
# shellcheck shell=bash

PACKAGES_BUILD=(gcc libc6-dev cmake ninja-build pkg-config libsodium-dev
  libcjson-dev libsamplerate0-dev libwebsockets-dev libsndfile1-dev
  portaudio19-dev librtmidi-dev libsdl2-dev libpango1.0-dev libcairo2-dev
  lv2-dev fonts-inter fonts-dejavu-core check)
PACKAGES_CHECK=("${PACKAGES_BUILD[@]}" clang-format-14 jackd2
  libjack-jackd2-dev liblilv-dev sordi jalv iproute2 tshark
  python3 nodejs git)
# Named where Debian has them; without them a net less is cast
PACKAGES_WISHED=(clang-22 libclang-rt-22-dev)
PACKAGES_WISHED_LONG=(mmdebstrap buildah)

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

step() { printf '\n== %s\n' "$1"; }

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null |
      grep -q 'install ok installed' || printf '%s\n' "$package"
  done
}

# install_packages PACKAGE...: installs what is missing, after asking unless
# root. Quick and silent when nothing is.
install_packages() {
  command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 ||
    fail "this script installs Debian packages; on other systems install the libraries named in README.md and build with cmake."
  local missing answer sudo=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
      fail "these packages are missing and there is no sudo to install them: ${missing[*]}"
    [ -t 0 ] ||
      fail "these packages are missing; run this in a terminal, or install them first: ${missing[*]}"
    printf 'These Debian packages are needed:\n  %s\nInstall them with sudo? [y/N] ' "${missing[*]}"
    read -r answer
    case "$answer" in [yY]*) ;; *) fail "nothing was installed, so nothing was built." ;; esac
    sudo=(sudo)
  fi
  step "Installing ${#missing[@]} packages"
  "${sudo[@]}" apt-get update -qq ||
    fail "apt-get update failed: is there a network connection?"
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}"
}

# wish_packages PACKAGE...: installs those that Debian has here, as root only,
# and goes on without.
wish_packages() {
  local missing package
  [ "$(id -u)" -eq 0 ] || return 0
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  [ -n "$(find /var/lib/apt/lists -name '*Packages*' -print -quit 2>/dev/null)" ] ||
    apt-get update -qq || true
  for package in "${missing[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "$package" >/dev/null 2>&1 || true
  done
}

# build PRESET [TARGET...]: configures once, builds what has changed.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  step "Building ($preset)"
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    fail "the build could not be configured; the reason stands above."
  fi
  rm -f "$log"
  cmake --build --preset "$preset" ${1:+--target "$@"} -- --quiet ||
    fail "the build failed; the first error stands above."
}
