# `make help` lists the verbs. Each folder's build is beside what it builds: the files that are included here.
# Everything that is installed goes below target/, pinned, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

include src/toolchain.mk
include src/proxy_wasm/build.mk
include src/cli/build.mk
include src/dynamic_module/build.mk
include tests/tests.mk
include tests/prometheus.mk
include tests/browser/browser.mk
include envoy/image/image.mk
include tests/mesh/mesh.mk
include tests/controllers/controllers.mk
include benches/benches.mk
include envoy/observability/observability.mk
include tests/alertmanager/alertmanager.mk

## Main jobs

run: $(if $(NATIVE),build-native,build) $(INSTALLED) target/prometheus/prometheus ## a tour: real models, real Envoy, a rollback under load (ONCE=1 ends by itself, NATIVE=1 takes the dynamic module)
	$(if $(NATIVE),ARTEFACT=native) $(PYTHON) -m tests.tour

build: dist/bluegreen.wasm ## the filter: dist/bluegreen.wasm, and the program: dist/bluegreen

build-native: $(LIBRARY) ## the filter as a dynamic module of Envoy: dist/libbluegreen-VERSION.so

test: test-rules test-wasm32 test-envoy ## all tests, from pure rules to a real Envoy

lint: $(INSTALLED) target/.wasm32-wasip1 ## formatting, clippy, and whether generated files are fresh
	cargo fmt --check
	cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
	cargo clippy --quiet --locked --package bluegreen-proxy-wasm --target wasm32-wasip1 -- --deny warnings
	cargo run --quiet --locked --bin bluegreen -- schema | diff envoy/bluegreen.schema.json -
	$(PYTHON) -m tests.oracle.check_vectors
	@if command -v gofmt >/dev/null; then gofmt -l envoy tests | diff /dev/null -; fi

install: ## the program for your shell, and as `kubectl bluegreen`

schema: ## writes envoy/bluegreen.schema.json, which editors read
	cargo run --quiet --locked --bin bluegreen -- schema > target/schema.json
	mv target/schema.json envoy/bluegreen.schema.json

dashboard: ## what Grafana and the operator of Prometheus read: envoy/observability/dashboard.json and prometheus-rule.yaml

bench: build $(MEASURED_WITH) ## what a request costs in instructions of Envoy, against Lua and the host's floor
	$(PYTHON) -m benches.instructions

clean: ## removes everything that was built or installed
	rm -rf target dist

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1@\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s @

.PHONY: run build build-native test lint schema dashboard bench clean help

## Parts of the tests

test-rules: target/oracle/decisions.jsonl ## rules and properties, natively; 100,000 decisions against the oracle; the suite's own structure
	cargo test --quiet --locked --workspace -- --include-ignored
	$(PYTHON) -m pytest -q tests/structure

test-wasm32: target/.wasm32-unknown-unknown $(WASM_BINDGEN_RUNNER) ## the same vectors on wasm32, in Node
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(WASM_BINDGEN_RUNNER) \
		cargo test --locked --package bluegreen-tests --target wasm32-unknown-unknown --test rules

fuzz: ## configurations, headers, metadata and overrides of any bytes (FUZZ_INPUTS a target, 1,000,000 unless given)
	FUZZ_INPUTS=$${FUZZ_INPUTS:-1000000} cargo test --release --locked --package bluegreen-tests --test fuzz -- --nocapture

fuzz-native: ## requests of any bytes through the module's C boundary, under AddressSanitizer and Miri of nightly Rust (FUZZ_REQUESTS, 10,000,000 unless given)
	FUZZ_REQUESTS=$${FUZZ_REQUESTS:-10000000} RUSTFLAGS=-Zsanitizer=address cargo +nightly test --release --locked --package bluegreen-dynamic-module \
		--lib --target x86_64-unknown-linux-gnu --target-dir target/sanitized -- --nocapture
	MIRIFLAGS='-Zmiri-disable-isolation -Zmiri-permissive-provenance' cargo +nightly miri test --locked --package bluegreen-dynamic-module \
		--lib --target-dir target/miri -- --nocapture

