# The commands of the house. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

# What is built or downloaded lives here and survives a fresh clone. (Names in VITALWIRE_… belong to the server's own
# configuration, which refuses what it does not know.)
export VW_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vitalwire
export CARGO_TARGET_DIR ?= $(VW_CACHE)/target
# The Python of the tests, with the reference libraries they check against.
export VW_PYTHON ?= $(VW_CACHE)/venv/bin/python
export PATH := $(VW_CACHE)/tools/bin:$(PATH):$(HOME)/.cargo/bin

# In CI the lock file is law; a developer's build may add what a manifest just asked for.
locked := $(if $(CI),--locked)
server := $(CARGO_TARGET_DIR)/release/vitalwire-server
bench := ../shared/bench/ingest.sh

.PHONY: help demo test lint bench soak build fmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The program takes the shell's place, so that Ctrl-C reaches it and its clean end is make's.
demo: ## a whole Vitalwire with simulated devices and a sample customer; Ctrl-C stops it, the next start goes on
	@infra/dev/install.sh demo
	@$(MAKE) build
	@exec "$(server)" demo

build: ## the server's release build
	@infra/dev/install.sh build
	@echo "==> building the release"
	@cargo build $(locked) --release -p vitalwire-server

test: ## every test, as CI runs them
	@infra/dev/install.sh test
	@echo "==> building the programs and their tests"
	@cargo build $(locked) --workspace --lib --bins --tests
	@echo "==> running the tests"
	@cargo nextest run $(locked) --workspace
	@echo "==> running the examples in the documentation"
	@cargo test $(locked) --workspace --doc --quiet

soak: ## each decoder fuzzed for VW_FUZZ_SECONDS (300), then the same tests at full length and those marked ignored: hours
	@infra/dev/install.sh soak
	@infra/dev/fuzz.sh
	@echo "==> running the tests at full length"
	@cargo build $(locked) --workspace --lib --bins --tests
	@VW_SOAK=1 PROPTEST_CASES=$${PROPTEST_CASES:-10000} \
		cargo nextest run $(locked) --workspace --profile soak --run-ignored all

lint: ## format, lengths, lock file, shell scripts, dependencies, clippy; a warning is an error
	@infra/dev/install.sh lint
	@echo "==> cargo fmt --check"
	@cargo fmt --all --check
	@echo "==> no source file over 500 lines"
	@infra/dev/lengths.sh
	@echo "==> Cargo.lock is up to date"
	@cargo metadata --locked --format-version 1 >/dev/null
	@echo "==> shellcheck"
	@git ls-files -z -- '*.sh' .ci/run | xargs -0 shellcheck
	@echo "==> cargo deny: bans, licences, sources"
	@cargo deny --log-level error check --hide-inclusion-graph bans licenses sources
	@echo "==> cargo deny: advisories"
	@infra/dev/advisories.sh
	@echo "==> clippy"
	@cargo clippy $(locked) --workspace --all-targets -- -D warnings

fmt: ## formats the code
	@cargo fmt --all

bench: ## every number of DESIGN §8 in one table, beside its goals and its peers; see tests/load/README.md
	@infra/dev/install.sh bench
	@$(MAKE) build
	@echo "==> building the load generator"
	@cargo build $(locked) --release -p vitalwire-tests --bins
	@PEER_VENV="$(VW_CACHE)/peer-venv" exec "$(CARGO_TARGET_DIR)/release/vitalwire-bench" --ingest $(bench) --project "$(CURDIR)"
