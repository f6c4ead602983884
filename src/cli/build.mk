# The program `bluegreen`, in one file that runs in any Linux where rustc can link it so: with musl, or
# else with the C library in it.

PROGRAM_LIMIT := 12000000
PROGRAM_SOURCES := Cargo.toml Cargo.lock $(shell find src/rules src/cli -name '*.rs' -o -name Cargo.toml)
HOST_TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
MUSL_TARGET := $(subst -gnu,-musl,$(HOST_TARGET))
PROGRAM_TARGET := $(shell [ -d "$$(rustc --target $(MUSL_TARGET) --print target-libdir 2>/dev/null)" ] \
	&& echo $(MUSL_TARGET) || echo $(HOST_TARGET))

build: dist/bluegreen

dist/bluegreen: $(PROGRAM_SOURCES)
	@mkdir -p dist
	RUSTFLAGS='-C target-feature=+crt-static' cargo build --quiet --release --locked --package bluegreen-cli --target $(PROGRAM_TARGET)
	@cp target/$(PROGRAM_TARGET)/release/bluegreen $@.new
	@size=$$(wc -c < $@.new); echo "$@: $$size bytes, of $(PROGRAM_LIMIT) at most"; [ $$size -le $(PROGRAM_LIMIT) ]
	@mv $@.new $@

# Where cargo puts programs: ~/.cargo/bin, unless you say another place.
install:
	cargo install --quiet --locked --path src/cli
	@bin=$${CARGO_INSTALL_ROOT:-$${CARGO_HOME:-$$HOME/.cargo}}/bin; ln -sf bluegreen "$$bin/kubectl-bluegreen"; \
	echo "installed: $$bin/bluegreen, $$bin/kubectl-bluegreen"

test-cli: ## the program: against the filter, the vectors, and what its documents show
	cargo test --quiet --locked --package bluegreen-cli
	CLI_CONFIGURATIONS=100000 cargo test --quiet --locked --package bluegreen-tests --test cli -- --include-ignored

.PHONY: install test-cli