test-envoy: build build-native $(PROVOKED_LIBRARY) $(INSTALLED) $(NAMED_ENVOY) ## end to end, through a real Envoy (ENVOY=1.36.4 for another version)
	$(PYTHON) -m pytest -q tests/envoy

test-native: build build-native $(PROVOKED_LIBRARY) $(INSTALLED) $(NAMED_ENVOY) ## the same with the dynamic module in the filter's place (ENVOY=1.38.2 and later)
	ARTEFACT=native $(PYTHON) -m pytest -q tests/envoy

test-observability: build $(INSTALLED) $(NAMED_ENVOY) $(PROMETHEUS) $(ALERTMANAGER) $(DASHBOARD_PYTHON) ## metrics, rules, alerts and the dashboard, by a real Prometheus that scrapes real Envoys
	$(PYTHON) -m pytest -q tests/observability

test-browser: build $(BROWSER) $(INSTALLED) $(NAMED_ENVOY) ## a real browser: cookies, first requests, preflights, login, streams through a rollback
	$(PYTHON) -m pytest -q tests/browser

.PHONY: test-rules test-wasm32 fuzz fuzz-native test-envoy test-native test-observability test-browser

## In a real mesh

test-mesh: build build-native image $(MESH_PROGRAMS) $(INSTALLED) $(NAMED_ENVOY) ## in a mesh of Istio's istiod, Kubernetes' API and Envoys (ISTIO=1.30 for the one before)
	ISTIO=$(ISTIO) $(PYTHON) -m pytest -q tests/mesh

test-controllers: build image $(CONTROL_PLANE) $(CONTROLLER_PROGRAMS) $(PROMETHEUS) $(INSTALLED) $(NAMED_ENVOY) ## with Flagger, Argo Rollouts, and Istio's agent with mTLS, in network namespaces
	ISTIO=$(ISTIO) $(ISOLATED) $(PYTHON) -m pytest -q tests/controllers

mesh-tools: $(CONTROL_PLANE) ## its programs, by Go: kube-apiserver, kubectl, etcd, istiod, istioctl

.PHONY: test-mesh test-controllers mesh-tools

## An image, which Istio and Envoy Gateway pull

image: dist/image/index.json ## dist/image: an OCI image of the filter, which Istio and Envoy Gateway pull (IMAGE_SOURCE=https://…)

push-image: image ## pushes it, e.g. IMAGE=registry.example.com/bluegreen:0.1.0
	target/image/crane push dist/image $(IMAGE)

.PHONY: image push-image

## What it costs

bench-accept: build $(MEASURED_WITH) ## the same, and commits to it: benches/results
	$(PYTHON) -m benches.instructions accept

bench-check: build $(MEASURED_WITH) ## fails if a case got more than 3 % more expensive than benches/results
	$(PYTHON) -m benches.instructions check

bench-growth: build $(MEASURED_WITH) ## instructions with more deployments, headers, cookies and keys
	$(PYTHON) -m benches.growth

bench-time: build $(MEASURED_WITH) target/h2load/.ready ## proxies side by side: answers, processor time, latency, memory, start
	$(PYTHON) -m benches.times

bench-size: target/size/bluegreen.wasm $(INSTALLED) ## what takes the space in the filter, by crate
	$(PYTHON) -m benches.size $<

bench-rules: ## criterion: matching, keys, buckets, decisions, whole requests, and reading a configuration
	cargo bench --locked --package bluegreen-tests --bench filter

bench-hostile: target/valgrind/.ready ## hostile requests and configurations, in instructions; fails if a goal is missed
	cargo bench --quiet --locked --package bluegreen-tests --bench hostile

bench-guard: ## the guard, simulated: false alarms and delays; few runs, fails if a goal is missed
	cargo bench --locked --package bluegreen-tests --bench guard

bench-guard-accept: ## the same with all runs, in a quarter of an hour, and commits to it: benches/results/guard.md
	cargo bench --locked --package bluegreen-tests --bench guard -- accept

.PHONY: bench-accept bench-check bench-growth bench-time bench-size bench-rules bench-hostile bench-guard bench-guard-accept
