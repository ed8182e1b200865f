"""The address guard: a server on loopback that holds a secret is not read, whatever tries to get there."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.exceptions import FetcherRefused, PolicyInvalid
from crawler.fetching.addresses import AddressGuard, parse_endpoint
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page
from tests.crawler.loopback import Loopback, Reply, altered_fetcher, fetch, make_policy, make_source, redirect

SECRET = b"the secret of the house"
OPEN_ROBOTS = {"/robots.txt": Reply(b"User-agent: *\nAllow: /\n")}


@pytest.fixture
def vault() -> Iterator[Loopback]:
    """A server that nobody allowed."""
    with Loopback({"/": Reply(SECRET), "/secret": Reply(SECRET), **OPEN_ROBOTS}) as web:
        yield web


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.9.9",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1", "168.63.129.16"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::808:808", "2002:7f00:1::", "3fff::1"),
        # Teredo with a private client behind a public server.
        "2001:0:808:808:0:0:f5fe:fdfc",
        *("", "localhost", "2130706433"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressGuard().refusal(address, 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"])
def test_a_public_address_passes_on_web_ports_only(address: str) -> None:
    guard = AddressGuard()
    assert [guard.refusal(address, port) for port in (80, 443, 8080, 8443)] == [""] * 4
    assert all(guard.refusal(address, port) for port in (0, 22, 25, 6379, 8808))


def test_only_the_exact_allowed_endpoint_is_let_through() -> None:
    guard = AddressGuard(frozenset({parse_endpoint("127.0.0.1:8808"), parse_endpoint("[::1]:9")}))
    assert guard.refusal("127.0.0.1", 8808) == ""
    assert guard.refusal("::1", 9) == ""
    assert guard.refusal("127.0.0.1", 80)
    assert guard.refusal("127.0.0.2", 8808)


def test_an_address_allowed_without_a_port_is_let_through_on_each_and_no_other_address_is() -> None:
    guard = AddressGuard(frozenset({parse_endpoint("127.0.0.1"), parse_endpoint("::1"), parse_endpoint("[fd00::7]")}))
    let_through = [("127.0.0.1", 80), ("127.0.0.1", 8808), ("::1", 9), ("fd00::7", 443)]
    assert [guard.refusal(*endpoint) for endpoint in let_through] == [""] * 4
    assert all(guard.refusal(address, 80) for address in ("127.0.0.2", "::ffff:127.0.0.1", "0.0.0.0", "fd00::8"))


def test_where_only_allowed_addresses_may_be_contacted_a_public_one_is_refused() -> None:
    guard = AddressGuard(frozenset({parse_endpoint("127.0.0.1")}), only_allowed=True)
    assert guard.refusal("127.0.0.1", 8808) == ""
    assert "nobody is named" in guard.refusal("8.8.8.8", 443)
    assert "not a public address" in guard.refusal("10.0.0.1", 80)


@pytest.mark.parametrize(
    "text",
    ["localhost", "localhost:80", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:", "[127.0.0.1]:80", "10.0.0.0/8", ""],
)
def test_an_allowed_address_that_is_not_exact_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(PolicyInvalid, match=r"allowed_addresses: .* write 127\.0\.0\.1:8808"):
        FetchPolicy("a@example.org", allowed_addresses=(text,))


def test_no_spelling_and_no_redirect_reaches_a_server_that_is_not_allowed(vault: Loopback) -> None:
    spellings = ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0", "localhost"]
    direct = [vault.url("/secret", host) for host in (*spellings, "vault.localhost", "VAULT.localhost.")]
    direct.append(vault.url("/secret").replace("http:", "https:"))
    pages = {f"/to/{number}": redirect(url) for number, url in enumerate(direct)}
    robots = {"sly.localhost/robots.txt": redirect(vault.url("/secret")), **OPEN_ROBOTS}
    with Loopback({**pages, **robots}) as allowed:
        targets = [*direct, *(allowed.url(path) for path in pages), allowed.url("/", "sly.localhost")]
        answers = fetch(make_source("url_list", *targets), make_policy(allowed), targets)
    failures = [answer for answer in answers.values() if isinstance(answer, FetchFailure)]
    assert [failure.reason for failure in failures] == ["blocked_address"] * len(targets)
    assert all("is not a public address" in failure.detail for failure in failures)
    assert vault.asked == []


def test_an_allowed_server_is_read_under_every_localhost_name(vault: Loopback) -> None:
    urls = [vault.url("/secret", host) for host in ("127.0.0.1", "localhost", "shop.localhost", "a.b.localhost")]
    answers = fetch(make_source("url_list", *urls), make_policy(vault), urls)
    assert [answer.body for answer in answers.values() if isinstance(answer, Page)] == [SECRET] * 4
    assert {answer.ip_address for answer in answers.values() if isinstance(answer, Page)} == {"127.0.0.1"}


READS_ALONE = """
import urllib.request
from scrapy.http import Response

