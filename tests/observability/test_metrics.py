"""A real Prometheus scrapes real Envoys: what it gets of the filter, and that every query of a document finds something in it."""

import json
import re
import time

import pytest
import yaml

from tests.harness.artefact import REPOSITORY
from tests.harness.observed import DEPLOYMENT, FILES, Observed
from tests.harness.process import output

OF_DEPLOYMENT = {"deployment"}
LABELS = {
    "bluegreen_requests_total": {"deployment", "variant", "reason"},
    "bluegreen_watched_total": {"deployment", "variant"},
    "bluegreen_failed_total": {"deployment", "variant"},
    "bluegreen_rescued_total": OF_DEPLOYMENT,
    "bluegreen_weight_ppm": OF_DEPLOYMENT,
    "bluegreen_limit_ppm": OF_DEPLOYMENT,
    "bluegreen_rolled_back": OF_DEPLOYMENT,
    "bluegreen_guard_tripped": OF_DEPLOYMENT,
    "bluegreen_guard_trips_total": OF_DEPLOYMENT,
    "bluegreen_guard_evidence_milli": OF_DEPLOYMENT,
    "bluegreen_guard_threshold_milli": OF_DEPLOYMENT,
    "bluegreen_green_last_request_seconds": OF_DEPLOYMENT,
    "bluegreen_configuration_fingerprint": set(),
    "bluegreen_configuration_seconds": set(),
    "bluegreen_deployments": set(),
    "bluegreen_warnings": set(),
    "bluegreen_rollback_unreadable": set(),
    "bluegreen_rollback_unknown_name": set(),
    "bluegreen_rollback_unknown_key": set(),
    "bluegreen_override_refused_bad_signature": set(),
    "bluegreen_key_repeated": set(),
    "bluegreen_match_repeated": set(),
    "bluegreen_filter_repeated": set(),
    "bluegreen_configuration_warning": set(),
}
OF_PROMETHEUS = {"__name__", "instance", "job"}


@pytest.mark.parametrize("name", LABELS)
def test_a_metric_has_its_labels(observed: Observed, name: str) -> None:
    found = observed.prometheus.query(name)
    assert found != []
    for one in found:
        assert one.labels.keys() - OF_PROMETHEUS == LABELS[name]
        assert one.labels.get("deployment", DEPLOYMENT) == DEPLOYMENT


def test_no_request_is_lost_in_the_counts(observed: Observed) -> None:
    """Of the proxy whose configuration stays. Under a push a worker may lose what it has not told yet, of a quarter of a second."""
    asked = observed.asked[0]
    counted = f'sum(bluegreen_requests_total{{instance="{observed.addresses[0]}"}})'
    observed.prometheus.wait_for(counted, lambda sums: sums and sums[0].value >= asked)
    assert [one.value for one in observed.prometheus.query(counted)] == [asked]


def test_the_table_of_the_page_is_what_there_is(observed: Observed) -> None:
    rows = re.findall(r"^\| `(bluegreen_\w+)` \| \w+ \|([^|]*)\|", (FILES / "README.md").read_text(), re.MULTILINE)
    table = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    assert table.keys() <= {one.labels["__name__"] for one in observed.prometheus.query('{__name__=~"bluegreen_.+"}')}
    assert {name: labels for name, labels in table.items() if "refused" not in name} == {name: labels for name, labels in LABELS.items() if "refused" not in name}


def queries() -> dict[str, str]:
    """Of the dashboard and of the pages, each with where it stands."""
    found = {}
    board = json.loads((FILES / "dashboard.json").read_text())
    panels = [panel for row in board["panels"] for panel in [row, *row.get("panels", [])]]
    for panel in panels:
        for target in panel.get("targets", []):
            found[f"{panel['title']} {target['refId']}"] = target["expr"]
    for annotation in board["annotations"]["list"]:
        found[annotation["name"]] = annotation["expr"]
    for page in sorted((REPOSITORY / "envoy").rglob("*.md")):
        for number, query in enumerate(re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL)):
            found[f"{page.relative_to(REPOSITORY)} {number}"] = query
    return found


@pytest.mark.parametrize("where", queries())
def test_every_query_of_a_document_finds_something(observed: Observed, where: str) -> None:
    query = queries()[where].replace("$deployment", ".*").replace("$__rate_interval", "10s")
    found = observed.prometheus.query_range(query, observed.began, time.time(), 1)
    assert any(value == value for _, points in found for _, value in points), query


def test_the_dashboard_is_fresh() -> None:
    made = output([REPOSITORY / "target" / "dashboard" / "bin" / "python", FILES / "dashboard.py"])
    assert made == (FILES / "dashboard.json").read_text(), "run `make dashboard`"


def test_each_rule_of_an_alert_that_needs_no_time_fires_where_it_should(observed: Observed) -> None:
    for alert in ("GuardTripped", "FlagNamesNobody", "FlagUnreadable", "ConfigurationRefused", "GreenWorse"):
        observed.prometheus.wait_for(f'ALERTS{{alertname="Bluegreen{alert}",alertstate="firing"}}')


def test_no_rule_fails(observed: Observed) -> None:
    answer = json.loads(observed.prometheus.ask("/api/v1/rules"))
    errors = {rule["name"]: rule["lastError"] for group in answer["data"]["groups"] for rule in group["rules"] if rule.get("lastError")}
    assert errors == {}


def test_the_rules_for_prometheus_operator_are_the_same() -> None:
    assert yaml.safe_load((FILES / "prometheus-rule.yaml").read_text())["spec"] == yaml.safe_load((FILES / "rules.yaml").read_text())
