# Fuzzing of everything that reads what strangers wrote. Sourced by `./run`.

# run_fuzz [SECONDS [TARGET...]]: each target, or the named ones, for so long. A finding ends it and names its input.
# The workspace forbids unsafe code, so no sanitizer is needed and the stable compiler does.
run_fuzz() {
  local seconds="${1:-60}" name
  [[ $seconds =~ ^[0-9]+$ ]] || fail "fuzz takes seconds and then names, as in ./run fuzz 60 html"
  [[ $# -gt 0 ]] && shift
  require_command g++ g++
  PATH="$target/tools/bin:$PATH"
  have cargo-fuzz || cargo install cargo-fuzz --locked --root "$target/tools"
  local -a names=("$@")
  if [[ ${#names[@]} -eq 0 ]]; then
    mapfile -t names < <(cargo fuzz list)
  fi
  for name in "${names[@]}"; do
    say "Fuzzing $name for $seconds seconds"
    # The instrumented build is some ten times slower than the product, which the time limit allows for.
    mkdir -p "fuzz/corpus/$name"
    cargo fuzz run --sanitizer none "$name" "fuzz/corpus/$name" "fuzz/seeds/$name" -- \
      -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0
  done
  echo "${#names[@]} targets fuzzed for $seconds seconds each, nothing found"
}
