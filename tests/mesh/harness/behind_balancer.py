"""Gateways behind a load balancer that tells them clients' addresses by the PROXY protocol, and clients through it."""

from tests.harness.client import Answer, Client

BEHIND_BALANCER = {"PROXY_CONFIG": {"gatewayTopology": {"proxyProtocol": {}}}}
"""What the metadata of such a gateway has."""


class ClientOfBalancer(Client):
    """A client whose connection seems to come from `address`."""

    def __init__(self, port: int, address: str) -> None:
        super().__init__(port)
        family = "TCP6" if ":" in address else "TCP4"
        self._introduction = f"PROXY {family} {address} {address} 4711 80\r\n".encode()

    def send(self, request: bytes, method: str = "GET") -> Answer:
        return super().send(request if self._socket else self._introduction + request, method)
