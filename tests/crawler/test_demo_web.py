"""The demo web serves what its sites declare, and its truth describes exactly those pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag

from crawler.demo.server import CONTENT_TYPES, DemoWeb
from crawler.demo.sites import DemoSite, load_sites, load_truth

SITES = load_sites()
TRUTH = load_truth()
CHANGED = {("crystal-harbor", "/product/s-isomer-shards"), ("willow-infusion", "/treatments/depression")}
# Followed in a browser by a person; images are left out, since the demo web has no pictures.
LINKS = (("a", "href"), ("link", "href"), ("form", "action"))


@dataclass(frozen=True)
class Answer:
    """One answer of the demo web; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    """Run the demo web in week 1 for the tests of this module."""
    with DemoWeb() as running:
        yield running


@pytest.fixture
def second_week(web: DemoWeb) -> Iterator[DemoWeb]:
    """Show week 2 for one test, then week 1 again."""
    web.show_week(2)
    yield web
    web.show_week(1)


def ask(web: DemoWeb, host: str, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    """Ask on the loopback address, since not every machine resolves names below `.localhost`."""
    connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        connection.request(method, path, headers={"Host": f"{host}:{web.port}", **(headers or {})})
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())
    finally:
        connection.close()


def page_text(body: bytes) -> str:
    """Give the text of a page with whitespace folded; a browser shows an iframe's srcdoc, so it counts."""
    soup = BeautifulSoup(body, "html.parser")
    framed = [page_text(str(frame["srcdoc"]).encode()) for frame in soup.find_all("iframe", srcdoc=True)]
    return " ".join(" ".join([soup.get_text(), *framed]).split())


def links(web: DemoWeb, url: str) -> set[tuple[str, str]]:
    """Give host name and path of every link on a page that stays within the demo web."""
    parts = urlsplit(url)
    soup = BeautifulSoup(ask(web, str(parts.hostname), parts.path).body, "html.parser")
    found = set()
    for name, attribute in LINKS:
        for tag in soup.find_all(name, attrs={attribute: True}):
            assert isinstance(tag, Tag)
            target = urlsplit(urljoin(url, str(tag[attribute])))
            if target.scheme == "http":
                assert target.port == web.port, f"{url}: {target.geturl()} leaves the demo web"
                found.add((str(target.hostname), target.path or "/"))
    return found


def leads_somewhere(site: DemoSite, path: str) -> bool:
    """Say whether a path is a file, a redirect or a dead link that the site lists."""
    return site.find(path) is not None or site.redirect(path) is not None or path in site.dead_links


def reached(web: DemoWeb, site: DemoSite) -> set[str]:
    """Give the page paths a crawler comes to from the start URLs of a site within its depth."""
    front = {path for path in site.source.start_urls if not path.endswith(".xml")}
    if site.source.spider == "sitemap":
        sitemap = ElementTree.fromstring(ask(web, site.host, site.source.start_urls[0]).body)
        front |= {urlsplit(loc.text or "").path for loc in sitemap.iterfind("{*}url/{*}loc")}
    seen = set(front)
    for _ in range(site.source.max_depth if site.source.spider != "url_list" else 0):
        front = {path for at in front for host, path in links(web, web.url(site.name, at)) if host == site.host} - seen
        seen |= front
    return seen & set(site.page_paths())


def test_sites_are_many_and_their_pages_fit_the_crawl_limits() -> None:
    assert len(SITES) >= 12
    assert sum(len(site.page_paths()) for site in SITES) >= 66
    assert all(len(site.page_paths()) <= site.source.max_pages for site in SITES)
    assert len({site.source.name for site in SITES}) == len(SITES)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_page_is_served_with_its_declared_type(web: DemoWeb, site: DemoSite) -> None:
    for path in site.page_paths():
        answer = ask(web, site.host, path)
        assert answer.status == 200, path
        assert answer.headers["content-type"] == (site.declared_type(path) or CONTENT_TYPES["html"])
        assert b"{{origin:" not in answer.body


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_host_has_a_robots_file_and_a_missing_page(web: DemoWeb, site: DemoSite) -> None:
    robots = ask(web, site.host, "/robots.txt")
    assert (robots.status, robots.headers["content-type"]) == (200, CONTENT_TYPES["txt"])
    missing = ask(web, site.host, "/no-such-page")
    assert missing.status == 404
    assert b"Page not found" in missing.body


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_link_leads_to_a_page_a_redirect_or_a_listed_dead_link(web: DemoWeb, site: DemoSite) -> None:
    by_host = {known.host: known for known in SITES}
    used: set[str] = set()
    for at in site.page_paths():
        for host, path in links(web, web.url(site.name, at)):
            assert leads_somewhere(by_host[host], path), f"{site.host}{at} links to {host}{path}"
            used.add(path)
    assert set(site.dead_links) <= used
    assert all(site.find(path) is None for path in site.dead_links)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_page_can_be_reached_from_the_start_urls(web: DemoWeb, site: DemoSite) -> None:
    assert reached(web, site) == set(site.page_paths())


@pytest.mark.parametrize("week", [1, 2])
def test_truth_covers_exactly_the_pages(week: int) -> None:
    rows = [(row.host, row.path) for row in TRUTH if row.week in (None, week)]
    assert sorted(rows) == sorted((site.host, path) for site in SITES for path in site.page_paths())


