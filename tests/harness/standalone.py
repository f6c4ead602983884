"""The files of envoy/standalone/, run as they stand: only addresses, ports and the filter's path are changed.

With ARTEFACT=native those of envoy/standalone/native/ take their place, as its README has it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.harness.artefact import REPOSITORY, filter_wasm, is_native
from tests.harness.envoy import Envoy
from tests.harness.files import write_atomically

SOURCE = REPOSITORY / "envoy" / "standalone"
BLUE_ADDRESS, GREEN_ADDRESS = ("127.0.0.1", 8081), ("127.0.0.1", 8082)
WASM_AS_WRITTEN = "../../dist/bluegreen.wasm"
NOT_ROLLED_BACK = "rollback: false"


class Standalone:
    """A copy of envoy/standalone/ in `directory`, for upstreams at two loopback ports.

        with standalone.envoy() as envoy: …          # envoy.port("ingress")
        standalone.set_green_weight(50)
        standalone.roll_back(); standalone.end_rollback()

    `port` and `admin_port` are 0 (any free one) unless given.
    """

    def __init__(self, directory: Path, blue_port: int, green_port: int, port: int = 0, admin_port: int = 0) -> None:
        self.directory = directory
        self._upstream_ports = {BLUE_ADDRESS: blue_port, GREEN_ADDRESS: green_port}
        self._ports = {"ingress": port, "admin": admin_port}
        self._is_native = is_native()
        self.source = SOURCE / "native" if self._is_native else SOURCE
        """Where routes.yaml and filter.yaml are."""
        self._routes = (self.source / "routes.yaml").read_text()
        self.end_rollback()
        filter_text = (self.source / "filter.yaml").read_text()
        if not self._is_native:
            filter_text = filter_text.replace(WASM_AS_WRITTEN, str(filter_wasm()))
        self._filter: dict[str, Any] = yaml.safe_load(filter_text)
        write_atomically(directory / "filter.yaml", filter_text)

    def envoy(self, concurrency: int = 1) -> Envoy:
        """Envoy with the bootstrap file; not started yet."""
        return Envoy(self.bootstrap(), self.directory, concurrency)

    def bootstrap(self) -> dict[str, Any]:
        """bootstrap.yaml with other ports, open to this machine alone."""
        bootstrap: dict[str, Any] = yaml.safe_load((SOURCE / "bootstrap.yaml").read_text())
        bootstrap["admin"]["address"]["socket_address"]["port_value"] = self._ports["admin"]
        for listener in bootstrap["static_resources"]["listeners"]:
            listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": self._ports[listener["name"]]}
        for address in _socket_addresses(bootstrap["static_resources"]["clusters"]):
            address["port_value"] = self._upstream_ports[(address["address"], address["port_value"])]
        return bootstrap

    def configuration(self) -> dict[str, Any]:
        """The filter's routing configuration as it was written last."""
        value = self._plugin()[self._key]["value"]
        return json.loads(value) if isinstance(value, str) else value

    def push_configuration(self, configuration: dict[str, Any] | str) -> None:
        """Replaces filter.yaml by one with this routing configuration; text is taken as it is."""
        if self._is_native and not isinstance(configuration, str):
            configuration = {"rollback": {"sources": ["route"]}} | configuration
        text = configuration if isinstance(configuration, str) else json.dumps(configuration, indent=2)
        self._plugin()[self._key] = {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": text}
        self._write_filter()

    def replace_wasm(self, wasm: Path) -> None:
        """Replaces filter.yaml by one that loads another wasm file."""
        self._plugin()["vm_config"]["code"]["local"]["filename"] = str(wasm)
        self._write_filter()

    def set_green_weight(self, percent: float) -> None:
        """Replaces filter.yaml by one in which every deployment has this weight."""
        configuration = self.configuration()
        for deployment in configuration["deployments"]:
            deployment["green_weight"] = percent
        self.push_configuration(configuration)

    def roll_back(self, flag: str = "true") -> None:
        """Replaces routes.yaml by one with this rollback flag (as YAML): what `sed -i` in the head of that file does."""
        write_atomically(self.directory / "routes.yaml", self._routes.replace(NOT_ROLLED_BACK, f"rollback: {flag}"))

    def end_rollback(self) -> None:
        """Ends the rollback: replaces routes.yaml by the one that users copy."""
        write_atomically(self.directory / "routes.yaml", self._routes)

    def _plugin(self) -> dict[str, Any]:
        typed_config = self._filter["resources"][0]["typed_config"]
        return typed_config if self._is_native else typed_config["config"]

    @property
    def _key(self) -> str:
        """Under which the filter has its configuration."""
        return "filter_config" if self._is_native else "configuration"

    def _write_filter(self) -> None:
        write_atomically(self.directory / "filter.yaml", yaml.safe_dump(self._filter, sort_keys=False))


def _socket_addresses(part: Any) -> Iterator[dict[str, Any]]:
    """Every `socket_address` within a part of a configuration."""
    if isinstance(part, dict):
        if "socket_address" in part:
            yield part["socket_address"]
        for value in part.values():
            yield from _socket_addresses(value)
    elif isinstance(part, list):
        for value in part:
            yield from _socket_addresses(value)
