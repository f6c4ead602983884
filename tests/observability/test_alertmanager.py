"""A tripped guard reaches a webhook, by a real Prometheus and a real Alertmanager."""

import json
from typing import Any

from tests.harness.observed import DEPLOYMENT, FILES, Observed
from tests.harness.polling import wait_until
from tests.harness.process import run
from tests.harness.promtool import AMTOOL, PROMTOOL


def notified(observed: Observed) -> dict[str, dict[str, Any]]:
    """The alerts that the webhook was told of, by name."""
    messages = [json.loads(body) for body in observed.webhook.bodies]
    return {alert["labels"]["alertname"]: alert for message in messages for alert in message["alerts"]}


def test_a_trip_reaches_the_webhook_and_says_what_to_do(observed: Observed) -> None:
    alert = wait_until(lambda: notified(observed).get("BluegreenGuardTripped"), 30, "the webhook to be told of the trip")
    assert (alert["status"], alert["labels"]["deployment"], alert["labels"]["severity"]) == ("firing", DEPLOYMENT, "critical")
    assert alert["annotations"]["summary"] == f"The guard of {DEPLOYMENT} has tripped in 1 proxies: they send everybody to blue"
    assert "Roll back" in alert["annotations"]["action"]


def test_what_the_trip_explains_is_not_sent_too(observed: Observed) -> None:
    observed.prometheus.wait_for('ALERTS{alertname="BluegreenGreenWorse",alertstate="firing"}')
    wait_until(lambda: "BluegreenFlagUnreadable" in notified(observed), 30, "the webhook to be told of the flag")
    assert "BluegreenGuardTripped" in notified(observed)
    alerts = json.loads(observed.alertmanager.ask("/api/v2/alerts"))
    states = {alert["labels"]["alertname"]: alert["status"]["state"] for alert in alerts}
    assert states["BluegreenGuardTripped"] == "active"
    assert states.get("BluegreenGreenWorse", "suppressed") == "suppressed"


def test_the_files_are_valid() -> None:
    for command in ([AMTOOL, "check-config", FILES / "alertmanager.yaml"], [PROMTOOL, "check", "config", FILES / "prometheus.yaml"]):
        ended = run(command)
        assert ended.status == 0, ended.output + ended.errors
