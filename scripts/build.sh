# Building what `./run` starts. Sourced by `./run`.

# The pages' scripts and styles, by Vite, into the folder that the binary embeds; only when a source changed.
build_interface() {
  local source="$root/crates/aos-web/ui" dist="$root/crates/aos-web/dist" stamp="$target/interface.sha256" now
  [[ -f $source/package.json ]] || return 0
  now="$(cd "$source" && find . -name node_modules -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)"
  if [[ -n $(ls -A "$dist" 2>/dev/null) && -f $stamp && $(<"$stamp") == "$now" ]]; then
    return
  fi
  say "Building the interface"
  (cd "$source" && npm ci --no-audit --no-fund && npm run build) >&2
  mkdir -p "$target"
  printf '%s\n' "$now" >"$stamp"
}

# The binary in the profile that is quick to build and quick enough to show.
build_binary() {
  say "Building Agency OS (some minutes the first time)"
  cargo build --profile demo --locked -p agency-os
}
