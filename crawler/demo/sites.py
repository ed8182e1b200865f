"""The made-up sites of the demo web and the labels of their pages, read from package data and validated."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import cast

SPIDERS = frozenset({"site", "sitemap", "url_list"})
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
WEEKS = (1, 2)
FAMILIES = ("illicit_sale", "unsupported_claim")

Table = dict[str, object]


class DemoSiteInvalid(ValueError):
    """A demo site or truth row is malformed; correct the file the message names."""


@dataclass(frozen=True)
class DemoRedirect:
    """One path that answers with a redirect; `to` is a path or starts with an origin placeholder."""

    path: str
    to: str
    status: int


@dataclass(frozen=True)
class DemoHeader:
    """One path whose Content-Type is sent as written, right or wrong."""

    path: str
    content_type: str


@dataclass(frozen=True)
class DemoSource:
    """How the crawler should watch the site; `start_urls` are paths on its host."""

    name: str
    spider: str
    start_urls: tuple[str, ...]
    jurisdiction: str
    cadence_days: int
    max_pages: int
    max_depth: int


@dataclass(frozen=True)
class DemoSite:
    """One made-up site; `files` maps week to file name to bytes, week 2 holding only what it replaces."""

    name: str
    host: str
    kind: str
    title: str
    source: DemoSource
    redirects: tuple[DemoRedirect, ...]
    headers: tuple[DemoHeader, ...]
    dead_links: tuple[str, ...]
    files: Mapping[int, Mapping[str, bytes]]

    def find(self, path: str, week: int = 1) -> tuple[str, bytes, int] | None:
        """Give the file name, bytes and week of last change behind a URL path, or None."""
        stem = path.strip("/")
        names = [f"{stem}/index.html" if stem else "index.html"]
        if not path.endswith("/"):
            names = [stem, f"{stem}.html", *names]
        for name in names:
            for shown in range(week, 0, -1):
                body = self.files[shown].get(name)
                if body is not None:
                    return name, body, shown
        return None

    def redirect(self, path: str) -> DemoRedirect | None:
        """Give the redirect that answers a URL path, or None."""
        return next((entry for entry in self.redirects if entry.path == path), None)

    def declared_type(self, path: str) -> str | None:
        """Give the Content-Type the site declares for a URL path, or None."""
        return next((entry.content_type for entry in self.headers if entry.path == path), None)

    def page_paths(self) -> tuple[str, ...]:
        """Give the URL path of every HTML page, one path a page."""
        return tuple(sorted(page_path(name) for name in self.files[1] if name.endswith(".html")))

    def changed_paths(self) -> tuple[str, ...]:
        """Give the URL paths of the pages that week 2 replaces."""
        return tuple(sorted(page_path(name) for name in self.files[2] if name.endswith(".html")))


@dataclass(frozen=True)
class DemoTruth:
    """The labels of one page; `week` is None when they hold in both weeks."""

    host: str
    path: str
    week: int | None
    illicit_sale: bool
    unsupported_claim: bool
    quotes: Mapping[str, tuple[str, ...]]
    clean: tuple[str, ...]
    note: str


def page_path(name: str) -> str:
    """Give the URL path of an HTML file: `a/index.html` is `/a/`, `a/b.html` is `/a/b`."""
    return "/" + name.removesuffix(".html").removesuffix("index")


def load_sites() -> tuple[DemoSite, ...]:
    """Give every demo site in order of name; raises DemoSiteInvalid."""
    folders = sorted((files("crawler.demo") / "sites").iterdir(), key=lambda entry: entry.name)
    return tuple(_read_site(folder) for folder in folders if folder.is_dir())


def load_truth() -> tuple[DemoTruth, ...]:
    """Give the labels of every demo page in the order of the file; raises DemoSiteInvalid."""
    lines = (files("crawler.demo") / "truth.jsonl").read_text("utf-8").splitlines()
    return tuple(_read_truth(number, line) for number, line in enumerate(lines, start=1))


def _read_site(folder: Traversable) -> DemoSite:
    where = f"sites/{folder.name}/site.toml"
    try:
        table: Table = tomllib.loads((folder / "site.toml").read_text("utf-8"))
    except (FileNotFoundError, tomllib.TOMLDecodeError) as error:
        raise DemoSiteInvalid(f"{where}: {error}; write a site.toml that parses") from error
    week_files = {week: MappingProxyType(dict(_read_files(folder / f"week{week}"))) for week in WEEKS}
    site = DemoSite(
        name=folder.name,
        host=_text(table, "host", where),
        kind=_text(table, "kind", where),
        title=_text(table, "title", where),
        source=_read_source(_tables(table, "source", where)[0], where),
        redirects=tuple(_read_redirect(row, where) for row in _tables(table, "redirect", where)),
        headers=tuple(
            DemoHeader(_path(row, "path", where), _text(row, "content_type", where))
            for row in _tables(table, "header", where)
        ),
        dead_links=_texts(table.get("dead_links", []), "dead_links", where),
        files=MappingProxyType(week_files),
    )
    _check_site(site, where)
    return site


def _check_site(site: DemoSite, where: str) -> None:
    if site.host != f"{site.name}.localhost":
        raise DemoSiteInvalid(f"{where}: host is {site.host!r}; name it {site.name}.localhost after its folder")
    if "index.html" not in site.files[1]:
        raise DemoSiteInvalid(f"{where}: week1 has no index.html; add the start page")
    for name in site.files[2]:
        if name not in site.files[1]:
            raise DemoSiteInvalid(f"{where}: week2/{name} replaces nothing; add week1/{name} or remove it")
    for path in (*site.source.start_urls, *(header.path for header in site.headers)):
        if site.find(path) is None:
            raise DemoSiteInvalid(f"{where}: {path} leads to no file in week1; correct the path")


def _read_source(row: Table, where: str) -> DemoSource:
    spider = _text(row, "spider", where)
    if spider not in SPIDERS:
        raise DemoSiteInvalid(f"{where}: spider is {spider!r}; choose one of {', '.join(sorted(SPIDERS))}")
    start_urls = _texts(row.get("start_urls"), "start_urls", where)
    if not start_urls or not all(path.startswith("/") for path in start_urls):
        raise DemoSiteInvalid(f"{where}: start_urls must list at least one path that begins with /")
    return DemoSource(
        name=_text(row, "name", where),
        spider=spider,
        start_urls=start_urls,
        jurisdiction=_text(row, "jurisdiction", where),
        cadence_days=_count(row, "cadence_days", where),
        max_pages=_count(row, "max_pages", where),
        max_depth=_count(row, "max_depth", where),
    )


def _read_redirect(row: Table, where: str) -> DemoRedirect:
    status = _count(row, "status", where)
    if status not in REDIRECT_STATUSES:
        raise DemoSiteInvalid(f"{where}: redirect status {status} is none; use one of {sorted(REDIRECT_STATUSES)}")
    return DemoRedirect(_path(row, "path", where), _text(row, "to", where), status)


def _read_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _read_files(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _read_truth(number: int, line: str) -> DemoTruth:
    where = f"truth.jsonl line {number}"
    row: object = json.loads(line)
    if not isinstance(row, dict):
        raise DemoSiteInvalid(f"{where}: not an object; write one JSON object a line")
    week = row.get("week")
    if week is not None and week not in WEEKS:
        raise DemoSiteInvalid(f"{where}: week is {week!r}; write 1, 2 or null")
    quotes = row.get("quotes")
    if not isinstance(quotes, dict):
        raise DemoSiteInvalid(f"{where}: quotes must be an object of lists, one list a family")
    truth = DemoTruth(
        host=_text(row, "host", where),
        path=_path(row, "path", where),
        week=week,
        illicit_sale=_flag(row, "illicit_sale", where),
        unsupported_claim=_flag(row, "unsupported_claim", where),
        quotes=MappingProxyType({key: _texts(value, f"quotes.{key}", where) for key, value in quotes.items()}),
        clean=_texts(row.get("clean"), "clean", where),
        note=str(row.get("note", "")),
    )
    for family in FAMILIES:
        if bool(truth.quotes.get(family)) != bool(row[family]):
            raise DemoSiteInvalid(
                f"{where}: {family} and its quotes disagree; a true family has quotes, a false one none"
            )
    return truth


def _text(row: Table, key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise DemoSiteInvalid(f"{where}: {key} is missing or empty; write it as text")
    return value


def _path(row: Table, key: str, where: str) -> str:
    value = _text(row, key, where)
    if not value.startswith("/"):
        raise DemoSiteInvalid(f"{where}: {key} is {value!r}; begin it with /")
    return value


def _count(row: Table, key: str, where: str) -> int:
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DemoSiteInvalid(f"{where}: {key} is {value!r}; write a whole number above zero")
    return value


def _flag(row: Table, key: str, where: str) -> bool:
    value = row.get(key)
    if not isinstance(value, bool):
        raise DemoSiteInvalid(f"{where}: {key} is {value!r}; write true or false")
    return value


def _texts(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DemoSiteInvalid(f"{where}: {key} must be a list of texts")
    return tuple(value)


def _tables(table: Table, key: str, where: str) -> list[Table]:
    value = table.get(key, [])
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DemoSiteInvalid(f"{where}: {key} must be a table")
    if key == "source" and not rows:
        raise DemoSiteInvalid(f"{where}: [source] is missing; say how the site is crawled")
    return cast("list[Table]", rows)
