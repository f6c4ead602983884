# What makes the dashboard.
DASHBOARD_PYTHON := target/dashboard/bin/python

$(DASHBOARD_PYTHON): envoy/observability/requirements.txt
	python3 -m venv --clear target/dashboard
	$(DASHBOARD_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The rules as the operator of Prometheus takes them.
define PROMETHEUS_RULE
# rules.yaml for the operator of Prometheus. `make dashboard` writes it.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: bluegreen, labels: {release: prometheus}}
spec:
endef
export PROMETHEUS_RULE

dashboard: $(DASHBOARD_PYTHON)
	$(DASHBOARD_PYTHON) envoy/observability/dashboard.py > target/dashboard.json
	{ echo "$$PROMETHEUS_RULE"; sed -n '/^groups:/,$$p' envoy/observability/rules.yaml | sed 's/^\(.\)/  \1/'; } > target/prometheus-rule.yaml
	mv target/dashboard.json target/prometheus-rule.yaml envoy/observability/
