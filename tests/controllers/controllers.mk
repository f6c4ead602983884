# The programs that move traffic in a mesh, by Go, beside those of tests/mesh: Flagger, Argo Rollouts, and what they need.

CONTROLLERS := target/controllers
CONTROLLER_MODULES := kwok rollouts flagger
CONTROLLER_HASH = $(shell cat tests/controllers/$(1)/go.mod tests/controllers/$(1)/go.sum | sha256sum | cut -c 1-12)
CONTROLLER_PROGRAMS := $(foreach module,$(CONTROLLER_MODULES),$(CONTROLLERS)/$(module)/.built-$(call CONTROLLER_HASH,$(module))) \
	$(CONTROLLERS)/kubernetes/.built-$(call MESH_HASH,kubernetes) $(CONTROLLERS)/istio-$(ISTIO)/.built-$(call MESH_HASH,istio-$(ISTIO))

# Where its tests run: a network of their own, in which pods have addresses, and a process table of their own, which ends with
# the command whatever ends it.
ISOLATED := setpriv --pdeathsig KILL unshare --map-root-user --net --pid --fork --kill-child --mount-proc sh -c ' \
	ip link set lo up && ip route add local 10.99.0.0/16 dev lo && ip address add 10.97.0.1/32 dev lo && exec "$$@"' sh

# The directory of a module that is among the sources of the module in the current directory.
MODULE := module() { go list -m -f '{{.Dir}}' $$1; }

$(CONTROLLERS)/kwok/.built-%:
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(call BUILDING,$(@D)); \
	cd tests/controllers/kwok; $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ tool; \
	$(MODULE); for file in $$(module sigs.k8s.io/kwok)/kustomize/stage/{pod/fast,node/fast,node/heartbeat}/*.yaml; do \
		case $$file in *kustomization.yaml) ;; *) cat $$file; echo ---;; esac; done > $(CURDIR)/$(@D)/stages.yaml; \
	$(call BUILT,$(@D))
	@touch $@

$(CONTROLLERS)/rollouts/.built-%:
	@rm -rf $(@D) && mkdir -p $(@D)/definitions
	@$(call BUILDING,$(@D), Argo Rollouts and its plugin for kubectl); \
	cd tests/controllers/rollouts; $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ tool; \
	$(MODULE); install -m 644 -t $(CURDIR)/$(@D)/definitions $$(module github.com/argoproj/argo-rollouts)/manifests/crds/*-crd.yaml; \
	$(call BUILT,$(@D))
	@touch $@

$(CONTROLLERS)/flagger/.built-%:
	@rm -rf $(@D) && mkdir -p $(@D)/definitions
	@$(call BUILDING,$(@D)); \
	cd tests/controllers/flagger; $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ tool; \
	$(MODULE); install -m 644 -t $(CURDIR)/$(@D)/definitions $$(module github.com/fluxcd/flagger)/artifacts/flagger/crd.yaml; \
	$(call BUILT,$(@D))
	@touch $@

$(CONTROLLERS)/kubernetes/.built-%:
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(call BUILDING,$(@D), kube-controller-manager); \
	cd tests/mesh/kubernetes; $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ k8s.io/kubernetes/cmd/kube-controller-manager; \
	$(call BUILT,$(@D))
	@touch $@

$(CONTROLLERS)/istio-$(ISTIO)/.built-%:
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(call BUILDING,$(@D), pilot-agent); \
	cd tests/mesh/istio-$(ISTIO); $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ istio.io/istio/pilot/cmd/pilot-agent; \
	$(MODULE); install -m 644 $$(module istio.io/istio)/tools/packaging/common/envoy_bootstrap.json $(CURDIR)/$(@D)/; \
	$(call BUILT,$(@D))
	@touch $@
