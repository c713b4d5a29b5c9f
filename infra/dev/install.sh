#!/usr/bin/env bash
# Installs what a make target needs and does not find. Run again, it only looks, and ends in about a second.
#   install.sh build|demo|test|lint|bench|soak
# System programs come from apt where there is apt and we may use it (as root, or through sudo without a password);
# elsewhere this says what to install and stops. All else goes to the user's cache folder and leaves the system alone.
set -euo pipefail

nextest_version=0.9.151   # built where none is found; any from nextest_oldest on will do
nextest_oldest=0.9.100    # as in .config/nextest.toml
deny_version=0.20.2       # deny.toml is written for its format
fuzz_version=0.13.2       # of which fuzz/README.md says what works on stable Rust
postgres_oldest=15
node_oldest=20
python_packages=(
  standardwebhooks==1.1.0 # the reference library that must accept our signatures
  aiosmtpd==1.4.6         # the mail server that takes our mail
  paho-mqtt==2.1.0        # the devices that send over MQTT
  "moto[s3,server]==5.2.5" # S3, near enough
)

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${VW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vitalwire}
tools=$cache/tools
venv=$cache/venv
PATH=$tools/bin:$PATH:$HOME/.cargo/bin
export DEBIAN_FRONTEND=noninteractive

say() { printf '==> %s\n' "$*"; }
die() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; } # HAVE WANTED

# --- is it there? -----------------------------------------------------------------------------------------------

compiler_works() { printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | cc -x c -o /dev/null - 2>/dev/null; }

