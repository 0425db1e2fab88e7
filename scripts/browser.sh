# The browser suite: stories in a real Chromium against the real binary. Sourced by `./run` and its suite.

# Installs the suite's packages when the lock file changed. Playwright's own browsers are never downloaded.
browser_packages() {
  local stamp="$root/browser/node_modules/.lock" lock="$root/browser/package-lock.json"
  [[ -f $stamp ]] && cmp -s "$stamp" "$lock" && return
  say "Installing the browser suite's packages"
  (cd "$root/browser" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund) >&2 && cp "$lock" "$stamp"
}

# run_browser LOG [FILTER]: the stories and the check of every page, or those of them that a filter names, on the
# binary that stands there.
run_browser() {
  local log=$1
  shift
  browser_packages || return 1
  (
    cd "$root/browser"
    export BROWSER_CHROMIUM BROWSER_PROGRAM="$target/debug/agency-os" CARGO_TARGET_DIR="$target"
    BROWSER_CHROMIUM="$(find_browser)"
    npx --no-install tsc --noEmit &&
      npx --no-install playwright test --project stories --project pages --pass-with-no-tests ${1:+--grep "$1"}
  ) 2>&1 | tee -a "$log"
}
