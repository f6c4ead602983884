"""Makes dashboard.json, the dashboard for Grafana: `make dashboard`.

Blue and green have their colours in every panel. A query uses the records of rules.yaml where there is one.
"""

import json

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

OF = 'deployment=~"$deployment"'
SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="$datasource")
COLOURS = {"blue": "#3274d9", "green": "#37872d"}
WIDTH = 12
HEIGHT = 8


def query(expression: str, legend: str = "", name: str = "A") -> Dataquery:
    return Dataquery().expr(expression).legend_format(legend).ref_id(name).datasource(SOURCE)


def lines(title: str, description: str, unit: str, *queries: tuple[str, str]) -> Timeseries:
    """Lines over time; each query has a legend."""
    panel = Timeseries().title(title).description(description).unit(unit).min(0).span(WIDTH).height(HEIGHT).datasource(SOURCE)
    panel = panel.line_width(2).fill_opacity(0).show_points(common.VisibilityMode.NEVER)
    panel = panel.legend(options.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM).display_mode(common.LegendDisplayMode.LIST))
    for name, (expression, legend) in zip("ABCD", queries, strict=False):
        panel = panel.with_target(query(expression, legend, name))
    for variant, colour in COLOURS.items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        panel = panel.override_by_regexp(f"/{variant}$/", [dashboard.DynamicConfigValue(id_val="color", value=fixed)])
    return panel


def number(title: str, description: str, expression: str, legend: str, unit: str, red_from: float | None = None) -> Stat:
    """The last value of each series; `red_from` on it is red."""
    steps = [dashboard.Threshold(value=None, color="green" if red_from is not None else "text")]
    if red_from is not None:
        steps.append(dashboard.Threshold(value=red_from, color="red"))
    limits = build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)
    panel = Stat().title(title).description(description).unit(unit).span(WIDTH // 2).height(HEIGHT // 2).datasource(SOURCE)
    return panel.thresholds(limits).with_target(query(expression, legend).instant())


def table(title: str, description: str, expression: str) -> Table:
    panel = Table().title(title).description(description).span(WIDTH).height(HEIGHT).datasource(SOURCE)
    return panel.with_target(query(expression).instant().format(PromQueryFormat.TABLE))


def release() -> list[build.cogbuilder.Builder]:
    return [
        number("Guard", "In how many proxies the guard has tripped", f"sum by (deployment) (bluegreen_guard_tripped{{{OF}}})", "{{deployment}}", "none", 1),
        number("Rolled back", "1 while a rollback keeps everybody on blue", f"max by (deployment) (bluegreen_rolled_back{{{OF}}})", "{{deployment}}", "none", 1),
        number("Cap", "The lowest limit that a flag or a cap has set", f"min by (deployment) (bluegreen_limit_ppm{{{OF}}}) / 1e6", "{{deployment}}", "percentunit"),
        number("Last request to green", "How long ago", f"time() - max by (deployment) (bluegreen_green_last_request_seconds{{{OF}}})", "{{deployment}}", "s"),
        lines(
            "Green's part of the requests", "What green got of all requests, and its weight", "percentunit",
            (f"deployment:bluegreen_green:ratio5m{{{OF}}}", "{{deployment}} green"),
            (f"deployment:bluegreen_weight:ratio{{{OF}}}", "{{deployment}} weight"),
        ),
        lines(
            "Failures", "The part of the watched answers that failed. Only guarded deployments have it", "percentunit",
            (f"deployment_variant:bluegreen_failures:ratio5m{{{OF}}}", "{{deployment}} {{variant}}"),
        ),
        lines(
            "Requests", "By variant", "reqps",
            (f"deployment_variant:bluegreen_requests:rate5m{{{OF}}}", "{{deployment}} {{variant}}"),
        ),
        lines(
            "Reasons", "What decided", "reqps",
            (f"sum by (deployment, reason) (rate(bluegreen_requests_total{{{OF}}}[$__rate_interval]))", "{{deployment}} {{reason}}"),
        ),
        lines(
            "Evidence of the guard", "The highest of all proxies, as a logarithm. The guard trips where it meets the threshold", "none",
            (f"max by (deployment) (bluegreen_guard_evidence_milli{{{OF}}}) / 1000", "{{deployment}} evidence"),
            (f"max by (deployment) (bluegreen_guard_threshold_milli{{{OF}}}) / 1000", "{{deployment}} threshold"),
        ),
        lines(
            "Share against weight", "Green's part of what the weight decided in half an hour, and how far chance can take it from the weight", "percentunit",
            (f"deployment_reason:bluegreen_green:ratio30m{{{OF}}}", "{{deployment}} {{reason}} green"),
            (f"deployment:bluegreen_weight:max30m{{{OF}}} + on (deployment) group_right () deployment_reason:bluegreen_tolerance_above:ratio30m{{{OF}}}", "{{deployment}} {{reason}} at most"),
            (f"deployment:bluegreen_weight:min30m{{{OF}}} - on (deployment) group_right () deployment_reason:bluegreen_tolerance_below:ratio30m{{{OF}}}", "{{deployment}} {{reason}} at least"),
        ),
    ]


def proxies() -> list[build.cogbuilder.Builder]:
    return [
        number("Configurations", "How many different ones the proxies of a job have", 'count by (job) (count_values by (job) ("fingerprint", bluegreen_configuration_fingerprint))', "{{job}}", "none", 2),
        number("Warnings", "Of the configuration in force", "max by (job) (bluegreen_warnings)", "{{job}}", "none", 1),
        number("Deployments", "In the configuration", "max by (job) (bluegreen_deployments)", "{{job}}", "none"),
        number("Flags that are not understood", "Requests that met one", "sum by (job) (bluegreen_rollback_unreadable + bluegreen_rollback_unknown_name + bluegreen_rollback_unknown_key)", "{{job}}", "none", 1),
        table("Age of the configuration", "How long each proxy has had it, in seconds", "sort_desc(time() - bluegreen_configuration_seconds)"),
        table("Counters", "Overrides that were refused, headers in several lines, filters that are there twice", 'sum by (__name__, job) ({__name__=~"bluegreen_(override_refused_.+|key_repeated|match_repeated|filter_repeated)"})'),
    ]


def main() -> None:
    board = build.Dashboard("bluegreen").uid("bluegreen").tags(["envoy", "bluegreen"]).refresh("30s").time("now-3h", "now").timezone("browser")
    board = board.tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
    board = board.with_variable(build.DatasourceVariable("datasource").type("prometheus").label("Prometheus"))
    names = build.QueryVariable("deployment").label("Deployment").datasource(SOURCE).query("label_values(bluegreen_requests_total, deployment)")
    board = board.with_variable(names.multi(True).include_all(True).refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED))
    trips = build.AnnotationQuery().name("Trips of the guard").datasource(SOURCE).enable(True).icon_color("red")
    board = board.annotation(trips.expr(f"sum by (deployment) (increase(bluegreen_guard_trips_total{{{OF}}}[1m])) > 0"))
    for title, panels in (("Release", release()), ("Proxies", proxies())):
        board = board.with_row(build.Row(title))
        for panel in panels:
            board = board.with_panel(panel)
    print(json.dumps(json.loads(json.dumps(board.build(), cls=JSONEncoder)), indent=2, sort_keys=True))


main()
