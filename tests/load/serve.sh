#!/usr/bin/env bash
# Serves the release build in the foreground on a database of the caller's, with 1,000 imported blood-pressure devices
# D000000 … D000999, whose tokens are token-000000 … token-000999. For load tests on a developer's machine.
#   serve.sh DSN PORT
set -euo pipefail
dsn=${1:?usage: serve.sh DSN PORT} port=${2:?usage: serve.sh DSN PORT}
top=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/vitalwire/target}
server=$target/release/vitalwire-server
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT

[ -x "$server" ] || (cd "$top" && CARGO_TARGET_DIR=$target cargo build --release -p vitalwire-server)
options=(--database-url "$dsn" --data-dir "$data" --insecure-dev)
for number in $(seq -f %06.0f 0 999); do
  echo "D$number,Acme,Bench cuff,blood_pressure,token-$number"
done | { echo "serial,maker,model,kind,token"; cat; } >"$data/devices.csv"
"$server" "${options[@]}" devices import --customer "Bench clinic" "$data/devices.csv"
rm "$data/devices.csv"
# Not exec: the folder with the key goes when the server does.
"$server" "${options[@]}" --listen "127.0.0.1:$port" serve &
server_pid=$!
trap 'kill "$server_pid" 2>/dev/null; wait "$server_pid" || true; rm -rf "$data"' EXIT
trap 'exit 0' INT TERM
wait "$server_pid"
