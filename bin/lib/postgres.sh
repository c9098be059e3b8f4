# A private PostgreSQL that lives as long as the script: own data, own port, own password, fsync on.
# Sourced after common.sh. Nothing of a PostgreSQL that the machine already runs is touched.

# pg_bin: the folder of initdb and pg_ctl, the newest when there are several.
pg_bin() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$found" ] && have pg_config; then found=$(pg_config --bindir); fi
  [ -n "$found" ] && [ -x "$found/initdb" ] && [ -x "$found/pg_ctl" ] && printf '%s' "$found"
}

# PostgreSQL refuses to run as root, so root hands over to the account that the package made.
pg_as() {
  if [ "$(id -u)" != 0 ]; then "$@"
  elif have runuser; then runuser -u "$pg_account" -- "$@"
  else sudo -n -u "$pg_account" -- "$@"; fi
}

pg_start() {
  local bin password port try
  bin=$(pg_bin) || fail "PostgreSQL's initdb and pg_ctl were not found"
  pg_account=$(id -un)
  if [ "$pg_account" = root ]; then pg_account=postgres; fi
  id "$pg_account" >/dev/null 2>&1 || pg_account=nobody
  pg_home=$(mktemp -d /tmp/weir-pg.XXXXXX)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$password" >"$pg_home/password"
  if [ "$(id -u)" = 0 ]; then chown -R "$pg_account" "$pg_home"; fi
  on_exit pg_stop
  (cd "$pg_home" && pg_as "$bin/initdb" -D "$pg_home/data" -U weir --pwfile="$pg_home/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C >"$pg_home/initdb.log" 2>&1) ||
    { cat "$pg_home/initdb.log" >&2; fail 'initdb failed'; }
  for try in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    if (cd "$pg_home" && pg_as "$bin/pg_ctl" -D "$pg_home/data" -l "$pg_home/log" -w -s start \
      -o "-p $port -k $pg_home -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=on"); then
      pg_url=postgres://weir:$password@127.0.0.1:$port/postgres
      say "  PostgreSQL $("$bin/postgres" --version | awk '{print $3}') on port $port"
      return 0
    fi
  done
  cat "$pg_home/log" >&2
  fail 'PostgreSQL did not start'
}

pg_stop() {
  if [ -f "$pg_home/data/postmaster.pid" ]; then
    (cd "$pg_home" && pg_as "$(pg_bin)/pg_ctl" -D "$pg_home/data" -s -w -m immediate stop)
  fi
  rm -rf "$pg_home"
}
