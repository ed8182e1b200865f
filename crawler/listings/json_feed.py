"""JSON Feed 1.0 and 1.1: each item an entry, the feed's own words one more, and the address of its next page."""

import re
from dataclasses import replace

from crawler.listings.entries import MAX_FACTS, MAX_FIELD, MAX_LINKS, Entry, Listing, Problems, as_markup, line
from crawler.listings.json_values import JsonObject, read_values

VERSION = re.compile(r'"version"\s{0,9}:\s{0,9}"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version', re.IGNORECASE)


def is_json_feed(text: str) -> bool:
    """Whether a JSON file says that it is such a feed; the members of an object may stand in any order."""
    return VERSION.search(text[:20_000]) is not None or VERSION.search(text[-2_000:]) is not None


def read_json_feed(text: str) -> Listing:
    """Read the items of a feed, as many as there are before a break."""
    problems = Problems()
    values = [value for value in read_values(text, problems) if isinstance(value, dict)]
    feed = values[0] if values and "items" in values[0] else {}
    items = feed.get("items")
    # Of a broken file the whole items before the break are given, one by one.
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else values
    if not found and not problems.told():
        problems.add("it is a JSON feed without items")
    entries = [*map(_entry, found), _whole(feed)]
    return replace(Listing.of(entries, problems), following=tuple(_texts(feed, "next_url")))


def _entry(item: JsonObject) -> Entry:
    plain = [as_markup(text) for text in _texts(item, "content_text", "summary")]
    people = [
        person
        for field in ("authors", "author")
        for one in _objects(item.get(field))
        for person in _texts(one, "name", "url")
    ]
    tags = item.get("tags")
    facts = [("Author", line(person)) for person in people]
    facts += [("Tag", line(tag)) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return Entry(
        identity=next(iter(_texts(item, "id", "url")), "")[:MAX_FIELD],
        title=next((line(title) for title in _texts(item, "title")), ""),
        markup="\n".join(dict.fromkeys([*_texts(item, "content_html"), *plain])),
        links=tuple(dict.fromkeys(map(line, _texts(item, "url", "external_url"))))[:MAX_LINKS],
        facts=tuple(dict.fromkeys(facts))[:MAX_FACTS],
    )


def _whole(feed: JsonObject) -> Entry:
    """The words of the feed itself; where it belongs to is not one of its entries."""
    return Entry(
        identity=next(iter(_texts(feed, "feed_url", "home_page_url")), "")[:MAX_FIELD],
        title=next((line(title) for title in _texts(feed, "title")), ""),
        markup="\n".join(as_markup(text) for text in _texts(feed, "description", "user_comment")),
    )


def _texts(value: JsonObject, *names: str) -> list[str]:
    """Give the texts of these fields, each cut at MAX_FIELD."""
    found = [value.get(name) for name in names]
    return [text.strip()[:MAX_FIELD] for text in found if isinstance(text, str) and text.strip()]


def _objects(value: object) -> list[JsonObject]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]
