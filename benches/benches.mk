# What is measured with: Debian's packages, unpacked where the system does not have the program and anybody may.

MEASURED_WITH := $(INSTALLED) target/valgrind/.ready $(NODE_BIN)/wasm-opt

target/valgrind/.ready: PACKAGES := valgrind
target/h2load/.ready: PACKAGES := nghttp2-client libnghttp2-14 libev4 libjemalloc2

target/valgrind/.ready target/h2load/.ready: target/%/.ready:
	@mkdir -p $(@D)
	@command -v $* >/dev/null || { cd $(@D) && apt-get --quiet=2 download $(PACKAGES) && for package in *.deb; do dpkg -x $$package .; done; } \
		|| { echo "$* is missing and cannot be fetched: install your system's package $(firstword $(PACKAGES))" >&2; exit 1; }
	@touch $@
