# A PostgreSQL of the tests' own: made for one run, gone after it. Sourced by `./run`.

postgres_folder=""

# Runs a PostgreSQL program. The server refuses root, so root hands it to a user without rights.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then
    runuser -u "$postgres_user" -- "$@"
  else
    "$@"
  fi
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# start_postgres [durable]: starts it on loopback and exports AGENCY_OS_TEST_POSTGRES. Fails when there is none here.
# Crash safety is off unless asked for: the cluster is thrown away, and the trials kill our process, not the machine.
start_postgres() {
  [[ -n ${AGENCY_OS_TEST_POSTGRES:-} ]] && return
  find_postgres || return 1
  postgres_user=postgres
  getent passwd postgres >/dev/null || postgres_user=nobody
  # Not below the checkout, which may lie in a home folder that the other user can't enter.
  postgres_folder="$(mktemp -d "${TMPDIR:-/tmp}/agency-os-postgres.XXXXXX")"
  [[ $(id -u) -eq 0 ]] && chown "$postgres_user" "$postgres_folder"
  local port attempt settings
  (cd / && as_postgres "$postgres_bin/initdb" --pgdata="$postgres_folder/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C --no-sync) >"$target/postgres.log" 2>&1 ||
    fail "PostgreSQL could not be set up: see $target/postgres.log"
  for attempt in 1 2 3 4 5; do
    port="$(free_port)"
    settings="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$postgres_folder"
    settings+=" -c max_connections=400 -c shared_buffers=256MB"
    [[ ${1:-} == durable ]] || settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    if (cd / && as_postgres "$postgres_bin/pg_ctl" start --wait --silent --pgdata="$postgres_folder/data" \
      --log="$postgres_folder/server.log" --options="$settings") >>"$target/postgres.log" 2>&1; then
      export AGENCY_OS_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      return
    fi
  done
  cat "$postgres_folder/server.log" >>"$target/postgres.log" 2>/dev/null || true
  fail "PostgreSQL did not start: see $target/postgres.log"
}

stop_postgres() {
  [[ -n $postgres_folder ]] || return 0
  (cd / && as_postgres "$postgres_bin/pg_ctl" stop --mode=immediate --silent --pgdata="$postgres_folder/data") \
    >/dev/null 2>&1 || true
  rm -rf "$postgres_folder"
  postgres_folder=""
}
