# A browser and its driver: Debian's packages and what they need, unpacked where the system does not have both and anybody may.

BROWSER := target/chromium/.ready
BROWSER_PACKAGES := chromium chromium-driver
APT = apt-get --quiet=2 -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
	-o Dir::State::lists=$(CURDIR)/$(@D)/lists -o Dir::Cache=$(CURDIR)/$(@D)/cache

$(BROWSER):
	@rm -rf $(@D) && mkdir -p $(@D)/root $(@D)/lists/partial $(@D)/cache/archives/partial
	@{ command -v chromium && command -v chromedriver; } >/dev/null \
		|| { $(APT) update && $(APT) --yes --no-install-recommends --download-only install $(BROWSER_PACKAGES) >/dev/null \
			&& for package in $(@D)/cache/archives/*.deb; do dpkg -x $$package $(@D)/root; done; } \
		|| { echo "chromium and chromedriver are missing and cannot be fetched: install your system's packages" >&2; exit 1; }
	@rm -rf $(@D)/lists $(@D)/cache
	@touch $@
