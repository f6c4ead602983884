"""A certificate for a browser, signed by an authority that is made with it."""

import base64
import datetime
import hashlib
from dataclasses import dataclass
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

VALID = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Certificate:
    """The chain and the key as PEM, and the hash by which a browser knows the authority's key."""

    chain: str
    key: str
    authority: str
    """SHA-256 of the authority's public key, in base64."""

    @classmethod
    def of(cls, hosts: list[str]) -> Self:
        """A certificate for these hosts, which may begin with `*.`."""
        authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        authority = (
            _builder("Authority of a test", "Authority of a test", authority_key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(authority_key, SHA256())
        )
        own = (
            _builder("Proxy of a test", "Authority of a test", key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
            .sign(authority_key, SHA256())
        )
        public = authority_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(
            "".join(one.public_bytes(Encoding.PEM).decode() for one in (own, authority)),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            base64.b64encode(hashlib.sha256(public).digest()).decode(),
        )

    def transport_socket(self) -> dict[str, Any]:
        """TLS of a listener that speaks HTTP/2 and HTTP/1.1."""
        own = {"certificate_chain": {"inline_string": self.chain}, "private_key": {"inline_string": self.key}}
        return {
            "name": "tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {"tls_certificates": [own], "alpn_protocols": ["h2", "http/1.1"]},
            },
        }


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
