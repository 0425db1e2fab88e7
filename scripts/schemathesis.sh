# Schemathesis over the JSON API: no 5xx, no answer that the description does not know. Sourced by `./run`.

serving=""

stop_serving() {
  [[ -n $serving ]] || return 0
  kill "$serving" 2>/dev/null && wait "$serving" 2>/dev/null || true
  serving=""
}

# run_schemathesis [ARGUMENTS]: makes a demonstration's data, serves it, and feeds every operation with made-up input.
run_schemathesis() {
  require_command python3 python3 python3-venv
  require_command curl curl
  local tools="$target/schemathesis" folder url="" token program="$target/debug/agency-os"
  if [[ ! -x $tools/bin/schemathesis ]]; then
    say "Installing Schemathesis"
    python3 -m venv "$tools" || fail "Python's venv is missing. As root: apt-get install python3-venv"
    "$tools/bin/pip" install --quiet 'schemathesis>=4,<5'
  fi
  build_binary
  folder="$(mktemp -d "${TMPDIR:-/tmp}/agency-os-api.XXXXXX")"
  # shellcheck disable=SC2064
  trap "stop_serving; rm -rf '$folder'" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  say "Making data: the journey of a client"
  "$program" demo --exit --port 0 --data "$folder" >"$target/schemathesis.log" 2>&1 </dev/null ||
    fail "the demonstration failed: see $target/schemathesis.log"
  token="$("$program" admin token admin@demo.example --name schemathesis --write --data "$folder" | grep -o '[^ ]*$' | tail -n 1)"
  # The web face alone: what the API asks for is queued and not done, so that no made-up job runs for hours.
  "$program" serve --roles web --port 0 --data "$folder" >"$folder/serve.log" 2>>"$target/schemathesis.log" &
  serving=$!
  while [[ -z $url ]]; do
    kill -0 "$serving" 2>/dev/null || fail "the server ended: see $target/schemathesis.log"
    url="$(sed -n 's|.*\(http://[^ ]*[^ /]\)/*$|\1|p' "$folder/serve.log" | head -n 1)"
  done
  # Ids that exist, so that more than "not found" is answered.
  "$tools/bin/python" "$root/scripts/api_ids.py" "$url" "$token" >"$folder/schemathesis.toml"
  say "Schemathesis on $url/api/openapi.json"
  # One worker: with several, Schemathesis 4 now and then calls its own generated cases inconsistent.
  "$tools/bin/schemathesis" --config-file "$folder/schemathesis.toml" run "$url/api/openapi.json" --header "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
    --workers 1 --continue-on-failure --suppress-health-check all --seed 1 --max-examples 20 --request-timeout 35 "$@"
  echo "The API answers as it is described"
}
