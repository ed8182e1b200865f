"""Each spider that begins at a listing has its folder of cases: a saved listing, and what must come out of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery import LISTINGS, next_targets, read_listing, start_targets
from crawler.fetching.policy import FetchPolicy
from crawler.items import Page
from crawler.local_files import read_local
from crawler.sources import Source

FIXTURES = Path(__file__).with_name("fixtures")
CASES = sorted(FIXTURES.glob("*/*"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = {".xml": "application/xml", ".html": "text/html", ".json": "application/json", ".gz": "application/gzip"}
POLICY = FetchPolicy("test@rxwarden.example")


def test_every_spider_that_reads_listings_has_cases() -> None:
    assert {case.parent.name for case in CASES} == set(LISTINGS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_listing_gives_its_entries_its_links_and_what_could_not_be_read(case: Path) -> None:
    assert outcome(case) == json.loads((case / "expected.json").read_text("utf-8"))


def outcome(case: Path) -> dict[str, object]:
    """Give what comes out of a case, file URLs shortened to the file's name."""
    (file,) = case.glob("input.*")
    spider = case.parent.name
    start = file.as_uri() if spider == "archive" else f"https://shop.example/{file.name}"
    source = Source("tested", spider, (start,))
    target = start_targets(source)[0]
    if spider == "archive":
        page = read_local(source, POLICY, target, lambda: NOW)
    else:
        body = file.read_bytes()
        page = Page(start, start, 200, NOW, (), TYPES.get(file.suffix, ""), body, "tested", spider)
    listing = read_listing(source, page)
    assert listing is not None
    found = next_targets(source, target, page, [])
    entries = [
        {
            "identity": entry.identity,
            "title": entry.title,
            "markup": entry.markup,
            "links": list(entry.links),
            "facts": [f"{name}: {value}" for name, value in entry.facts],
        }
        | ({"cut": True} if entry.cut else {})
        for entry in listing.entries
    ]
    folder = file.parent.as_uri() + "/"
    targets = [one.url.replace(folder, "") for one in found]
    return {"entries": entries, "targets": targets, "problems": list(listing.problems)}
