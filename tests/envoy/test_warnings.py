"""What a configuration can hardly mean is logged and counted once, however many workers read it."""

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

COUNTER = "wasmcustom.bluegreen.configuration.warning"
LINE = "configuration accepted, but "
CONFIGURATION = {
    "deployments": [
        {"name": "fraud", "match": {"path_prefix": ["/inference.", "/v1/*/models/fraud"]}, "green_weight": 50},
        {"name": "hidden", "match": {"path_prefix": "/inference."}},
    ]
}
PATHS = [
    "deployments[0].match.path_prefix[0]: matches nothing that goes on behind it",
    "deployments[0].match.path_prefix[1]: has a `*`",
    "deployments[0].green_weight: needs keys in `sticky`",
    "deployments[1].match.path_prefix: matches nothing that goes on behind it",
    "deployments[1]: is never reached",
]


def test_each_warning_is_logged_and_counted_once_and_the_configuration_is_in_force(fleet: Fleet, blue: Upstream) -> None:
    configuration = CONFIGURATION | {"tags": {"response_header": "x-variant"}}
    ingress = listener("ingress", bluegreen_filter(configuration), route_table([route_to("blue")]))
    proxy = fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]))
    with Client(proxy.port("ingress")) as client:
        assert client.request("/inference.").one("x-variant") in ("blue", "green")
    proxy.wait_for_stat(COUNTER, len(PATHS))
    lines = [line.partition(LINE)[2] for line in proxy.log().splitlines() if LINE in line]
    assert len(lines) == len(PATHS)
    for expected in PATHS:
        assert sum(line.startswith(expected) for line in lines) == 1, expected
