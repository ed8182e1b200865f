"""The address guard against names that change, notations, ports, proxies and doors, on a real loopback network."""

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.exceptions import FetcherRefused
from crawler.items import FetchFailure, Page
from tests.crawler.loopback import Loopback, Reply, altered_fetcher, fetch, make_policy, make_source

SECRET = b"the secret of the house"
# Each leads to this machine, its network or nowhere public; Python's, curl's and a browser's readings differ.
NOTATIONS = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0177.0.0.1", "0177.0.0.01", "0x7f.0.0.1", "0x7f000001"),
    *("017700000001", "0", "0.0.0.0", "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "x.localhost"),
    *("10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0xa9fea9fe", "100.64.0.1", "224.0.0.251"),
    *("255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::808:808]", "[fec0::1]", "[fe80::1]"),
    *("[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:808:808::f5fe:fdfc]"),
    *("[2001:db8::1]", "[3fff::1]", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1"),
)


def test_a_redirect_to_no_notation_of_a_private_address_is_followed() -> None:
    with Loopback({"/secret": Reply(SECRET)}) as vault:
        places = [vault.url("/secret", name) for name in NOTATIONS]
        ways = {f"/to/{number}": Reply(status=302, headers={"Location": place}) for number, place in enumerate(places)}
        encoded = {
            path: Reply(status=302, headers={"Location": reply.headers["Location"].encode().decode("latin-1")})
            for path, reply in ways.items()
        }
        with Loopback(encoded) as web:
            urls = [web.url(path) for path in ways]
            answers = fetch(make_source("url_list", *urls), make_policy(web, retries=2), urls)
        reasons = {NOTATIONS[number]: getattr(answers[url], "reason", "page") for number, url in enumerate(urls)}
        # A host that no name can have is no web address.
        assert {name: why for name, why in reasons.items() if why != "blocked_address"} == {
            "127%2e0%2e0%2e1": "redirects",
            "%31%32%37.0.0.1": "redirects",
        }
        assert vault.asked == []


def test_addresses_of_ipv6_are_refused_in_a_sentence() -> None:
    said = {
        "http://[::1]/": "::1 is not a public address",
        "http://[fe80::1]:8080/x": "fe80::1 is not a public address",
        "https://[::ffff:10.0.0.1]/": "10.0.0.1 is not a public address",
        "http://[2606:2800:220:1::1]/": "is an IPv6 address, and pages are fetched over IPv4 only",
    }
    answers = fetch(make_source("url_list", *said), make_policy(), list(said))
    refused = {url: (getattr(answer, "reason", ""), getattr(answer, "detail", "")) for url, answer in answers.items()}
    assert {url: reason for url, (reason, _) in refused.items()} == dict.fromkeys(said, "blocked_address")
    assert all(said[url] in detail for url, (_, detail) in refused.items())


@pytest.mark.parametrize("port", [1, 22, 25, 81, 3306, 6379, 8000, 8081, 9200, 65535])
def test_a_port_that_no_web_page_is_served_on_is_not_asked(port: int, tmp_path: Path) -> None:
    # A public address: nothing is sent to it, for the port alone is refused.
    command = altered_fetcher(tmp_path, NAMES.format(answers="['93.184.216.34']", log=tmp_path / "asked"))
    url = f"http://public.example:{port}/"
    answer = fetch(make_source("url_list", url), make_policy(), [url], command)[url]
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "blocked_address"
    assert f"port {port} is not one that public web pages are served on (80, 443, 8080, 8443)" in answer.detail


NAMES = (
    "import socket\n"
    "answers = {answers}\n"
    "def answer(name):\n"
    "    with open('{log}', 'a') as log:\n"
    "        log.write(name + chr(10))\n"
    "    return answers.pop(0) if len(answers) > 1 else answers[0]\n"
    "socket.gethostbyname = answer\n"
)
NO_CACHE = """
def settings_for(policy, own=settings_for):
    return own(policy) | {"DNSCACHE_ENABLED": False}
"""


def test_a_name_that_turns_private_after_its_first_answer_is_not_followed(tmp_path: Path) -> None:
    log = tmp_path / "asked"
    names = NAMES.format(answers="['127.0.0.1', '127.0.0.1', '127.0.0.2']", log=log)
    command = altered_fetcher(tmp_path, names + NO_CACHE)
    close = {"Connection": "close"}
    pages = {
        "/robots.txt": Reply(b"", headers=close),
        "/first": Reply(b"here", headers=close),
        "/second": Reply(SECRET),
    }
    with Loopback(pages) as web:
        urls = [web.url(path, "rebinding.example") for path in ("/first", "/second")]
        policy = make_policy(web, per_host=1, concurrency=1, retries=3)
        answers = fetch(make_source("url_list", *urls), policy, urls, command)
        asked = list(web.asked)
    first, second = answers[urls[0]], answers[urls[1]]
    assert isinstance(first, Page)
    assert isinstance(second, FetchFailure)
    assert (first.ip_address, second.reason) == ("127.0.0.1", "blocked_address")
    assert "127.0.0.2 is not a public address" in second.detail
    assert asked == ["rebinding.example/robots.txt", "rebinding.example/first"]
    # Three connections were wanted and each name looked up once: what the guard refused was not tried again.
    assert log.read_text("utf-8").splitlines() == ["rebinding.example"] * 3


def test_proxies_of_the_environment_and_a_proxy_middleware_stop_the_start(tmp_path: Path) -> None:
    for code, sentence in (
        ("os.environ['HTTPS_PROXY'] = 'http://127.0.0.1:3128'\n", "the environment names a proxy for https"),
        ("os.environ['all_proxy'] = 'socks5://127.0.0.1:1080'\n", "the environment names a proxy for all"),
        (SWITCHED_ON.format(setting='"HTTPPROXY_ENABLED": True'), "HttpProxyMiddleware is on"),
        (SWITCHED_ON.format(setting='"HTTPCACHE_ENABLED": True'), "HttpCacheMiddleware is on"),
        (SWITCHED_ON.format(setting='"TELNETCONSOLE_ENABLED": True'), "TelnetConsole is on"),
        (SWITCHED_ON.format(setting='"REMOTE_CONTROL_ENABLED": True'), "RemoteControl is on"),
        (SWITCHED_ON.format(setting='"DOWNLOAD_HANDLERS": {"file": FILES, **NONE}'), "file is handled by"),
        (
            SWITCHED_ON.format(setting='"DOWNLOAD_HANDLERS": {"https": PLAIN, "file": None, **NONE}'),
            "https? is handled by",
        ),
    ):
        command = altered_fetcher(tmp_path, code)
        with Loopback({"/": Reply(b"here")}) as web:
            with pytest.raises(FetcherRefused, match=sentence):
                fetch(make_source("url_list", web.url("/")), make_policy(web), [web.url("/")], command)
            assert web.asked == []


SWITCHED_ON = """
NONE = dict.fromkeys(("data", "ftp", "s3"))
FILES = "scrapy.core.downloader.handlers.file.FileDownloadHandler"
PLAIN = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
def settings_for(policy, own=settings_for):
    return own(policy) | {{{setting}}}
"""
OTHER_SCHEMES = """
from scrapy.http import Request
from crawler.spiders.url_list import UrlListSpider
class OtherSpider(UrlListSpider):
    async def start(self):
        async for request in super().start():
            scheme = request.url.rpartition("/")[2]
            yield request.replace(url=PLACES[scheme])
PLACES = {
    "file": "file:///etc/passwd", "data": "data:text/plain,secret", "ftp": "ftp://127.0.0.1/secret",
    "s3": "s3://bucket/secret", "gopher": "gopher://127.0.0.1/",
}
def spider_for(name): return OtherSpider
"""


def test_a_fetcher_speaks_http_alone_even_when_its_spider_asks_for_more(tmp_path: Path) -> None:
    command = altered_fetcher(tmp_path, OTHER_SCHEMES)
    urls = [f"http://a.example/{scheme}" for scheme in ("file", "data", "ftp", "s3", "gopher")]
    answers = fetch(make_source("url_list", *urls), make_policy(), urls, command)
    assert {getattr(answer, "reason", "page") for answer in answers.values()} <= {"invalid_url", "dns", "connection"}


def test_a_fetcher_at_work_listens_on_no_port(tmp_path: Path) -> None:
    listening: list[str] = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        pid = int((tmp_path / "pid").read_text("ascii"))
        listening.extend(listening_sockets(pid))
        handler.send_response(200)
        handler.send_header("Content-Length", "4")
        handler.end_headers()
        handler.wfile.write(b"here")

    tell = f"open('{tmp_path / 'pid'}', 'w').write(str(os.getpid()))\n"
    with Loopback({"/": look}) as web:
        answer = fetch(
            make_source("url_list", web.url("/")), make_policy(web), [web.url("/")], altered_fetcher(tmp_path, tell)
        )
        assert isinstance(answer[web.url("/")], Page)
    assert listening == []


def listening_sockets(pid: int) -> list[str]:
    """Give the TCP sockets on which a process waits for callers."""
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(handle.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{name}").read_text("ascii").splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]
