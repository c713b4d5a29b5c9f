#!/usr/bin/env bash
# Runs the fuzz targets one after the other, each for VW_FUZZ_SECONDS (300), and stops at the first finding.
#   fuzz.sh [TARGET...]        all of them where none is named
# What is found to be worth keeping stays in the cache, so that the next run goes on where this one ended. `fuzz/README.md`
# says which settings were tried; VW_FUZZ_SANITIZER=address is slower and looks into memory too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${VW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vitalwire}/fuzz
PATH=${cache%/fuzz}/tools/bin:$PATH:$HOME/.cargo/bin
seconds=${VW_FUZZ_SECONDS:-300}
sanitizer=${VW_FUZZ_SANITIZER:-none}
[ "$sanitizer" = none ] || export RUSTC_BOOTSTRAP=1 ASAN_OPTIONS=detect_odr_violation=0
# Each setting has a folder of its own: cargo remembers what a compiler refused in another one.
export CARGO_TARGET_DIR=$cache/target-$sanitizer
programs=$CARGO_TARGET_DIR/$(rustc -vV | sed -n 's/^host: //p')/release

say() { printf '==> %s\n' "$*"; }

targets=("$@")
[ "$#" -gt 0 ] || mapfile -t targets < <(cargo fuzz list)

say "building the fuzz targets; the first time this takes a quarter of an hour"
cargo fuzz build --sanitizer "$sanitizer" --codegen-units 16

for target in "${targets[@]}"; do
  corpus=$cache/corpus/$target findings=$cache/findings/$target
  mkdir -p "$corpus" "$findings"
  say "fuzzing $target for $seconds s"
  log=$findings/log
  # A message is 16 KiB at most, and what is slow or takes much memory is a finding as well.
  if ! "$programs/$target" "$corpus" "fuzz/seeds/$target" -artifact_prefix="$findings/" \
    -dict=fuzz/words.dict -max_len=16384 -timeout=10 -rss_limit_mb=2048 -max_total_time="$seconds" -print_final_stats=1 \
    >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    printf 'fuzz.sh: %s has a finding: %s\n' "$target" "$(sed -n 's/.*Test unit written to //p' "$log")" >&2
    exit 1
  fi
  grep -E '^#[0-9]+.*DONE' "$log"
done
say "no finding"
