"""A shop whose certificate does not prove who it is gets no request, and the sentence says so."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.shop import platforms
from tests.shop.goods import goods
from tests.shop.server import Site

Give = Callable[..., Path]


@pytest.fixture
def give(site: Site, tmp_path: Path) -> Give:
    """Let the site speak TLS with a certificate that signs itself; returns its file."""

    def with_certificate(*, host: str = "127.0.0.1", days: int = 30) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = [x509.IPAddress(ip_address(host)) if host[0].isdecimal() else x509.DNSName(host)]
        end = datetime.now(UTC) + timedelta(days=days)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(1).not_valid_before(end - timedelta(days=60)).not_valid_after(end)
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        public, private = tmp_path / "certificate.pem", tmp_path / "key.pem"
        public.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(public, private)
        site.server.socket = context.wrap_socket(
            site.server.socket, server_side=True, do_handshake_on_connect=False
        )
        # It would print that clients go away.
        site.server.handle_error = lambda request, address: None
        return public

    return with_certificate


def https(site: Site) -> str:
    return site.url.replace("http://", "https://")


def test_one_that_nobody_vouches_for_is_refused(site, collect, give):
    give()
    platforms.shopify(site, goods(1))
    done = collect(https(site))
    assert done.code == 2 and not site.asked
    assert "its certificate is not trusted" in done.err and "SSL_CERT_FILE" in done.err


def test_one_that_is_trusted_on_purpose_is_accepted(site, collect, give, monkeypatch):
    # Its pictures have addresses without TLS, which are asked in vain.
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    monkeypatch.setattr("precompute.collect.fetching.politeness.RETRIES", 0)
    monkeypatch.setenv("SSL_CERT_FILE", str(give()))
    platforms.shopify(site, goods(1))
    done = collect(https(site))
    assert site.asked, done.err


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"host": "shop.example"}, "its certificate is for another name"),
        ({"host": "127.0.0.2"}, "its certificate is for another name"),
        ({"days": -1}, "its certificate is not trusted"),
    ],
    ids=str,
)
def test_one_of_another_host_or_of_another_time_is_refused(wrong, reason, site, collect, give, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(give(**wrong)))
    platforms.shopify(site, goods(1))
    done = collect(https(site))
    assert done.code == 2 and not site.asked
    assert reason in done.err
