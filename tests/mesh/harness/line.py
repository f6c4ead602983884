"""The line between a proxy and istiod, which can fall silent without being cut."""

import os
import signal
from pathlib import Path
from types import TracebackType

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

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.resume()
        super().__exit__(kind, error, trace)

    def fall_silent(self) -> None:
        """From now on nothing passes. Both ends believe that they are connected."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)
