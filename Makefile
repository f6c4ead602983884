# `make help` lists what there is to do. All that is installed goes below target/, pinned, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

BINARYEN := 132.0.0
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)

PYTHON := target/python/bin/python
NODE_BIN := target/node/node_modules/.bin
SOURCES := Cargo.toml Cargo.lock $(shell find src -name '*.rs')

# The callbacks that Envoy is to make. The SDK exports a dozen more, and each of them that is
# called for a stream costs it as much as ten headers.
EXPORTS := memory _initialize proxy_abi_version_0_2_1 proxy_on_memory_allocate \
	proxy_on_vm_start proxy_on_configure proxy_on_context_create \
	proxy_on_request_headers proxy_on_response_headers proxy_on_delete

# What rustc's wasm32-wasip1 uses and every engine in Envoy has.
WASM_FEATURES := --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals \
	--enable-multivalue --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext

## Main jobs

run: build target/python/.installed ## a tour: real models, real Envoy, a rollback under load (ONCE=1 ends by itself)
	$(PYTHON) -m tests.tour

build: dist/bluegreen.wasm ## the filter: dist/bluegreen.wasm

test: test-rules test-wasm32 test-envoy ## all tests, from pure rules to a real Envoy

lint: target/python/.installed target/.wasm32-wasip1 ## formatting, clippy, and whether generated files are fresh
	cargo fmt --check
	cargo clippy --quiet --locked --all-targets -- --deny warnings
	cargo clippy --quiet --locked --target wasm32-wasip1 -- --deny warnings
	cargo clippy --quiet --locked --features schema --bin schema -- --deny warnings
	cargo run --quiet --locked --features schema --bin schema | diff envoy/bluegreen.schema.json -
	$(PYTHON) tests/oracle/check_vectors.py

schema: ## writes envoy/bluegreen.schema.json, which editors read
	cargo run --quiet --locked --features schema --bin schema > target/schema.json
	mv target/schema.json envoy/bluegreen.schema.json

bench: ## criterion: matching, keys, buckets, decisions, whole requests, and reading a configuration
	cargo bench --locked

clean: ## removes everything that was built or installed
	rm -rf target dist

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1@\2/p' $(MAKEFILE_LIST) | column -t -s @

## Parts of the tests

test-rules: target/oracle/decisions.jsonl ## rules and properties, natively; 100,000 decisions against the oracle
	cargo test --quiet --locked -- --include-ignored

test-wasm32: target/.wasm32-unknown-unknown target/tools/bin/wasm-bindgen-test-runner ## the same vectors on wasm32, in Node
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=target/tools/bin/wasm-bindgen-test-runner \
		cargo test --locked --target wasm32-unknown-unknown --test rules

test-envoy: build target/python/.installed ## end to end, through a real Envoy
	$(PYTHON) -m pytest -q tests/envoy

## Artefacts and tools

dist/bluegreen.wasm: target/wasm32-wasip1/release/bluegreen.wasm target/exports.json
	@mkdir -p dist
	$(NODE_BIN)/wasm-metadce $< --graph-file target/exports.json $(WASM_FEATURES) -o target/lean.wasm >/dev/null
	$(NODE_BIN)/wasm-opt target/lean.wasm $(WASM_FEATURES) -O3 --converge --strip-producers -o target/small.wasm
	@size=$$(wc -c < target/small.wasm); echo "$@: $$size bytes, of 400000 at most"; [ $$size -le 400000 ]
	@mv target/small.wasm $@

target/wasm32-wasip1/release/bluegreen.wasm: $(SOURCES) | target/.wasm32-wasip1
	cargo build --locked --release --target wasm32-wasip1 --lib
	@touch $@

target/exports.json: Makefile $(NODE_BIN)/wasm-opt
	@printf '[%s]\n' "$$(printf '{"name": "%s", "root": true, "export": "%s"},' \
		$(foreach export,$(EXPORTS),$(export) $(export)) | sed 's/,$$//')" > $@

target/oracle/decisions.jsonl: $(wildcard tests/oracle/*.py) target/python/.installed
	@mkdir -p $(@D)
	$(PYTHON) tests/oracle/generate.py --seed 20261123 --groups 2000 --cases 50 > $@

target/python/.installed: tests/requirements.txt
	python3 -m venv --clear target/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(NODE_BIN)/wasm-opt: target/node/.binaryen-$(BINARYEN)

target/node/.binaryen-$(BINARYEN):
	npm install --silent --no-fund --no-audit --prefix target/node binaryen@$(BINARYEN)
	@touch $@

target/tools/bin/wasm-bindgen-test-runner: Cargo.lock
	cargo install --quiet --locked --root target/tools wasm-bindgen-cli@$(WASM_BINDGEN)
	@touch $@

# Rust's standard library for a target: by rustup, or as it is where Rust came another way.
target/.%:
	@mkdir -p target
	@if command -v rustup >/dev/null; then rustup target add $*; \
	elif ! [ -d "$$(rustc --target $* --print target-libdir)" ]; then \
		echo "Rust has no standard library for $* here, and there is no rustup to add it" >&2; exit 1; fi
	@touch $@

.PHONY: run build test lint schema bench clean help test-rules test-wasm32 test-envoy
