"""Certificates that do not verify: the page is fetched all the same, and what is wrong is recorded with it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.items import Page
from tests.crawler import loopback
from tests.crawler.loopback import Loopback, Reply, make_policy, make_source

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


class Authority:
    """Signs certificates for hosts."""

    def __init__(self, name: str = "Known authority") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self.name, self.key, NOW + DAY, None)

    def write(self, folder: Path, *hosts: str, until: datetime = NOW + DAY) -> Path:
        """Write a certificate for hosts with its key; gives the file."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        certificate = self._sign(name, key, until, x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]))
        file = folder / f"{hosts[0]}-{until:%Y%m%d}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return file

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        until: datetime,
        hosts: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            self.name, name, key.public_key(), x509.random_serial_number(), NOW - 9 * DAY, until
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=hosts is None, path_length=None), critical=True)
        if hosts is not None:
            builder = builder.add_extension(hosts, critical=False)
        return builder.sign(self.key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that the fetcher trusts."""
    authority = Authority()
    file = tmp_path / "authority.pem"
    file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return authority


@pytest.fixture
def web() -> Iterator[Loopback]:
    """A web of one page."""
    with Loopback({"/": Reply(b"<p>soap</p>", headers={"Content-Type": "text/html"})}) as web:
        yield web


def fetch(web: Loopback, certificate: Path, host: str = "shop.localhost") -> Page:
    """Fetch the page over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    web.speak_tls(context)
    return get(web, web.url("/", host).replace("http:", "https:"))


def get(web: Loopback, url: str) -> Page:
    """Fetch a URL."""
    answer = loopback.fetch(make_source("site", url), make_policy(web), [url])[url]
    assert isinstance(answer, Page), answer
    return answer


def test_a_certificate_that_verifies_is_nothing_to_tell(web: Loopback, authority: Authority, tmp_path: Path) -> None:
    page = fetch(web, authority.write(tmp_path, "shop.localhost"))
    assert (page.status, page.body, page.certificate_problem) == (200, b"<p>soap</p>", "")


def test_what_is_wrong_is_recorded_and_the_page_is_had(web: Loopback, authority: Authority, tmp_path: Path) -> None:
    old = fetch(web, authority.write(tmp_path, "shop.localhost", until=NOW - DAY))
    assert (old.body, old.certificate_problem) == (b"<p>soap</p>", "it has expired")


@pytest.mark.parametrize(("named", "host"), [("other.localhost", "shop.localhost"), ("shop.localhost", "127.0.0.1")])
def test_a_certificate_for_another_host_is_recorded(
    web: Loopback, authority: Authority, tmp_path: Path, named: str, host: str
) -> None:
    assert fetch(web, authority.write(tmp_path, named), host).certificate_problem == "it is for another host"


def test_an_authority_nobody_knows_is_recorded(web: Loopback, authority: Authority, tmp_path: Path) -> None:
    page = fetch(web, Authority("Nobody").write(tmp_path, "shop.localhost"))
    assert page.certificate_problem == "who signed it is not known"


def test_over_plain_http_there_is_nothing_to_tell(web: Loopback) -> None:
    assert get(web, web.url("/", "shop.localhost")).certificate_problem == ""
