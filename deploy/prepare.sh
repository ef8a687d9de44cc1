#!/usr/bin/env bash
# Prepares this machine and .venv/: system packages first, then the locked Python packages.
#
#   deploy/prepare.sh runtime          what `make run` needs
#   deploy/prepare.sh test             that, and what the tests need
#   deploy/prepare.sh sysroot runtime  without root: system packages into .venv/sysroot
#   deploy/prepare.sh sysroot test
#
# Safe to repeat: what is there already is left alone. docs/dependencies.md says what each
# package is for. PYTHON=/path/to/python3.12 chooses another interpreter; SKIP_SYSTEM_CHECK=1
# is for systems whose libraries this script cannot find.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
SYSROOT="$VENV/sysroot"

# kind:what to look for:Debian package. Any one of a|b will do.
RUNTIME_NEEDS=(
  "library:libpango-1.0.so.0:libpango-1.0-0"
  "library:libpangoft2-1.0.so.0:libpangoft2-1.0-0"
  "library:libharfbuzz-subset.so.0:libharfbuzz-subset0"
  "library:libfontconfig.so.1:libfontconfig1"
  "command:pdftotext:poppler-utils"
  "command:fc-list:fontconfig"
  "font:zh-cn:fonts-noto-cjk"
  "command:tesseract:tesseract-ocr"
  "tessdata:chi_sim:tesseract-ocr-chi-sim"
)
TEST_NEEDS=(
  "command:chromium|chromium-browser|google-chrome:chromium"
  "command:redis-server:redis-server"
  "command:initdb:postgresql"
)

say() { printf 'setup: %s\n' "$*"; }

stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

is_group() { [ "$1" = runtime ] || [ "$1" = test ]; }

use_sysroot() {
  if [ -f "$SYSROOT/env" ]; then
    # shellcheck disable=SC1091  # written below
    . "$SYSROOT/env"
  fi
}

# --- what is missing -------------------------------------------------------------------------

has_command() {
  local names name
  IFS='|' read -ra names <<<"$1"
  for name in "${names[@]}"; do
    command -v "$name" >/dev/null && return 0
  done
  # Debian keeps PostgreSQL's server programs off the PATH.
  compgen -G "/usr/lib/postgresql/*/bin/${names[0]}" >/dev/null
}

has_library() {
  local folder
  IFS=':' read -ra folders <<<"${LD_LIBRARY_PATH:-}"
  for folder in "${folders[@]}"; do
    [ -e "$folder/$1" ] && return 0
  done
  [[ "$KNOWN_LIBRARIES" == *"$1 "* ]]
}

has_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list ":lang=$1" family | head -n 1)" ]
}

has_tessdata() {
  compgen -G "${TESSDATA_PREFIX:-/usr/share/tesseract-ocr/*/tessdata}/$1.traineddata" >/dev/null ||
    { command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx "$1"; }
}

# Prints the Debian package of each need of the group that this machine does not meet.
missing_packages() {
  local need kind what package
  local needs=("${RUNTIME_NEEDS[@]}")
  [ "$1" = test ] && needs+=("${TEST_NEEDS[@]}")
  KNOWN_LIBRARIES="$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null || true)"
  for need in "${needs[@]}"; do
    IFS=':' read -r kind what package <<<"$need"
    "has_$kind" "$what" || printf '%s\n' "$package"
  done
}

# --- system packages -------------------------------------------------------------------------

may_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The tests start their own servers; without this Debian would start the packages' as services.
hold_back_services() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || return 0
  trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

apt_install() {
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=600) log="$VENV/apt.log"
  say "installing with apt-get: $*"
  hold_back_services
  # One source of several that does not answer is no reason to stop; the install tells.
  as_root apt-get -q -o DPkg::Lock::Timeout=600 update </dev/null >"$log" 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install "$@" \
    </dev/null >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    stop "apt-get could not install: $* (the whole log is in .venv/apt.log)"
  fi
}

prepare_system() {
  local group="$1" packages
  use_sysroot
  [ -z "${SKIP_SYSTEM_CHECK:-}" ] || return 0
  mapfile -t packages < <(missing_packages "$group")
  if [ -z "$(find_python)" ]; then
    packages+=(python3 python3-venv)
  elif ! can_make_venv; then
    packages+=(python3-venv)
  fi
  [ "${#packages[@]}" -gt 0 ] || return 0
  mkdir -p "$VENV"
  if ! may_install; then
    command -v apt-get >/dev/null ||
      stop "missing (Debian's names): ${packages[*]}. Install them with this system's package manager."
    stop "system packages are missing; type: sudo apt-get install --no-install-recommends" \
      "${packages[*]} - or, without root: make sysroot$([ "$group" = runtime ] || printf -- '-test')"
  fi
  apt_install "${packages[@]}"
  mapfile -t packages < <(missing_packages "$group")
  [ "${#packages[@]}" -eq 0 ] || stop "installed, but still not found: ${packages[*]}"
}

