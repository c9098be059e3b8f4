# What the doors share: where things are, steps with times, what a machine has.
# Sourced by the scripts in bin/, never run. Works with the bash 3.2 of macOS.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
cache=${WEIR_CACHE:-$HOME/.cache/weir}
stamps=$root/.weir/stamps

# A build machine keeps what was compiled between clones; a person finds it in ./target.
if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
  export CARGO_TARGET_DIR=$cache/target
fi
target=${CARGO_TARGET_DIR:-$root/target}

# Weir would take these from the environment; the doors mean their own.
unset DATABASE_URL WEIR_PUBLIC_URL WEIR_SMTP_URL

if [ -t 1 ]; then bold=$(printf '\033[1m') dim=$(printf '\033[2m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
else bold='' dim='' red='' plain=''; fi

say() { printf '%s\n' "$*"; }
fail() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
is_mac() { [ "$(uname -s)" = Darwin ]; }

# step TITLE COMMAND…: a header, the command, the time. The first failure ends the script;
# the command runs outside any condition, so `set -e` holds inside functions as well.
current_step='' step_began=0
step() {
  current_step=$1 step_began=$SECONDS
  shift
  printf '\n%s▸ %s%s\n' "$bold" "$current_step" "$plain"
  "$@"
  printf '%s  %s: %s s%s\n' "$dim" "$current_step" $((SECONDS - step_began)) "$plain"
  current_step=''
}

# Everything that must happen at the end, last in first out, whatever happened before.
at_exit=''
on_exit() { at_exit="$1; $at_exit"; }
finish() {
  local status=$?
  set +e
  trap - EXIT
  if [ $status -ne 0 ] && [ -n "$current_step" ]; then
    printf '\n%s✗ %s failed after %s s%s\n' "$red" "$current_step" $((SECONDS - step_began)) "$plain" >&2
  fi
  eval "$at_exit"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The toolchain that rust-toolchain.toml names is fetched by rustup when it is missing. A machine whose
# default toolchain is that version, or newer, under another name (stable) need not fetch anything.
use_installed_rust() {
  local wanted found
  [ -n "${RUSTUP_TOOLCHAIN:-}" ] && return 0
  have rustup || return 0
  wanted=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
  rustup toolchain list 2>/dev/null | grep -q "^$wanted" && return 0
  found=$(RUSTUP_TOOLCHAIN=stable rustup run stable rustc --version 2>/dev/null | awk '{print $2}') || true
  [ -n "$found" ] && at_least "$found" "$wanted" && export RUSTUP_TOOLCHAIN=stable
  return 0
}

# at_least 1.96.0 1.95.0
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

# Names everything that is missing at once, with the way to get it, instead of failing one by one.
need_tools() {
  local missing='' version
  have git || missing="$missing
  git            $(hint 'apt-get install git' 'xcode-select --install')"
  have cc || missing="$missing
  a C compiler   $(hint 'apt-get install build-essential' 'xcode-select --install')"
  if have cargo; then
    use_installed_rust
    version=$(cargo --version 2>/dev/null | awk '{print $2}') || true
    at_least "${version:-0}" 1.95.0 || missing="$missing
  Rust 1.95      found ${version:-none that works}; rustup update stable"
  else
    missing="$missing
  Rust 1.95      https://rustup.rs"
  fi
  if have node && have npm; then
    version=$(node --version | tr -d v)
    at_least "$version" 20.19.0 || missing="$missing
  Node 20.19     found $version; https://nodejs.org$(is_mac && echo ' or brew install node')"
  else
    missing="$missing
  Node 20.19     https://nodejs.org$(is_mac && echo ' or brew install node')"
  fi
  [ -z "$missing" ] || fail "Weir needs a few things that this machine does not have:$missing"
}

hint() { if is_mac; then printf '%s' "$2"; elif [ "$(id -u)" = 0 ]; then printf '%s' "$1"; else printf 'sudo %s' "$1"; fi; }

# hash_of PATH…: one digest over the named sources as they are on disk, tracked or new, ignored files left out.
hash_of() {
  local files
  files=$(sources_in "$@" | LC_ALL=C sort -u | while IFS= read -r file; do if [ -f "$file" ]; then printf '%s\n' "$file"; fi; done)
  { printf '%s\n' "$files"; printf '%s\n' "$files" | git hash-object --no-filters --stdin-paths; } | git hash-object --stdin
}

sources_in() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@"
  else
    find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null || true
  fi
}
