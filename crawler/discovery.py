"""Where to go next: the targets that a saved page of a source leads to; pure, so that the job can replay it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.archives.cdxj import read_index_listing
from crawler.archives.places import local_path
from crawler.items import Page, Target
from crawler.listings.entries import Listing
from crawler.listings.reading import is_feed, read_ad_export, read_feed
from crawler.scope import Scope, host_of
from crawler.sitemaps import Location, read_sitemap, robots_sitemaps
from crawler.sources import MAX_URL, Source

# What one page may add: many links of one path pattern are a listing, links of its own pattern a calendar or pager.
LINKS_PER_PATTERN = 60
LINKS_OF_OWN_PATTERN = 12
MAX_SEGMENTS = 16
MAX_PARAMETERS = 8
# The links of a site's menu stand on each of its pages.
REMEMBERED = 20_000
DIGITS = re.compile(r"\d+")
# Endings of files that hold no readable page; a sitemap's own .gz is judged before this list.
NOT_PAGES = re.compile(
    r"\.(?:7z|apk|avi|bin|bmp|bz2|css|csv|dmg|docx?|eot|exe|flac|gif|gz|ico|iso|jpe?g|js|json|m4[av]|mkv|mov|mp[34]"
    r"|mpe?g|msi|og[gv]|otf|pdf|png|pptx?|rar|rss|svg|tar|tgz|tiff?|ttf|wav|web[mp]|wmv|woff2?|xlsx?|zip)$",
    re.IGNORECASE,
)
# Links that do something instead of showing something.
ACTION_SEGMENT = re.compile(
    r"(?:log|sign)[-_]?(?:in|out|off|up)|register|wp-login\.php|wp-admin|xmlrpc\.php|add[-_]to[-_](?:cart|basket|wishlist)",
    re.IGNORECASE,
)
ACTION_PARAMETER = re.compile(
    r"add[-_]to[-_](?:cart|basket|wishlist)|remove_item|undo_item|replytocom|(?:log|sign)_?out|_wpnonce|print",
    re.IGNORECASE,
)
ACTION_VALUE = re.compile(r"(?:add|remove|delete|log(?:in|out)|sign(?:in|out)|register)\b", re.IGNORECASE)
ACTION_KEYS = frozenset({"action", "do", "cmd", "op"})
# They say where a reader came from, not what is shown.
TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|mc_eid", re.IGNORECASE)


def start_targets(source: Source) -> tuple[Target, ...]:
    """Give the targets a visit begins with; a sitemap source given as a bare site begins at its robots.txt."""
    return tuple(Target(_start_url(source, url)) for url in source.start_urls)


def next_targets(source: Source, target: Target, page: Page, links: Iterable[str]) -> tuple[Target, ...]:
    """Give the targets that an answered target leads to, one link deeper, without duplicates, in page order.

    links: the page's links as extraction gives them, absolute or relative to `page.final_url`.
    What was fetched or queued before is the caller's to leave out; `budgets.VisitBudget` bounds a whole visit.
    """
    answered = 200 <= page.status < 300 or page.status == 304
    if not answered or target.depth >= source.max_depth:
        return ()
    urls = dict.fromkeys(FINDERS[source.spider](source, page, links))
    urls.pop(page.final_url, None)
    urls.pop(target.url, None)
    return tuple(Target(url, depth=target.depth + 1) for url in urls)


def read_listing(source: Source, page: Page) -> Listing | None:
    """Read a page that lists others: entries to judge, links to crawl, what could not be read; None for any other page.

    One that is empty has no `problems`; one that could not be read has nothing else.
    """
    read = LISTINGS.get(source.spider)
    return None if read is None else read(source, page)


@lru_cache(maxsize=REMEMBERED)
def path_pattern(url: str) -> str:
    """Give the shape of a URL: host and path with digit runs as `#`, query keys without their values."""
    parts = urlsplit(url)
    keys = sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{parts.hostname}{DIGITS.sub('#', parts.path)}?{'&'.join(keys)}"


def _start_url(source: Source, url: str) -> str:
    parts = urlsplit(url)
    if source.spider == "sitemap" and parts.path in ("", "/"):
        return urljoin(url, "/robots.txt")
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))


def _site_urls(source: Source, page: Page, links: Iterable[str]) -> Iterator[str]:
    """Give the in-scope links of a page that show something, bounded per path pattern."""
    scope = Scope.of(source.start_urls)
    own = path_pattern(page.final_url)
    taken: Counter[str] = Counter()
    for url in dict.fromkeys(_resolved(page.final_url, links)):
        pattern = path_pattern(url)
        room = LINKS_OF_OWN_PATTERN if pattern == own else LINKS_PER_PATTERN
        if taken[pattern] < room and scope.holds(url) and _shows_a_page(url):
            taken[pattern] += 1
            yield url


def _sitemap_urls(source: Source, page: Page, _links: Iterable[str]) -> Iterator[str]:
    """Give the in-scope locations of a sitemap, or the sitemaps of a robots.txt."""
    scope = Scope.of(source.start_urls)
    locations = _locations(page)
    for url in _resolved(page.final_url, (one.url for one in locations if one.is_sitemap)):
        if scope.holds(url):
            yield url
    for url in _resolved(page.final_url, (one.url for one in locations if not one.is_sitemap)):
        if scope.holds(url) and (_is_sitemap(url) or _shows_a_page(url)):
            yield url


def _locations(page: Page) -> tuple[Location, ...]:
    if _is_robots(page):
        return tuple(Location(url, is_sitemap=True) for url in robots_sitemaps(page.body))
    return read_sitemap(page.body, page.content_type).by_hint(page.fetched_at)


def _is_robots(page: Page) -> bool:
    return "/robots.txt" in (urlsplit(page.url).path, urlsplit(page.final_url).path)


def _listed_urls(source: Source, page: Page, _links: Iterable[str]) -> Iterator[str]:
    """Give where the entries of a listing lead, wherever that is, as they are written: a parameter may be the offer."""
    listing = read_listing(source, page)
    if listing is None:
        return
    scope = Scope.of(source.start_urls)
    # The next page of the listing first: its entries are judged, wherever they lead.
    following = _resolved(page.final_url, listing.following, keep_tracking=True)
    yield from (url for url in following if scope.holds(url))
    yield from _resolved(page.final_url, listing.links, keep_tracking=True)


def _record_urls(source: Source, page: Page, _links: Iterable[str]) -> Iterator[str]:
    """Give the places of an archive's records."""
    listing = read_listing(source, page)
    return iter(() if listing is None else listing.links)