class ReadsAlone:
    lazy = True
    def __init__(self, crawler): pass
    async def download_request(self, request):
        return Response(request.url, body=urllib.request.urlopen(request.url).read())
    async def close(self): pass
"""
ADD_ON = """
def settings_for(policy, own=settings_for):
    return own(policy) | {"ADDONS": {"altered_fetcher.AddOn": 1}}
"""
OTHER_SPIDER = """
from crawler.spiders.url_list import UrlListSpider
def spider_for(name): return OtherSpider
"""


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        pytest.param(
            """
class AddOn:
    @classmethod
    def update_pre_crawler_settings(cls, settings):
        settings.set("TWISTED_DNS_RESOLVER", "scrapy.resolver.CachingThreadedResolver", 100)
"""
            + ADD_ON,
            "the reactor's resolver is not the address guard",
            id="an add-on puts Scrapy's resolver back",
        ),
        pytest.param(
            """
class AddOn:
    @classmethod
    def update_pre_crawler_settings(cls, settings):
        settings.set("GUARD_ALLOWED_ADDRESSES", ["127.0.0.1:{port}"], 100)
"""
            + ADD_ON,
            "the reactor's resolver is not the address guard of this policy",
            id="an add-on widens what is allowed",
        ),
        pytest.param(
            READS_ALONE
            + """
class AddOn:
    def update_settings(self, settings):
        settings.set("DOWNLOAD_HANDLERS", {"http": ReadsAlone}, 100)
"""
            + ADD_ON,
            "is handled by .* which passes by the guard",
            id="an add-on brings a handler that connects by itself",
        ),
        pytest.param(
            """
class AddOn:
    def update_settings(self, settings):
        settings["DOWNLOADER_MIDDLEWARES"].set("crawler.fetching.gates.AddressGate", None, 100)
"""
            + ADD_ON,
            "AddressGate is switched off",
            id="an add-on takes a gate out",
        ),
    ],
)
def test_the_fetcher_refuses_to_fetch_without_its_guards(
    vault: Loopback, tmp_path: Path, code: str, sentence: str
) -> None:
    command = altered_fetcher(tmp_path, code.replace("{port}", vault.endpoint.rpartition(":")[2]))
    with pytest.raises(FetcherRefused, match=sentence):
        fetch(make_source("url_list", vault.url("/")), make_policy(), [vault.url("/secret")], command)
    assert vault.asked == []


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            READS_ALONE
            + """
class OtherSpider(UrlListSpider):
    custom_settings = {
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
        "DOWNLOAD_HANDLERS": {"http": ReadsAlone},
        "HTTPPROXY_ENABLED": True,
        "ROBOTSTXT_OBEY": False,
    }
""",
            id="by custom_settings",
        ),
        pytest.param(
            """
class OtherSpider(UrlListSpider):
    async def start(self):
        from twisted.internet import reactor
        from scrapy.resolver import CachingThreadedResolver
        reactor.installResolver(CachingThreadedResolver(reactor, 0, 5))
        async for request in super().start():
            yield request
""",
            id="after the check, on the reactor itself",
        ),
        pytest.param(
            """
class OtherSpider(UrlListSpider):
    async def start(self):
        async for request in super().start():
            yield request.replace(meta={**request.meta, "proxy": request.url, "asks_for_rules": True})
""",
            id="by a proxy",
        ),
    ],
)
def test_the_guard_holds_when_a_spider_tries_to_replace_it(vault: Loopback, tmp_path: Path, code: str) -> None:
    command = altered_fetcher(tmp_path, OTHER_SPIDER + code)
    answers = fetch(make_source("url_list", vault.url("/")), make_policy(), [vault.url("/secret")], command)
    answer = answers[vault.url("/secret")]
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "blocked_address"
    assert vault.asked == []


@pytest.mark.parametrize("is_allowed", [False, True])
def test_the_lock_on_connects_holds_for_any_client_in_the_process(vault: Loopback, is_allowed: bool) -> None:
    allowed = [parse_endpoint(vault.endpoint)] if is_allowed else []
    code = (
        "import urllib.request\n"
        "from crawler.fetching.addresses import AddressGuard\n"
        "from crawler.fetching.lock import lock_connects\n"
        f"lock_connects(AddressGuard(frozenset({allowed})))\n"
        f"print(urllib.request.urlopen('{vault.url('/secret')}').read())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (SECRET.decode() in done.stdout) == is_allowed
    assert ("the address guard refuses to connect: 127.0.0.1 is not a public address" in done.stderr) != is_allowed
    assert bool(vault.asked) == is_allowed
