"""Every alert fires on what it is for, and is silent on what looks like it. Promtool runs the rules on made-up series, a value every 15 seconds."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.harness.promtool import PROMTOOL, RULES, Evaluation, Sample, Series, evaluate
from tests.harness.process import run

FRAUD = {"deployment": "fraud"}
EDGE = {"instance": "edge-1", "job": "edge"}


@dataclass(frozen=True)
class Case:
    alert: str
    title: str
    series: Series
    at: str
    fires: dict[str, str] | None = None
    """With these labels; None: it is silent."""


def requests(variant: str, reason: str, values: str) -> dict[str, str]:
    return {f'bluegreen_requests_total{{deployment="fraud",instance="edge-1",variant="{variant}",reason="{reason}"}}': values}


def gauge(name: str, values: str, instance: str = "edge-1") -> dict[str, str]:
    return {f'bluegreen_{name}{{deployment="fraud",instance="{instance}",job="edge"}}': values}


def of_proxy(name: str, values: str, instance: str = "edge-1") -> dict[str, str]:
    return {f'{name}{{instance="{instance}",job="edge"}}': values}


def answers(variant: str, watched: str, failed: str | None) -> dict[str, str]:
    labels = f'{{deployment="fraud",instance="edge-1",variant="{variant}"}}'
    return {f"bluegreen_watched_total{labels}": watched} | ({f"bluegreen_failed_total{labels}": failed} if failed else {})


def split(blue: str, green: str, weight: str, reason: str = "weight") -> dict[str, str]:
    return requests("blue", reason, blue) | requests("green", reason, green) | gauge("weight_ppm", weight)


CASES = [
    Case("BluegreenGuardTripped", "tripped in one of two", gauge("guard_tripped", "0x4 1x20") | gauge("guard_tripped", "0x30", "edge-2"), "2m", FRAUD),
    Case("BluegreenGuardTripped", "watching", gauge("guard_tripped", "0x30"), "5m"),
    Case("BluegreenGuardTripped", "reset", gauge("guard_tripped", "1x4 0x20"), "3m"),

    Case("BluegreenGuardTrippedInSomeProxies", "for a minute", gauge("guard_tripped", "1x30") | gauge("guard_tripped", "0x30", "edge-2"), "2m", FRAUD),
    Case("BluegreenGuardTrippedInSomeProxies", "both trip, one a little later", gauge("guard_tripped", "1x30") | gauge("guard_tripped", "0x2 1x30", "edge-2"), "5m"),
    Case("BluegreenGuardTrippedInSomeProxies", "both watch", gauge("guard_tripped", "0x30") | gauge("guard_tripped", "0x30", "edge-2"), "5m"),

    Case("BluegreenGreenWorse", "10 % of green, 1 % of blue", answers("green", "0+30x60", "0+3x60") | answers("blue", "0+100x60", "0+1x60"), "12m", FRAUD),
    Case("BluegreenGreenWorse", "blue never fails", answers("green", "0+30x60", "0+3x60") | answers("blue", "0+100x60", None), "12m", FRAUD),
    Case("BluegreenGreenWorse", "both fail alike", answers("green", "0+30x60", "0+6x60") | answers("blue", "0+100x60", "0+20x60"), "12m"),
    Case("BluegreenGreenWorse", "all of both fail", answers("green", "0+30x60", "0+30x60") | answers("blue", "0+100x60", "0+100x60"), "12m"),
    Case("BluegreenGreenWorse", "too few to tell", answers("green", "0+2x60", "0+2x60") | answers("blue", "0+2x60", "0+0x60"), "12m"),
    Case("BluegreenGreenWorse", "one point worse, and certainly so", answers("green", "0+3000x60", "0+60x60") | answers("blue", "0+9000x60", "0+90x60"), "12m"),
    Case("BluegreenGreenWorse", "green is better", answers("green", "0+30x60", "0+0x60") | answers("blue", "0+100x60", "0+20x60"), "12m"),

    Case("BluegreenGreenRescued", "blue answers in its place", requests("green", "weight", "0+10x60") | {'bluegreen_rescued_total{deployment="fraud"}': "0+1x60"}, "12m", FRAUD),
    Case("BluegreenGreenRescued", "once in a thousand", requests("green", "weight", "0+1000x60") | {'bluegreen_rescued_total{deployment="fraud"}': "0+1x60"}, "12m"),
    Case("BluegreenGreenRescued", "too few to tell", requests("green", "weight", "0+1x60") | {'bluegreen_rescued_total{deployment="fraud"}': "0x40 1x20"}, "12m"),

    Case("BluegreenShareDiffersFromWeight", "green gets half, and ought to get a tenth", split("0+50x200", "0+50x200", "100000x200"), "40m", FRAUD | {"reason": "weight"}),
    Case("BluegreenShareDiffersFromWeight", "green gets nobody, and ought to get half", split("0+100x200", "0x200", "500000x200"), "40m", FRAUD | {"reason": "weight"}),
    Case("BluegreenShareDiffersFromWeight", "green gets somebody at 0", split("0+98x200", "0+2x200", "0x200"), "40m", FRAUD | {"reason": "weight"}),
    Case("BluegreenShareDiffersFromWeight", "as it ought to be", split("0+90x200", "0+10x200", "100000x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "so far off as a thousand users can be", split("0+87x200", "0+13x200", "100000x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "so far off, but each request by itself", split("0+87x200", "0+13x200", "100000x200", "random"), "40m", FRAUD | {"reason": "random"}),
    Case("BluegreenShareDiffersFromWeight", "too few to tell", split("0+1x200", "0+1x200", "100000x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "the weight was raised meanwhile", split("0+90x100 9000+50x100", "0+10x100 1000+50x100", "100000x100 500000x100"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "a ramp", split("0+75x200", "0+25x200", "100000+2000x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "two proxies in the middle of a push", split("0+75x200", "0+25x200", "500000x200") | gauge("weight_ppm", "100000x200", "edge-2"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "rolled back by a flag, which only green's users meet", split("0+50x200", "0x200", "500000x200") | requests("blue", "rollback", "0+50x200") | gauge("rolled_back", "0x4 1x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "capped", split("0+95x200", "0+5x200", "500000x200") | gauge("limit_ppm", "50000x200"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "not capped", split("0+95x200", "0+5x200", "500000x200") | gauge("limit_ppm", "1000000x200"), "40m", FRAUD | {"reason": "weight"}),
    Case("BluegreenShareDiffersFromWeight", "the guard has tripped", split("0+95x200", "0+5x200", "500000x200") | gauge("guard_tripped", "0x50 1x150"), "40m"),
    Case("BluegreenShareDiffersFromWeight", "pins and overrides do not count", split("0+90x200", "0+10x200", "100000x200") | requests("green", "pin", "0+500x200"), "40m"),

    Case("BluegreenRolledBackForLong", "five hours", gauge("rolled_back", "1x1400"), "5h", FRAUD),
    Case("BluegreenRolledBackForLong", "three hours", gauge("rolled_back", "1x1400"), "3h"),
    Case("BluegreenRolledBackForLong", "five hours, with an end between", gauge("rolled_back", "1x600 0x10 1x800"), "5h"),

    Case("BluegreenCappedForLong", "five hours", gauge("limit_ppm", "50000x1400"), "5h", FRAUD),
    Case("BluegreenCappedForLong", "no cap", gauge("limit_ppm", "1000000x1400"), "5h"),

    Case("BluegreenFlagUnreadable", "one request", of_proxy("bluegreen_rollback_unreadable", "0x4 1x200"), "5m", EDGE),
    Case("BluegreenFlagUnreadable", "the counter appears with it", of_proxy("bluegreen_rollback_unreadable", "_x4 1x200"), "5m", EDGE),
    Case("BluegreenFlagUnreadable", "an hour ago", of_proxy("bluegreen_rollback_unreadable", "0x4 1x300"), "1h"),
    Case("BluegreenFlagUnreadable", "never", of_proxy("bluegreen_rollback_unreadable", "0x200"), "5m"),

    Case("BluegreenFlagNamesNobody", "one request", of_proxy("bluegreen_rollback_unknown_name", "_x4 1x200"), "5m", EDGE),
    Case("BluegreenFlagNamesNobody", "never", of_proxy("bluegreen_rollback_unknown_name", "0x200"), "5m"),

    Case("BluegreenFlagMisspelt", "one request", of_proxy("bluegreen_rollback_unknown_key", "_x4 1x200"), "5m", EDGE),
    Case("BluegreenFlagMisspelt", "never", of_proxy("bluegreen_rollback_unknown_key", "0x200"), "5m"),

    Case("BluegreenProxiesDisagree", "for ten minutes", of_proxy("bluegreen_configuration_fingerprint", "281474976710655x60") | of_proxy("bluegreen_configuration_fingerprint", "281474976710654x60", "edge-2"), "10m", {"job": "edge"}),
    Case("BluegreenProxiesDisagree", "while a push is under way", of_proxy("bluegreen_configuration_fingerprint", "7x9 8x60") | of_proxy("bluegreen_configuration_fingerprint", "7x19 8x60", "edge-2"), "10m"),
    Case("BluegreenProxiesDisagree", "two jobs", of_proxy("bluegreen_configuration_fingerprint", "7x60") | {'bluegreen_configuration_fingerprint{instance="a",job="other"}': "8x60"}, "10m"),

    Case("BluegreenConfigurationRefused", "by ECDS", of_proxy("envoy_extension_config_discovery_http_filter_bluegreen_update_rejected", "0x4 1x60"), "3m", EDGE),
    Case("BluegreenConfigurationRefused", "by ECDS, one filter of two", of_proxy("envoy_extension_config_discovery_http_filter_models_bluegreen_update_rejected", "0x4 1x60") | of_proxy("envoy_extension_config_discovery_http_filter_models_bluegreen_2_update_rejected", "0x60"), "11m", EDGE),
    Case("BluegreenConfigurationRefused", "by LDS", of_proxy("envoy_listener_manager_lds_update_rejected", "0x4 1x60"), "3m", EDGE),
    Case("BluegreenConfigurationRefused", "an hour ago", of_proxy("envoy_extension_config_discovery_http_filter_bluegreen_update_rejected", "0x4 1x300"), "1h"),

    Case("BluegreenRoutesRefused", "once", of_proxy("envoy_http_rds_update_rejected", "0x4 1x60"), "3m", EDGE),
    Case("BluegreenRoutesRefused", "never", of_proxy("envoy_http_rds_update_rejected", "3x60"), "3m"),

    Case("BluegreenIstioPushRefused", "once", {'pilot_total_xds_rejects{type="ecds"}': "0x4 1x60"}, "3m", {"type": "ecds"}),
    Case("BluegreenIstioPushRefused", "never", {'pilot_total_xds_rejects{type="ecds"}': "3x60"}, "3m"),

    Case("BluegreenFilterMissing", "one of two proxies", of_proxy("up", "1x60") | of_proxy("up", "1x60", "edge-2") | of_proxy("bluegreen_deployments", "1x60", "edge-2"), "10m", EDGE),
    Case("BluegreenFilterMissing", "another job", {'up{instance="node",job="node"}': "1x60"} | of_proxy("up", "1x60") | of_proxy("bluegreen_deployments", "1x60"), "10m"),
    Case("BluegreenFilterMissing", "a proxy that is down", of_proxy("up", "0x60") | of_proxy("up", "1x60", "edge-2") | of_proxy("bluegreen_deployments", "1x60", "edge-2"), "10m"),

    Case("BluegreenTwoFilters", "one request", of_proxy("bluegreen_filter_repeated", "_x4 1x200"), "5m", EDGE),
    Case("BluegreenTwoFilters", "never", of_proxy("bluegreen_filter_repeated", "0x200"), "5m"),

    Case("BluegreenConfigurationWarns", "one", of_proxy("bluegreen_warnings", "1x60"), "10m", {"job": "edge"}),
    Case("BluegreenConfigurationWarns", "none", of_proxy("bluegreen_warnings", "0x60"), "10m"),

    Case("BluegreenNoTrafficOnGreen", "never any", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200"), "20m", FRAUD),
    Case("BluegreenNoTrafficOnGreen", "a quarter of an hour ago", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200") | gauge("green_last_request_seconds", "300x200"), "20m", FRAUD),
    Case("BluegreenNoTrafficOnGreen", "a minute ago", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200") | gauge("green_last_request_seconds", "1140x200"), "20m"),
    Case("BluegreenNoTrafficOnGreen", "at weight 0", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "0x200"), "20m"),
    Case("BluegreenNoTrafficOnGreen", "hardly any traffic at all", requests("blue", "weight", "0+1x200") | gauge("weight_ppm", "100000x200"), "20m"),
    Case("BluegreenNoTrafficOnGreen", "rolled back", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200") | gauge("rolled_back", "1x200"), "20m"),
    Case("BluegreenNoTrafficOnGreen", "capped", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200") | gauge("limit_ppm", "0x200"), "20m"),
    Case("BluegreenNoTrafficOnGreen", "the guard has tripped", requests("blue", "weight", "0+100x200") | gauge("weight_ppm", "100000x200") | gauge("guard_tripped", "1x200"), "20m"),
]


def recorded(record: str, labels: dict[str, str], value: float) -> Sample:
    return {"__name__": record, **labels}, value


def by_variant(blue: float, green: float, record: str) -> list[Sample]:
    return [recorded(record, FRAUD | {"variant": variant}, value) for variant, value in (("blue", blue), ("green", green))]


RECORDED = [
    Evaluation("deployment_variant:bluegreen_requests:rate5m", split("0+30x60", "0+15x60", "0x60"), "10m", by_variant(2, 1, "deployment_variant:bluegreen_requests:rate5m")),
    Evaluation("deployment:bluegreen_green:ratio5m", split("0+30x60", "0+10x60", "0x60"), "10m", [recorded("deployment:bluegreen_green:ratio5m", FRAUD, 0.25)]),
    Evaluation("deployment:bluegreen_green:ratio5m", requests("blue", "weight", "0+30x60"), "10m", [recorded("deployment:bluegreen_green:ratio5m", FRAUD, 0)]),
    Evaluation("deployment:bluegreen_green:ratio5m", split("0x60", "0x60", "0x60"), "10m", []),
    Evaluation(
        "deployment:bluegreen_weight:ratio", gauge("weight_ppm", "100000x60") | gauge("weight_ppm", "300000x60", "edge-2"), "10m",
        [recorded("deployment:bluegreen_weight:ratio", FRAUD, 0.2)],
    ),
    Evaluation(
        "deployment_variant:bluegreen_failures:ratio5m", answers("green", "0+20x60", "0+5x60") | answers("blue", "0+20x60", None), "10m",
        by_variant(0, 0.25, "deployment_variant:bluegreen_failures:ratio5m"),
    ),
    # By hand: of 1,200 answers of green 120 failed, of 4,000 of blue 40: 0.09 / sqrt(160/5200 · 5040/5200 · (1/1200 + 1/4000)).
    Evaluation("round(deployment:bluegreen_failures:z10m, 0.01)", answers("green", "0+30x60", "0+3x60") | answers("blue", "0+100x60", "0+1x60"), "12m", [(FRAUD, 15.83)]),
    # 5 · sqrt(0.1 · 0.9 / 1000) + 0.005.
    Evaluation("round(deployment_reason:bluegreen_tolerance_above:ratio30m, 0.0001)", split("0+90x200", "0+10x200", "100000x200"), "40m", [(FRAUD | {"reason": "weight"}, 0.0524)]),
]
SEVERITIES = {rule["alert"]: rule["labels"]["severity"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule}


def of_case(case: Case) -> Evaluation:
    labels = {"__name__": "ALERTS", "alertname": case.alert, "alertstate": "firing", "severity": SEVERITIES[case.alert], **(case.fires or {})}
    expression = f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}'
    return Evaluation(expression, case.series, case.at, [(labels, 1)] if case.fires else [])


@pytest.fixture(scope="module")
def all_hold(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Whether no case has to be looked at by itself."""
    return evaluate([*map(of_case, CASES), *RECORDED], tmp_path_factory.mktemp("rules")).status == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.title}")
def test_an_alert_fires_on_what_it_is_for_and_on_nothing_else(case: Case, all_hold: bool, tmp_path: Path) -> None:
    if not all_hold:
        ended = evaluate([of_case(case)], tmp_path)
        assert ended.status == 0, ended.output + ended.errors


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded.expression)
def test_what_is_recorded_is_right(recorded: Evaluation, all_hold: bool, tmp_path: Path) -> None:
    if not all_hold:
        ended = evaluate([recorded], tmp_path)
        assert ended.status == 0, ended.output + ended.errors


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    names = SEVERITIES.keys()
    assert {case.alert for case in CASES if case.fires} == names
    assert {case.alert for case in CASES if not case.fires} == names


def test_promtool_finds_nothing_to_say_about_the_rules() -> None:
    ended = run([PROMTOOL, "check", "rules", "--lint-fatal", RULES])
    assert (ended.status, ended.errors) == (0, ""), ended.output + ended.errors


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in alerts():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["annotations"].keys() == {"summary", "action"}, rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")


def alerts() -> list[dict[str, dict[str, str]]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule]