def _no_urls(_source: Source, _page: Page, _links: Iterable[str]) -> Iterator[str]:
    return iter(())


# One finder a spider: the fetching halves under spiders/ know nothing of links.
FINDERS: Mapping[str, Callable[[Source, Page, Iterable[str]], Iterator[str]]] = MappingProxyType(
    {
        "site": _site_urls,
        "sitemap": _sitemap_urls,
        "feed": _listed_urls,
        "ads": _listed_urls,
        "url_list": _no_urls,
        "archive": _record_urls,
    }
)


def _sitemap_listing(source: Source, page: Page) -> Listing | None:
    if _is_robots(page):
        return Listing(links=robots_sitemaps(page.body))
    sitemap = read_sitemap(page.body, page.content_type)
    if sitemap.locations:
        return Listing(links=tuple(one.url for one in sitemap.locations), problems=sitemap.problems)
    # Whatever else a sitemap leads to is a page like any other.
    return Listing(problems=sitemap.problems or ("it is no sitemap",)) if _is_start(source, page) else None


def _feed_listing(source: Source, page: Page) -> Listing | None:
    """Read what the source names, and its next pages; `max_depth` bounds how many."""
    is_next = Scope.of(source.start_urls).holds(page.final_url) and is_feed(page.body)
    return read_feed(page.body, page.content_type) if _is_start(source, page) or is_next else None


def _ads_listing(source: Source, page: Page) -> Listing | None:
    return read_ad_export(page.body, page.content_type) if _is_start(source, page) else None


def _index_listing(source: Source, page: Page) -> Listing | None:
    return read_index_listing(page.body, local_path(page.url).parent.resolve()) if _is_start(source, page) else None


def _is_start(source: Source, page: Page) -> bool:
    """Tell what the source names from what that leads to: a product's page may list products too."""
    return page.url in {target.url for target in start_targets(source)}


# One reader for each spider that begins at a listing.
LISTINGS: Mapping[str, Callable[[Source, Page], Listing | None]] = MappingProxyType(
    {"sitemap": _sitemap_listing, "feed": _feed_listing, "ads": _ads_listing, "archive": _index_listing}
)


def _resolved(base: str, links: Iterable[str], *, keep_tracking: bool = False) -> Iterator[str]:
    """Give each http(s) link as an absolute URL without fragment, default port and, mostly, tracking parameters."""
    for link in links:
        with suppress(ValueError):
            url = _plain_url(urljoin(base, link.strip()), keep_tracking=keep_tracking)
            if url:
                yield url


@lru_cache(maxsize=REMEMBERED)
def _plain_url(address: str, *, keep_tracking: bool) -> str:
    """Give an absolute address as it is asked for; empty where it cannot be, ValueError where it cannot be read."""
    parts = urlsplit(address)
    host, port = (parts.hostname or ""), parts.port
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return ""
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, 80 if parts.scheme == "http" else 443):
        netloc += f":{port}"
    query = parts.query if keep_tracking else _without_tracking(parts.query)
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", query, ""))
    return url if len(url) <= MAX_URL and host_of(url) else ""


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not TRACKING.fullmatch(key)]
    return query if len(kept) == len(pairs) else urlencode(kept)


def _is_sitemap(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".xml", ".xml.gz", ".txt.gz"))


@lru_cache(maxsize=REMEMBERED)
def _shows_a_page(url: str) -> bool:
    """Tell a link worth fetching from files, actions and the endless paths of a trap."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if NOT_PAGES.search(parts.path) or any(ACTION_SEGMENT.fullmatch(segment) for segment in segments):
        return False
    if any(ACTION_PARAMETER.fullmatch(key) or _is_action(key, value) for key, value in pairs):
        return False
    repeats = max(Counter(segments).values(), default=0)
    return len(segments) <= MAX_SEGMENTS and len(pairs) <= MAX_PARAMETERS and repeats <= 3


def _is_action(key: str, value: str) -> bool:
    return key.lower() in ACTION_KEYS and ACTION_VALUE.match(value) is not None
