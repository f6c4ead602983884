# The filter for WebAssembly: rustc's module, linked with the names of the callbacks, reduced to what Envoy
# calls, and optimized.

BINARYEN := 132.0.0
NODE_BIN := target/node/node_modules/.bin
CALLBACKS := src/proxy_wasm/exports.wat
WASM_SOURCES := Cargo.toml Cargo.lock $(shell find src/rules src/proxy_wasm -name '*.rs' -o -name Cargo.toml)
WASM_LIMIT := 400000

# The callbacks that Envoy is to make. The SDK exports a dozen more, and each of them that is called for a
# stream costs it as much as ten headers.
EXPORTS := memory _initialize proxy_abi_version_0_2_1 proxy_on_memory_allocate \
	proxy_on_vm_start proxy_on_configure proxy_on_context_create \
	proxy_on_request_headers proxy_on_request_trailers proxy_on_response_headers proxy_on_response_trailers \
	proxy_on_log proxy_on_tick

# What rustc's wasm32-wasip1 uses and every engine in Envoy has.
WASM_FEATURES := --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals \
	--enable-multivalue --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext

# Signed overrides are rare: SHA-256 takes a fifth of the space where its rounds are a loop. Places in the
# sources of libraries, which panics name, are the same on every machine.
WASM_FLAGS := CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS='--cfg sha2_backend_soft="compact" --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/='

# Cargo drops `lto = true` without a word where a crate cannot have it (rust-lang/cargo#9672), so rustc's own
# command line has to show it. The package is cleaned before, for a fresh one shows no command line.
# $(call COMPILE,target directory,where the module goes,more flags)
define COMPILE
	@mkdir -p $(1) $(dir $(2))
	@cargo clean --quiet --locked --profile wasm --package bluegreen-proxy-wasm --target wasm32-wasip1 --target-dir $(1)
	$(WASM_FLAGS) cargo build --verbose --locked --profile wasm --package bluegreen-proxy-wasm --target wasm32-wasip1 --target-dir $(1) $(3) 2>&1 \
		| tee $(1)/wasm.log | sed -E '/^ *(Running|Fresh|Dirty) /d'
	@grep -qE 'rustc --crate-name bluegreen_proxy_wasm .* -C lto(=fat)? ' $(1)/wasm.log \
		|| { echo "rustc was not told to do link-time optimization; its command line is in $(1)/wasm.log" >&2; exit 1; }
	@cp $(1)/wasm32-wasip1/wasm/bluegreen_proxy_wasm.wasm $(2)
endef

# $(call LINK,from,to,a flag of each step,more of the last)
define LINK
	$(NODE_BIN)/wasm-merge $(CALLBACKS) envoy $(1) bluegreen --skip-export-conflicts $(WASM_FEATURES) $(3) -o $(2)
	$(NODE_BIN)/wasm-metadce $(2) --graph-file target/exports.json $(WASM_FEATURES) $(3) -o $(2) >/dev/null
	$(NODE_BIN)/wasm-opt $(2) $(WASM_FEATURES) -Os --converge $(3) $(4) -o $(2)
endef

dist/bluegreen.wasm: target/filter/compiled.wasm $(CALLBACKS) target/exports.json
	@mkdir -p dist
	$(call LINK,$<,target/filter/linked.wasm,,--strip-producers --strip-target-features)
	@size=$$(wc -c < target/filter/linked.wasm); echo "$@: $$size bytes, of $(WASM_LIMIT) at most"; [ $$size -le $(WASM_LIMIT) ]
	@mv target/filter/linked.wasm $@

target/filter/compiled.wasm: $(WASM_SOURCES) | target/.wasm32-wasip1
	$(call COMPILE,target,$@)

# The same with the names of its functions.
target/size/bluegreen.wasm: dist/bluegreen.wasm
	$(call COMPILE,target/size,target/size/compiled.wasm,--config 'profile.wasm.strip="none"')
	$(call LINK,target/size/compiled.wasm,$@,-g)

target/exports.json: src/proxy_wasm/build.mk $(NODE_BIN)/wasm-opt
	@printf '[%s]\n' "$$(printf '{"name": "%s", "root": true, "export": "%s"},' \
		$(foreach export,$(EXPORTS),$(export) $(export)) | sed 's/,$$//')" > $@

$(NODE_BIN)/wasm-opt: target/node/.binaryen-$(BINARYEN)

target/node/.binaryen-$(BINARYEN):
	npm install --silent --no-fund --no-audit --prefix target/node binaryen@$(BINARYEN)
	@touch $@
