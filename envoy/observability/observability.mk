# Alertmanager and amtool: the system's own where it has them, else Debian's package, unpacked.
# Prometheus and promtool are installed by tests/prometheus.mk.

ALERTMANAGER := target/alertmanager/alertmanager target/alertmanager/amtool

target/alertmanager/alertmanager target/alertmanager/amtool &:
	@rm -rf target/alertmanager && mkdir -p target/alertmanager
	@if command -v alertmanager amtool >/dev/null; then ln -s "$$(command -v alertmanager)" "$$(command -v amtool)" target/alertmanager/; \
	else cd target/alertmanager && apt-get --quiet=2 download prometheus-alertmanager && dpkg -x prometheus-alertmanager_*.deb unpacked \
			&& rm prometheus-alertmanager_*.deb && ln -s unpacked/usr/bin/prometheus-alertmanager alertmanager && ln -s unpacked/usr/bin/amtool amtool \
		|| { echo "alertmanager is missing and cannot be fetched: install your system's package prometheus-alertmanager" >&2; exit 1; }; fi

# What makes the dashboard.
DASHBOARD_PYTHON := target/dashboard/bin/python

$(DASHBOARD_PYTHON): envoy/observability/requirements.txt
	python3 -m venv --clear target/dashboard
	$(DASHBOARD_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
