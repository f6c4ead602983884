"""Every kind of proxy makes labels of the filter's names, by the files that are shipped for it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from tests.harness.artefact import traces
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.observed import FILES, PATH
from tests.harness.polling import wait_until
from tests.harness.prometheus import Prometheus
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream

Json = Any

EXPECTED = 'bluegreen_requests_total{deployment="fraud-scorer",variant="blue",reason="pin"} 1'
REFUSED = "envoy_extension_config_discovery_http_filter_bluegreen_update_rejected{} 1"
WHAT_ISTIO_KEEPS = ["cluster_manager", "listener_manager", "server", "cluster.xds-grpc", "wasm"]
"""Of the names by which Istio's bootstrap keeps stats, those that matter here."""


def of_standalone(bootstrap: Json) -> Json:
    return bootstrap["stats_config"]


def of_istio(_: Json) -> Json:
    """What Istio's bootstrap makes of the mesh configuration."""
    mesh = yaml.safe_load((FILES / "istio" / "mesh-config.yaml").read_text())["meshConfig"]["defaultConfig"]
    tags = [{"tag_name": tag, "regex": rf"({tag}=\.=(.*?);\.;)"} for tag in mesh["extraStatTags"]]
    kept = [{"prefix": prefix} for prefix in WHAT_ISTIO_KEEPS]
    kept += [{"safe_regex": {"regex": regex}} for regex in mesh["proxyStatsMatcher"]["inclusionRegexps"]]
    return {"stats_tags": tags, "use_all_default_tags": False, "stats_matcher": {"inclusion_list": {"patterns": kept}}}


def of_envoy_gateway(_: Json) -> Json:
    resource = yaml.safe_load((FILES / "gateway" / "envoy-proxy.yaml").read_text())
    assert resource["spec"]["bootstrap"]["type"] == "Merge"
    return yaml.safe_load(resource["spec"]["bootstrap"]["value"])["stats_config"]


@pytest.mark.parametrize("stats_config", [of_standalone, of_istio, of_envoy_gateway])
def test_a_metric_has_labels(stats_config: Any, tmp_path: Path, blue: Upstream, green: Upstream) -> None:
    files = Standalone(tmp_path, blue.port, green.port)
    configuration = files.configuration()
    configuration["deployments"][0]["pins"] = {"blue": ["vip-7"]}
    files.push_configuration(configuration)
    bootstrap = files.bootstrap()
    bootstrap["stats_config"] = stats_config(bootstrap)
    with Envoy(bootstrap, tmp_path) as envoy:
        with Client(envoy.port("ingress")) as client:
            assert client.request(PATH, [("x-user-id", "vip-7")]).status == 200
        files.push_configuration({"deployments": 5})
        wait_until(lambda: REFUSED in envoy.admin("/stats/prometheus"), 10, REFUSED)
        wait_until(lambda: EXPECTED in envoy.admin("/stats/prometheus"), 10, EXPECTED)


def test_without_labels_the_name_has_them(tmp_path: Path, blue: Upstream, green: Upstream) -> None:
    files = Standalone(tmp_path, blue.port, green.port)
    bootstrap = files.bootstrap()
    del bootstrap["stats_config"]
    with Envoy(bootstrap, tmp_path) as envoy, Client(envoy.port("ingress")) as client:
        client.request(PATH, [("x-user-id", "u1")])
        name = traces().counters + "deployment=.=fraud-scorer;.;variant=.=blue;.;reason=.=weight;.;bluegreen_requests_total"
        assert envoy.wait_for_stat(name, 1) == 1


class Exporter(Upstream):
    """Answers every request as the dynamic module's Envoy answers Prometheus."""

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        line = 'envoy_dynamicmodulescustom_bluegreen_weight_ppm{deployment="fraud"} 100000\n'
        return web.Response(text=f"# TYPE envoy_dynamicmodulescustom_bluegreen_weight_ppm gauge\n{line}envoy_other 1\n")


def test_the_names_of_the_dynamic_module_become_those_of_the_filter(tmp_path: Path) -> None:
    [job] = yaml.safe_load((FILES / "prometheus.yaml").read_text())["scrape_configs"]
    with Exporter("exporter") as exporter:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{exporter.port}"]}]
        with Prometheus({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}, tmp_path) as prometheus:
            [found] = prometheus.wait_for("bluegreen_weight_ppm")
            assert (found.labels["deployment"], found.value) == ("fraud", 100_000)
            assert prometheus.query("envoy_other or envoy_dynamicmodulescustom_bluegreen_weight_ppm") == []