@pytest.mark.parametrize("week", [1, 2])
def test_every_quote_and_clean_text_stands_on_its_page(week: int) -> None:
    by_host = {site.host: site for site in SITES}
    for row in TRUTH:
        if row.week not in (None, week):
            continue
        found = by_host[row.host].find(row.path, week)
        assert found is not None
        text = page_text(found[1])
        for quote in (*(text for quotes in row.quotes.values() for text in quotes), *row.clean):
            assert quote in text, f"{row.host}{row.path}: {quote}"


def test_clean_text_and_quotes_do_not_overlap() -> None:
    for row in TRUTH:
        for quote in (text for quotes in row.quotes.values() for text in quotes):
            assert not any(clean in quote or quote in clean for clean in row.clean), f"{row.host}{row.path}: {quote}"


def test_week_two_changes_exactly_the_declared_pages(second_week: DemoWeb) -> None:
    changed = set()
    for site in SITES:
        for path in site.page_paths():
            second_week.show_week(1)
            before = ask(second_week, site.host, path)
            second_week.show_week(2)
            after = ask(second_week, site.host, path)
            if (before.body, before.headers["etag"]) != (after.body, after.headers["etag"]):
                assert before.headers["last-modified"] != after.headers["last-modified"]
                changed.add((site.name, path))
    assert changed == CHANGED == {(site.name, path) for site in SITES for path in site.changed_paths()}


def test_week_two_adds_a_cure_claim_to_the_careful_clinic() -> None:
    rows = {
        row.week: row
        for row in TRUTH
        if (row.host, row.path) == ("willow-infusion.localhost", "/treatments/depression")
    }
    assert (rows[1].unsupported_claim, rows[2].unsupported_claim) == (False, True)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_redirect_ends_on_a_page(web: DemoWeb, site: DemoSite) -> None:
    for entry in site.redirects:
        url, hops = web.url(site.name, entry.path), 0
        answer = ask(web, site.host, entry.path)
        assert answer.status == entry.status
        while "location" in answer.headers and hops < 5:
            url, hops = urljoin(url, answer.headers["location"]), hops + 1
            answer = ask(web, str(urlsplit(url).hostname), urlsplit(url).path)
        assert answer.status == 200, f"{entry.path} ends at {url}"


def test_one_redirect_takes_two_hops_and_one_changes_host(web: DemoWeb) -> None:
    first = ask(web, "crystal-harbor.localhost", "/store")
    second = ask(web, "crystal-harbor.localhost", first.headers["location"])
    assert (first.headers["location"], second.headers["location"]) == ("/catalogue", "/shop/")
    away = ask(web, "calm-tide-journal.localhost", "/go/harbor")
    assert away.headers["location"] == web.url("crystal-harbor", "/shop/")


@pytest.mark.parametrize("header", [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")])
def test_unchanged_page_answers_304_without_a_body(web: DemoWeb, header: tuple[str, str]) -> None:
    asked, given = header
    page = ask(web, "willow-infusion.localhost", "/")
    again = ask(web, "willow-infusion.localhost", "/", {asked: page.headers[given]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]


def test_changed_page_answers_200_to_the_etag_of_the_week_before(second_week: DemoWeb) -> None:
    second_week.show_week(1)
    before = ask(second_week, "willow-infusion.localhost", "/treatments/depression")
    second_week.show_week(2)
    for asked, given in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        after = ask(second_week, "willow-infusion.localhost", "/treatments/depression", {asked: before.headers[given]})
        assert after.status == 200


def test_head_gives_the_length_and_no_body(web: DemoWeb) -> None:
    answer = ask(web, "soap-and-sundry.localhost", "/", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_one_page_is_kept_from_crawlers(web: DemoWeb) -> None:
    robots = ask(web, "lozenge-post.localhost", "/robots.txt").body.decode()
    assert "Disallow: /intake/" in robots
    assert ask(web, "lozenge-post.localhost", "/intake/quiz").status == 200


def test_charset_headers_lie_where_the_site_says_so(web: DemoWeb) -> None:
    german = ask(web, "kristall-versand.localhost", "/versand")
    assert german.headers["content-type"] == "text/html; charset=ISO-8859-1"
    assert "Österreich" in german.body.decode("utf-8")
    spanish = ask(web, "kristall-versand.localhost", "/es/")
    assert spanish.headers["content-type"] == "text/html; charset=utf-8"
    assert "dueño" in spanish.body.decode("iso-8859-1")


def test_unknown_host_gets_the_list_of_sites(web: DemoWeb) -> None:
    answer = ask(web, "127.0.0.1", "/")
    assert answer.status == 404
    assert web.origin("willow-infusion").encode() in answer.body


def test_unknown_week_or_site_says_what_to_choose(web: DemoWeb) -> None:
    with pytest.raises(ValueError, match="show one of"):
        web.show_week(3)
    with pytest.raises(KeyError, match="choose one of"):
        web.origin("no-such-site")


def test_port_is_unknown_before_the_web_runs() -> None:
    with pytest.raises(RuntimeError, match="with DemoWeb"):
        _ = DemoWeb().port
