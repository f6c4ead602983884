"""Certificates that name a workload by a SPIFFE URI, and TLS between proxies that demands them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.harness.http_filters import TYPE
from tests.harness.process import output

Json = Any

TLS = TYPE + "envoy.extensions.transport_sockets.tls.v3."


@dataclass(frozen=True)
class Identity:
    """A certificate that signs itself, and its key."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, uri: str, directory: Path) -> Self:
        """Makes both files in `directory`, by openssl."""
        identity = cls(directory / "certificate.pem", directory / "key.pem")
        command = [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=workload", "-addext", f"subjectAltName=URI:{uri}", "-days", "1"),
            *("-keyout", identity.key, "-out", identity.certificate),
        ]
        output(command)
        return identity


def demands_client_certificate(server: Identity, clients: list[Identity]) -> Json:
    """For `listener`: only these clients get in."""
    trusted = "".join(client.certificate.read_text() for client in clients)
    context = _context(server) | {"validation_context": {"trusted_ca": {"inline_string": trusted}}}
    return _socket("DownstreamTlsContext", {"common_tls_context": context, "require_client_certificate": True})


def shows_certificate(client: Identity, server: Identity) -> Json:
    """For `cluster`: connects as `client`, to `server` alone."""
    context = _context(client) | {"validation_context": {"trusted_ca": {"filename": str(server.certificate)}}}
    return _socket("UpstreamTlsContext", {"common_tls_context": context})


def _context(identity: Identity) -> Json:
    pair = {"certificate_chain": {"filename": str(identity.certificate)}, "private_key": {"filename": str(identity.key)}}
    return {"tls_certificates": [pair]}


def _socket(kind: str, context: Json) -> Json:
    return {"name": "tls", "typed_config": {"@type": TLS + kind, **context}}
