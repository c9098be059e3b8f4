# The two web parts, installed and built only when their sources changed. Sourced after common.sh.

# web_install PART: node_modules as package-lock.json says; PART is a folder with a package.json.
web_install() {
  local part=$1 wanted stamp
  stamp=$stamps/$(printf '%s' "$part" | tr / -).modules
  wanted="$(hash_of "$part/package.json" "$part/package-lock.json") $(node --version)"
  if [ -d "$part/node_modules" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  mkdir -p "$stamps"
  rm -f "$stamp"
  (cd "$part" && npm ci --prefer-offline --no-audit --no-fund --loglevel=error)
  printf '%s' "$wanted" >"$stamp"
}

# web_build PART SCRIPT OUT: runs the build when OUT is missing or was made from other sources.
web_build() {
  local part=$1 script=$2 out=$3 wanted stamp
  stamp=$stamps/$(printf '%s' "$out" | tr / -).build
  wanted=$(hash_of "$part" web/api web/kit openapi.json)
  if [ -e "$out" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    say "  $out is up to date"
    return 0
  fi
  web_install "$part"
  rm -f "$stamp"
  (cd "$part" && npm run --silent "$script")
  [ -e "$out" ] || fail "npm run $script in $part ended without $out"
  mkdir -p "$stamps"
  printf '%s' "$wanted" >"$stamp"
}

build_console() { web_build web/console build web/console/dist/index.html; }
build_mall() { web_build web/mall build:h5 web/mall/dist/h5/index.html; }
build_mini_program() { web_build web/mall build:weapp web/mall/dist/weapp/app.json; }

# Pages go into the program when it is compiled, which cargo does not see when there were none before: tell it.
embed_pages() {
  local pages stamp=$stamps/embedded
  pages=$(cat "$stamps"/*.build)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$pages" ]; then
    touch crates/server/src/web.rs
    printf '%s' "$pages" >"$stamp"
  fi
}

# The typed client is generated from openapi.json; what is checked in must be what comes out.
check_client() {
  local client=web/api/src/schema.d.ts before
  web_install web/console
  before=$(git hash-object "$client")
  (cd web/console && npm run --silent generate)
  [ "$(git hash-object "$client")" = "$before" ] || fail "$client was not what openapi.json says. It is now: commit it."
}

check_web() {
  web_install "$1"
  (cd "$1" && npm run --silent check && npm run --silent --if-present test)
}
