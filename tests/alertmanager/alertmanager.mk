# Alertmanager and amtool, by Go. Debian's package finds its templates in one place only, so it cannot be unpacked elsewhere.

ALERTMANAGER := target/alertmanager/.built-$(shell cat tests/alertmanager/go.* | sha256sum | cut -c 1-12)

$(ALERTMANAGER):
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(call BUILDING,$(@D), alertmanager and amtool); \
	cd tests/alertmanager; $(GO_BUILD) -ldflags '-s -w' -o $(CURDIR)/$(@D)/ tool; \
	$(call BUILT,$(@D))
	@touch $@
