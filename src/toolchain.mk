# What Rust and Go need to build for other targets.

# Rust's standard library for a target: by rustup, or as it is where Rust came another way.
target/.%:
	@mkdir -p target
	@if command -v rustup >/dev/null; then rustup target add $*; \
	elif ! [ -d "$$(rustc --target $* --print target-libdir)" ]; then \
		echo "Rust has no standard library for $* here, and there is no rustup to add it" >&2; exit 1; fi
	@touch $@

# A program that runs in any Linux, with the same bytes from the same sources.
GO_BUILD := CGO_ENABLED=0 go build -trimpath

# A key of the workspace's package: $(call PACKAGE,version).
PACKAGE = $(shell sed -n 's/^$(1) = "\(.*\)"/\1/p' Cargo.toml | head -1)