# The newest initdb on PATH or where distributions keep it: the places the server looks in as well.
postgres_works() {
  local initdb version newest=0
  for initdb in "$(command -v initdb || true)" /usr/{lib,local/lib}/postgresql/*/bin/initdb /usr/local/pgsql/bin/initdb \
    /usr/pgsql-*/bin/initdb /{usr/local,opt/homebrew}/opt/*/bin/initdb; do
    [ -x "$initdb" ] || continue
    version=$("$initdb" --version | grep -oE '[0-9]+' | head -n 1)
    [ "$version" -gt "$newest" ] && newest=$version
  done
  [ "$newest" -ge "$postgres_oldest" ]
}

node_works() { has node && at_least "$(node --version | tr -d v)" "$node_oldest"; }
venv_works() { has python3 && python3 -c 'import venv, ensurepip' 2>/dev/null; }
chromium_works() { has chromium || has chromium-browser || has google-chrome || has google-chrome-stable; }
mosquitto_works() { has mosquitto || [ -x /usr/sbin/mosquitto ] || [ -x /usr/local/sbin/mosquitto ]; }
cxx_works() { printf '#include <vector>\nint main() { return 0; }\n' | c++ -x c++ -o /dev/null - 2>/dev/null; }
certificates_work() { [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/ssl/cert.pem ] || [ -d /etc/pki/tls/certs ]; }

# --- system programs --------------------------------------------------------------------------------------------

packages=()
reasons=()
need() { # need CHECK "WHAT IT IS FOR" DEBIAN_PACKAGE...
  local check=$1 reason=$2
  shift 2
  $check && return
  packages+=("$@")
  reasons+=("$reason (Debian: $*)")
}

# Rust is the one thing that apt has only in versions too old for us, and that rustup installs in a minute.
rust_needs() {
  local oldest found
  oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  if ! { has cargo && has rustc; }; then
    die "Rust is missing: install the stable toolchain, $oldest or newer (https://rustup.rs), then run this again"
  fi
  found=$(rustc --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true)
  at_least "${found:-0}" "$oldest" ||
    die "Rust $oldest or newer is needed, and $(command -v rustc) is ${found:-of no known version}: run 'rustup update stable', then this again"
}

build_needs() {
  rust_needs
  need compiler_works "a C compiler, for linking and for aws-lc" gcc libc6-dev
  need certificates_work "root certificates, for downloads" ca-certificates
  need node_works "Node $node_oldest or newer, for the pages' parts" nodejs
  need "has npm" "npm, for the pages' parts" npm
}
postgres_needs() { need postgres_works "PostgreSQL's server programs, $postgres_oldest or newer" postgresql; }
needs_of() {
  case $1 in
    build) build_needs ;;
    demo) build_needs; postgres_needs ;;
    test)
      build_needs; postgres_needs
      need venv_works "Python 3 with venv" python3 python3-venv
      need chromium_works "Chromium, for the tests of the pages" chromium
      need "has curl" "curl, which posts as a device would" curl
      need mosquitto_works "Mosquitto, the broker of devices that send over MQTT" mosquitto
      need "has openssl" "openssl, which makes the broker's certificate" openssl
      ;;
    soak)
      needs_of test
      need cxx_works "a C++ compiler, for libFuzzer" g++
      ;;
    lint)
      build_needs
      need "has git" "git" git
      need "has shellcheck" "shellcheck" shellcheck
      ;;
    bench)
      build_needs; postgres_needs
      need venv_works "Python 3 with venv, for the Django peer" python3 python3-venv
      need "has wrk" "wrk, the load generator" wrk
      need "has curl" "curl" curl
      ;;
  esac
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_use_apt() { has apt-get && { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }; }
apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"; }

# Debian's Mosquitto package starts a broker of the system's own, now and after each boot. Nobody asked for that one either.
stop_the_system_s_broker() {
  if [ -d /run/systemd/system ]; then
    as_root systemctl --quiet disable --now mosquitto || true
  elif [ -x /etc/init.d/mosquitto ]; then
    as_root /etc/init.d/mosquitto stop >/dev/null 2>&1 || true
  fi
}

apt_install() {
  # Debian's PostgreSQL package starts a server of the system's own on port 5432. Nobody asked for that one.
  local no_cluster=/etc/postgresql-common/createcluster.d/vitalwire-install.conf
  local status=0
  apt_get update
  as_root mkdir -p "${no_cluster%/*}"
  printf 'create_main_cluster = false\n' | as_root tee "$no_cluster" >/dev/null
  if [ -t 1 ]; then
    apt_get install -y --no-install-recommends "$@" </dev/null || status=$?
  else
    apt_get install -y --no-install-recommends "$@" </dev/null >"$cache/apt.log" 2>&1 || status=$?
    [ "$status" = 0 ] || tail -n 50 "$cache/apt.log"
  fi
  as_root rm -f "$no_cluster"
  case " $* " in *" mosquitto "*) stop_the_system_s_broker ;; esac
  return "$status"
}

install_packages() { # GOAL
  [ "${#packages[@]}" = 0 ] && return
  if ! may_use_apt; then
    {
      printf 'These are missing, and only root can install them here:\n'
      printf '  - %s\n' "${reasons[@]}"
      if has apt-get; then
        printf 'Run this once, then the same make target again:\n'
        printf '  sudo apt-get update && sudo apt-get install --no-install-recommends %s\n' "${packages[*]}"
      else
        printf 'Install them with your system'"'"'s package manager, then run the same make target again.\n'
      fi
    } >&2
    exit 1
  fi
  say "installing with apt: ${packages[*]}"
  apt_install "${packages[@]}" || die "apt could not install: ${packages[*]}"
  packages=() reasons=()
  needs_of "$1"
  [ "${#packages[@]}" = 0 ] || die "apt's versions are too old: $(printf '%s; ' "${reasons[@]}")install newer ones"
}

# --- tools of our own, in the cache -----------------------------------------------------------------------------

cargo_tool() { # NAME VERSION OLDEST: takes one from PATH that is new enough, else builds VERSION
  local name=$1 version=$2 oldest=$3 found
  found=$("$name" "${name#cargo-}" --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true)
  [ -n "$found" ] && at_least "$found" "$oldest" && return
  say "building $name $version, once; this takes a few minutes"
  CARGO_TARGET_DIR=$cache/tools-target cargo install "$name" --version "$version" --locked --root "$tools"
  rm -rf "$cache/tools-target"
}

python_venv() {
  local wanted
  wanted="${python_packages[*]} $(python3 --version)"
  [ -x "$venv/bin/python" ] && [ "$(cat "$venv/installed" 2>/dev/null)" = "$wanted" ] && return
  say "installing into a Python environment of its own: ${python_packages[*]}"
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${python_packages[@]}"
  printf '%s\n' "$wanted" >"$venv/installed"
}

node_modules() { # FOLDER: npm ci, when the lock file changed since the last time
  local folder=$1 wanted
  [ -f "$folder/package.json" ] || return 0
  [ -f "$folder/package-lock.json" ] || die "$folder has a package.json but no package-lock.json"
  wanted="$(cksum <"$folder/package-lock.json") $(node --version)"
  [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" = "$wanted" ] && return
  say "installing $folder's node packages"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  printf '%s\n' "$wanted" >"$folder/node_modules/.installed"
}

goal=${1:-}
case $goal in
  build | demo | test | lint | bench | soak) ;;
  *) die "usage: install.sh build|demo|test|lint|bench|soak" ;;
esac
mkdir -p "$cache"
needs_of "$goal"
install_packages "$goal"
case $goal in
  test | soak)
    python_venv
    node_modules tests
    cargo_tool cargo-nextest "$nextest_version" "$nextest_oldest"
    ;;&
  soak) cargo_tool cargo-fuzz "$fuzz_version" "$fuzz_version" ;;
  lint) cargo_tool cargo-deny "$deny_version" "$deny_version" ;;
esac
