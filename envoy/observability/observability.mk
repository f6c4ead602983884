# What makes the dashboard.
DASHBOARD_PYTHON := target/dashboard/bin/python

$(DASHBOARD_PYTHON): envoy/observability/requirements.txt
	python3 -m venv --clear target/dashboard
	$(DASHBOARD_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
