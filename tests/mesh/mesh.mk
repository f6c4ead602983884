# The programs of a mesh, by Go, whose own caches make a second build a matter of seconds.

ISTIO ?= 1.31
KUBERNETES := $(shell sed -nE 's/.*k8s\.io\/kubernetes v([0-9.]+).*/\1/p' tests/mesh/kubernetes/go.mod)

# Its programs by name: the modules have more, which tests/controllers builds.
ISTIO_PROGRAMS := istio.io/istio/istioctl/cmd/istioctl istio.io/istio/pilot/cmd/pilot-discovery
KUBERNETES_PROGRAMS := go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl

# Names what was built from what.
MESH_HASH = $(shell cat tests/mesh/$(1)/go.mod tests/mesh/$(1)/go.sum | sha256sum | cut -c 1-12)
MESH_ISTIO := target/mesh/istio-$(ISTIO)/.built-$(call MESH_HASH,istio-$(ISTIO))
MESH_KUBERNETES := target/mesh/kubernetes/.built-$(call MESH_HASH,kubernetes)
CONTROL_PLANE := $(MESH_KUBERNETES) $(MESH_ISTIO)
MESH_PROGRAMS := $(CONTROL_PLANE) target/mesh/image/fetch target/mesh/gateway/translate

# Says what is being built, and how long it took.
BUILDING = echo "$(1): building$(2), which takes minutes unless Go has it in its cache"; began=$$SECONDS
BUILT = echo "$(1): built in $$((SECONDS - began)) s"

$(MESH_ISTIO):
	@rm -rf $(@D) && mkdir -p $(@D)/definitions
	@$(call BUILDING,$(@D), istiod and istioctl); \
	cd tests/mesh/istio-$(ISTIO); \
	$(GO_BUILD) -ldflags '-s -w -X istio.io/istio/pkg/version.buildVersion=$(ISTIO)' -o $(CURDIR)/$(@D)/ $(ISTIO_PROGRAMS); \
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
	$(GO_BUILD) -ldflags "-s -w $$(version Version v$(KUBERNETES)) $$(version Major 1) $$(version Minor $(word 2,$(subst ., ,$(KUBERNETES))))" \
		-o $(CURDIR)/$(@D)/ $(KUBERNETES_PROGRAMS); \
	mv $(CURDIR)/$(@D)/server $(CURDIR)/$(@D)/etcd; \
	$(call BUILT,$(@D))
	@touch $@

# Istio's fetcher of images, and Envoy Gateway's translation.
target/mesh/image/fetch: $(wildcard tests/mesh/image/*)
target/mesh/gateway/translate: $(wildcard tests/mesh/gateway/*)
target/mesh/image/fetch target/mesh/gateway/translate:
	@mkdir -p $(@D)
	@$(call BUILDING,$@); \
	cd tests/mesh/$(notdir $(@D)); $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$@ .; \
	$(call BUILT,$@)
	@touch $@
