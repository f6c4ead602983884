# An OCI image of the filter, made without Docker.

IMAGE_SOURCE ?= https://example.com/bluegreen
IMAGE ?= registry.example.com/bluegreen:$(call PACKAGE,version)

dist/image/index.json: dist/bluegreen.wasm target/image/image LICENSE Cargo.toml
	target/image/image -wasm $< -licence LICENSE -out $(@D) -source '$(IMAGE_SOURCE)' -licenses '$(call PACKAGE,license)' \
		-version '$(call PACKAGE,version)' -description '$(call PACKAGE,description)'

# Beside it comes crane, which pushes.
target/image/image: $(wildcard envoy/image/*.go envoy/image/go.*)
	@mkdir -p $(@D)
	cd envoy/image; $(GO_BUILD) -o $(CURDIR)/$(@D)/ . tool
	@touch $@