# --- without root ----------------------------------------------------------------------------

# apt works out what is missing and downloads it; dpkg unpacks it into a folder of our own.
make_sysroot() {
  local group="$1" packages archive
  command -v apt-get >/dev/null || stop "sysroot needs apt-get, which this system does not have"
  [ -n "$(find_python)" ] || stop "Python 3.11 or newer is needed, and cannot be had without root"
  use_sysroot
  mapfile -t packages < <(missing_packages "$group")
  can_make_venv || packages+=(python3-pip-whl)
  if [ "${#packages[@]}" -eq 0 ]; then
    say "no system package is missing"
    return 0
  fi
  mkdir -p "$SYSROOT/.apt/state/lists/partial" "$SYSROOT/.apt/cache/archives/partial"
  local options=(
    -q -o Dir::State="$SYSROOT/.apt/state" -o Dir::State::status=/var/lib/dpkg/status
    -o Dir::Cache="$SYSROOT/.apt/cache" -o Debug::NoLocking=1 -o APT::Keep-Downloaded-Packages=true
  )
  say "downloading without root: ${packages[*]}"
  if ! { apt-get "${options[@]}" update &&
    apt-get "${options[@]}" -y --no-install-recommends --download-only install "${packages[@]}"; } \
    </dev/null >"$SYSROOT/apt.log" 2>&1; then
    tail -n 20 "$SYSROOT/apt.log" >&2
    stop "apt-get could not download: ${packages[*]}"
  fi
  for archive in "$SYSROOT"/.apt/cache/archives/*.deb; do
    dpkg-deb -x "$archive" "$SYSROOT"
  done
  rm -rf "$SYSROOT/.apt"
  write_sysroot_env
  use_sysroot
  mapfile -t packages < <(missing_packages "$group")
  [ "${#packages[@]}" -eq 0 ] || stop "unpacked, but still not found: ${packages[*]}"
  say "unpacked into .venv/sysroot ($(du -sm "$SYSROOT" | cut -f1) MB); make uses it from now on"
}

write_sysroot_env() {
  local libraries programs tessdata folder
  libraries="$(find "$SYSROOT" -name '*.so*' -not -path '*/chromium/*' -not -path '*/postgresql/*' \
    -printf '%h\n' | sort -u | paste -sd: -)"
  programs="$SYSROOT/bin:$SYSROOT/usr/bin"
  for folder in "$SYSROOT"/usr/lib/postgresql/*/bin; do
    [ -d "$folder" ] && programs="$programs:$folder"
  done
  tessdata="$(find "$SYSROOT" -type d -name tessdata -print -quit)"
  if [ -x "$SYSROOT/usr/lib/chromium/chromium" ]; then
    # Debian's start script names /usr/lib/chromium.
    mkdir -p "$SYSROOT/bin"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$SYSROOT/usr/lib/chromium/chromium" >"$SYSROOT/bin/chromium"
    chmod 755 "$SYSROOT/bin/chromium"
  fi
  write_font_configuration
  # shellcheck disable=SC2016  # the reader of the file expands these
  {
    printf 'export PATH="%s:$PATH"\n' "$programs"
    printf 'export LD_LIBRARY_PATH="%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n' "$libraries"
    printf 'export FONTCONFIG_FILE="%s"\n' "$SYSROOT/fonts.conf"
    [ -z "$tessdata" ] || printf 'export TESSDATA_PREFIX="%s"\n' "$tessdata"
  } >"$SYSROOT/env"
}

