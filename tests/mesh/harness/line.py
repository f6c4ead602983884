"""The line between a proxy and istiod, which can fall silent without being cut."""

from pathlib import Path

from tests.harness.bootstrap import bootstrap, cluster
from tests.harness.envoy import Envoy
from tests.harness.http_filters import TYPE


class Line(Envoy):
    """Passes bytes on to a loopback port, from `port("line")`."""

    def __init__(self, to_port: int, directory: Path) -> None:
        passing_on = {
            "name": "tcp",
            "typed_config": {
                "@type": TYPE + "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                "stat_prefix": "line",
                "cluster": "istiod",
            },
        }
        address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
        listener = {"name": "line", "address": address, "filter_chains": [{"filters": [passing_on]}]}
        super().__init__(bootstrap([listener], [cluster("istiod", to_port)]), directory)

    def fall_silent(self) -> None:
        """From now on nothing passes. Both ends believe that they are connected."""
        self._process.pause()

    def resume(self) -> None:
        self._process.resume()
