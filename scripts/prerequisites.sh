# What the machine must have. Sourced by `./run`. Missing system packages are installed when that needs no question.

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() {
  printf './run: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian packages as root or by sudo without a password. Fails, quietly, when neither is possible.
install_packages() {
  have apt-get || return 1
  local -a become=()
  if [[ $(id -u) -ne 0 ]]; then
    have sudo && sudo -n true 2>/dev/null || return 1
    become=(sudo -n)
  fi
  say "Installing $*"
  "${become[@]}" apt-get update -q >&2 || return 1
  "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# require_command COMMAND PACKAGE... : the command, or an end that names the packages.
require_command() {
  local command=$1
  shift
  have "$command" && return
  install_packages "$@" && have "$command" && return
  fail "“$command” is missing. As root: apt-get install $*"
}

need_for_build() {
  if ! have cargo && [[ -f $HOME/.cargo/env ]]; then
    # shellcheck source=/dev/null
    source "$HOME/.cargo/env"
  fi
  have cargo || fail "Rust is missing. Install it from https://rustup.rs, then run this again."
  have node && have npm || fail "Node.js with npm is missing. Install Node.js 20 or newer, then run this again."
  local node_major
  node_major="$(node --version | sed 's/^v\([0-9]*\).*/\1/')"
  [[ $node_major -ge 20 ]] || fail "Node.js $(node --version) is too old; 20 or newer is needed."
  require_command cc gcc libc6-dev
  require_command git git
}

# The formatter and the lints are parts of Rust that a minimal installation leaves out.
need_for_test() {
  local part
  for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 && continue
    have rustup && rustup component add rustfmt clippy >&2 && return
    fail "“cargo $part” is missing. Install it with: rustup component add rustfmt clippy"
  done
}

# Where Chromium is, by the names that distributions give it; fails when there is none.
find_browser() {
  local name
  for name in chromium chromium-browser google-chrome; do
    have "$name" && command -v "$name" && return
  done
  return 1
}

# Chromium renders pages that need scripts. Everything else works without it, and the product says what it left out;
# so does the suite, which tells its stories in it.
want_browser() {
  find_browser >/dev/null && return
  install_packages chromium fonts-liberation ||
    say "No Chromium: pages that need scripts are read as they come, and the stories in a browser are skipped. As root: apt-get install chromium"
}

# Finds PostgreSQL's server programs, which Debian keeps out of the path, and sets `postgres_bin`; empty without any.
find_postgres() {
  postgres_bin=""
  if have initdb && have pg_ctl; then
    postgres_bin="$(dirname "$(command -v initdb)")"
    return
  fi
  local folder
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    [[ -x $folder/initdb && -x $folder/pg_ctl ]] && postgres_bin="$folder"
  done
  [[ -n $postgres_bin ]]
}

want_postgres() {
  [[ -n ${AGENCY_OS_TEST_POSTGRES:-} ]] && return
  find_postgres && return
  install_packages postgresql && find_postgres && return
  say "No PostgreSQL server: its half of the tests will be skipped. As root: apt-get install postgresql"
}
