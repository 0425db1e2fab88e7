# The test suite. Sourced by `./run`.

# run_suite [FILTER...]: everything, or only the tests that a filter names.
run_suite() {
  mkdir -p "$target"
  if [[ -n ${CI:-} ]]; then
    # It begins with nothing and builds once. What is built for the tests is linted as it is compiled: `cargo clippy` would
    # check every library once more for itself, which takes longer than all the tests. And nothing is written down for a
    # second build or for a debugger.
    export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 RUSTC_WORKSPACE_WRAPPER=clippy-driver RUSTFLAGS="-D warnings ${RUSTFLAGS:-}"
  fi
  trap 'stop_postgres' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [[ $# -eq 0 ]]; then
    say "Borders (cargo xtask tidy)"
    cargo xtask tidy
    say "Format"
    cargo fmt --all --check
    if [[ -z ${CI:-} ]]; then
      say "Lints"
      cargo clippy --locked --workspace --all-targets -- -D warnings
    fi
  fi

  local databases="SQLite: passed. PostgreSQL: skipped."
  if start_postgres; then
    databases="SQLite: passed. PostgreSQL: passed."
  fi

  local log="$target/test.log" failed_run=0
  : >"$log"
  local title="Tests"
  [[ -n ${CI:-} ]] && title="Lints and tests"
  say "$title"
  if have cargo-nextest; then
    local profile=default
    [[ -n ${CI:-} ]] && profile=ci
    cargo nextest run --locked --workspace --profile "$profile" "$@" 2>&1 | tee -a "$log" || failed_run=1
  else
    # cargo's own runner takes one filter.
    cargo test --locked --workspace --no-fail-fast --lib --bins --tests "${1:-}" 2>&1 | tee -a "$log" || failed_run=1
  fi
  if [[ $# -eq 0 ]]; then
    say "Examples in the documentation"
    cargo test --locked --workspace --doc --no-fail-fast 2>&1 | tee -a "$log" || failed_run=1
  fi
  stop_postgres

  local browser="Browser: skipped."
  if find_browser >/dev/null; then
    browser="Browser: passed."
    say "Stories and every page in a browser"
    # The tests have just built the binary; alone it would be built once more, its libraries with fewer features.
    run_browser "$log" "$@" || failed_run=1
  fi

  local passed failed
  read -r passed failed < <(count_tests "$log")
  if [[ $failed_run -ne 0 || $failed -ne 0 ]]; then
    echo "The suite failed."
    echo "$passed passed, $failed failed"
    exit 1
  fi
  echo "$databases $browser"
  local skipped=""
  [[ $databases == *skipped* ]] && skipped+=", PostgreSQL skipped"
  [[ $browser == *skipped* ]] && skipped+=", browser skipped"
  if [[ -n $skipped && -n ${CI:-} ]]; then
    echo "Continuous integration needs both databases and a browser, so this run fails."
  fi
  echo "$passed passed, $failed failed$skipped"
  [[ -z $skipped || -z ${CI:-} ]] || exit 1
}

# count_tests LOG: "PASSED FAILED", summed over the summaries of nextest, of cargo's own runner and of Playwright.
count_tests() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    function before(word,   i) { for (i = 2; i <= NF; i++) if ($i ~ "^" word "[,;.]?$") return $(i - 1); return 0 }
    /^ +[0-9]+ (passed|failed)( \(|$)/ { if ($2 == "passed") passed += $1; else failed += $1 }
    /^ *Summary \[/ || /^test result:/ { passed += before("passed"); failed += before("failed") + before("timed") }
    END { print passed + 0, failed + 0 }'
}
