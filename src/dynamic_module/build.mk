# The filter as a shared library that Envoy loads.

VERSION := $(call PACKAGE,version)
LIBRARY := dist/libbluegreen-$(VERSION).so
# What a ConfigMap of Kubernetes holds, less its name and what is around it.
LIBRARY_LIMIT := 1000000
PROVOKED_LIBRARY := target/provoked/native/libbluegreen_dynamic_module.so
NATIVE_SOURCES := Cargo.toml Cargo.lock $(shell find src/rules src/dynamic_module -name '*.rs' -o -name Cargo.toml)

# Rust takes the unwinder from libgcc_s.so.1, which Envoy's image does not have. A linker script of
# that name, found first, takes it from the static library.
UNWINDER := target/unwinder
UNWINDER_FLAGS := -C link-arg=-L$(CURDIR)/$(UNWINDER)

# Envoy unloads a library that no configuration uses. A thread of ours may be in it, and what guards have
# done would be forgotten.
STAY_FLAGS := -C link-arg=-Wl,-z,nodelete

$(LIBRARY): target/module/native/libbluegreen_dynamic_module.so src/dynamic_module/callbacks-1.38.txt
	@mkdir -p dist
	@$(call CHECK_LIBRARY,$<)
	@size=$$(wc -c < $<); echo "$@: $$size bytes, of $(LIBRARY_LIMIT) at most; needs glibc $$($(call GLIBC,$<))"; [ $$size -le $(LIBRARY_LIMIT) ]
	@cp $< $@.new && mv $@.new $@

# $(call COMPILE_NATIVE,target directory,more flags of rustc): Cargo drops `lto = true` without a word where
# a crate cannot have it, so rustc's own command line has to show it; a fresh package shows none.
define COMPILE_NATIVE
	@mkdir -p $(1)
	@cargo clean --quiet --locked --profile native --package bluegreen-dynamic-module --target-dir $(1)
	RUSTFLAGS='$(UNWINDER_FLAGS) $(STAY_FLAGS) $(2)' cargo build --verbose --locked --profile native --package bluegreen-dynamic-module \
		--target-dir $(1) 2>&1 | tee $(1)/native.log | sed -E '/^ *(Running|Fresh|Dirty) /d'
	@grep -qE 'rustc --crate-name bluegreen_dynamic_module .* -C lto(=fat)? ' $(1)/native.log \
		|| { echo "rustc was not told to do link-time optimization; its command line is in $(1)/native.log" >&2; exit 1; }
	@touch $@
endef

target/module/native/libbluegreen_dynamic_module.so: $(NATIVE_SOURCES) $(UNWINDER)/libgcc_s.so
	$(call COMPILE_NATIVE,target/module)

# The same, but a hook panics that the environment variable BLUEGREEN_PANIC_IN names.
$(PROVOKED_LIBRARY): $(NATIVE_SOURCES) $(UNWINDER)/libgcc_s.so
	$(call COMPILE_NATIVE,target/provoked,--cfg provoked_panics)

$(UNWINDER)/libgcc_s.so:
	@mkdir -p $(@D)
	@echo 'INPUT($(shell gcc -print-file-name=libgcc_eh.a) $(shell gcc -print-file-name=libgcc.a))' > $@

# Envoy looks for a function when it loads the library: an unknown one, or a library that its image
# does not have, refuses the configuration.
define CHECK_LIBRARY
unknown=$$(nm --dynamic --undefined-only $(1) | grep -o 'envoy_dynamic_module_callback_[a-z0-9_]*' \
	| sed 's/^envoy_dynamic_module_callback_//' | sort | comm -23 - <(grep -v '^#' src/dynamic_module/callbacks-1.38.txt | sort)); \
[ -z "$$unknown" ] || { echo "Envoy 1.38 has no such functions:" $$unknown >&2; exit 1; }; \
further=$$(readelf --dynamic $(1) | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^libc\.so\.6$$\|^libm\.so\.6$$\|^ld-linux-x86-64\.so\.2$$' || true); \
[ -z "$$further" ] || { echo "Envoy's image has no such libraries:" $$further >&2; exit 1; }
endef

GLIBC = objdump --dynamic-syms $(1) | grep -v ' w ' | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort --version-sort | tail -1