write_font_configuration() {
  local rule
  {
    printf '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
    printf '<dir>/usr/share/fonts</dir><dir>%s</dir>\n' "$SYSROOT/usr/share/fonts"
    printf '<cachedir>%s</cachedir>\n' "$SYSROOT/fontcache"
    for rule in "$SYSROOT"/usr/share/fontconfig/conf.avail/{30-metric,45-,60-,65-nonlatin}* \
      "$SYSROOT"/etc/fonts/conf.avail/*noto-cjk* /etc/fonts/conf.d; do
      [ -e "$rule" ] && printf '<include ignore_missing="yes">%s</include>\n' "$rule"
    done
    printf '</fontconfig>\n'
  } >"$SYSROOT/fonts.conf"
}

# --- Python ----------------------------------------------------------------------------------

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
}

can_make_venv() {
  venv_is_sound || "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null ||
    compgen -G "$SYSROOT/usr/share/python-wheels/pip-*.whl" >/dev/null
}

# A moved or copied folder, or another Python, leaves programs that name a place that is gone.
venv_is_sound() {
  [ -x "$VENV/bin/pip" ] && grep -qsF "$VENV" "$VENV/bin/activate" &&
    "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

make_venv() {
  local python wheel
  python="$(find_python)"
  [ -n "$python" ] || stop "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"
  say "making .venv with $("$python" -V)"
  rm -rf "${VENV:?}"/{bin,lib,lib64,include,share,pyvenv.cfg,ready-runtime,ready-test}
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$VENV"
  else
    "$python" -m venv --without-pip "$VENV"
    wheel="$(compgen -G "$SYSROOT/usr/share/python-wheels/pip-*.whl" | head -n 1)"
    "$VENV/bin/python" "$wheel/pip" install -q --no-index "$wheel"
  fi
}

# uv reads none of pip's settings: hand over the ones that decide where packages come from.
follow_pip_settings() {
  local settings index certificates
  settings="$("$VENV/bin/pip" config list 2>/dev/null || true)"
  index="$(sed -n "s/^\(global\|install\|:env:\)\.index-url='\(.*\)'$/\2/p" <<<"$settings" | tail -n 1)"
  certificates="$(sed -n "s/^\(global\|install\|:env:\)\.cert='\(.*\)'$/\2/p" <<<"$settings" | tail -n 1)"
  if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    export UV_DEFAULT_INDEX="$index"
  fi
  if [ -n "$certificates" ] && [ -z "${SSL_CERT_FILE:-}" ]; then
    export SSL_CERT_FILE="$certificates"
  fi
}

install_locked() {
  local requirements="$1"
  if "$VENV/bin/pip" install -q --disable-pip-version-check --require-hashes \
    -r "$ROOT/requirements-setup.txt" 2>"$VENV/pip.log"; then
    follow_pip_settings
    "$VENV/bin/uv" pip sync -q --python "$VENV/bin/python" --require-hashes "$requirements" \
      2>"$VENV/uv.log" && return 0
    say "uv could not install (.venv/uv.log); trying pip, which is slower"
  else
    say "uv cannot be had here (.venv/pip.log); trying pip, which is slower"
  fi
  # A machine's own constraints file has no hashes, which pip refuses beside hashes.
  PIP_CONSTRAINT='' "$VENV/bin/pip" install -q --disable-pip-version-check --no-compile \
    --require-hashes -r "$requirements" 2>"$VENV/pip.log" && return 0
  grep '^ERROR' "$VENV/pip.log" >&2 || tail -n 5 "$VENV/pip.log" >&2
  stop "the Python packages could not be installed; is the package index reachable? (.venv/pip.log)"
}

fingerprint() {
  { "$VENV/bin/python" -V && cat "$ROOT/deploy/prepare.sh" "$ROOT"/requirements{-setup,,-dev}.txt; } |
    sha256sum | cut -d' ' -f1
}

prepare_python() {
  local group="$1" requirements="$ROOT/requirements.txt" ready other
  venv_is_sound || make_venv
  ready="$(fingerprint)"
  # The tests' packages hold the runtime's: never take them away again for a `make run`.
  for other in "$group" test; do
    [ "$(cat "$VENV/ready-$other" 2>/dev/null)" = "$ready" ] && return 0
  done
  if [ "$group" = test ] || [ -e "$VENV/ready-test" ]; then
    requirements="$ROOT/requirements-dev.txt"
    group="test"
  fi
  say "installing the Python packages of ${requirements##*/}"
  rm -f "$VENV"/ready-*
  install_locked "$requirements"
  printf '%s\n' "$ready" >"$VENV/ready-$group"
}

main() {
  local started=$SECONDS
  cd "$ROOT"
  case "${1:-}" in
    sysroot)
      is_group "${2:-}" || stop "usage: deploy/prepare.sh sysroot runtime|test"
      make_sysroot "$2"
      ;;
    runtime | test)
      prepare_system "$1"
      prepare_python "$1"
      say "ready (${1}, $((SECONDS - started)) s)"
      ;;
    *) stop "usage: deploy/prepare.sh runtime|test, or: deploy/prepare.sh sysroot runtime|test" ;;
  esac
}

main "$@"
