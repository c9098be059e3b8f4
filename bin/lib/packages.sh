# Things that only the tests need: installed with apt where that is possible, named otherwise. Sourced after common.sh.

# install_missing PART…: what the named parts of the tests (rust, e2e, fuzz, sdk) need beyond bin/demo.
install_missing() {
  local debian='' brew='' part
  for part in "$@"; do
    case $part in
      rust) pg_bin >/dev/null || { debian="$debian postgresql"; brew="$brew postgresql@17"; } ;;
      e2e)
        find_chromium >/dev/null || { debian="$debian chromium"; brew="$brew --cask chromium"; }
        has_chinese_font || debian="$debian fonts-noto-cjk"
        ;;
      fuzz | sdk) python3 -c 'import ensurepip, venv' 2>/dev/null || { debian="$debian python3 python3-venv"; brew="$brew python"; } ;;
    esac
  done
  if [ -z "$debian$brew" ]; then say '  nothing is missing'; return 0; fi
  if have apt-get && can_be_root; then
    say "  installing$debian"
    as_root apt-get update -qq
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $debian
    return 0
  fi
  if is_mac; then fail "The tests need more on this machine: brew install$brew"; fi
  if have apt-get; then fail "The tests need more on this machine: sudo apt-get install$debian"; fi
  fail "The tests need more on this machine (names as in Debian):$debian"
}

can_be_root() { [ "$(id -u)" = 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# find_chromium: a browser of the Chromium family; WEIR_CHROMIUM names another one.
find_chromium() {
  local name
  for name in "${WEIR_CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome /usr/bin/chromium-browser \
    /Applications/Chromium.app/Contents/MacOS/Chromium \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
    if [ -n "$name" ] && [ -x "$name" ]; then printf '%s' "$name"; return 0; fi
  done
  return 1
}

has_chinese_font() {
  is_mac && return 0
  have fc-list && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] && return 0
  ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1
}

# python_venv FOLDER: a virtual environment with FOLDER/requirements.txt, made again when the list changes.
python_venv() {
  local wanted
  venv=$cache/venv-$1
  wanted="$(cat "$1/requirements.txt") $(python3 --version)"
  if [ "$(cat "$venv/.made-from" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$venv"
    mkdir -p "$cache"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$1/requirements.txt"
    printf '%s' "$wanted" >"$venv/.made-from"
  fi
}
