"""Ad-library exports (JSON, JSON lines, CSV): headline, body, advertiser and landing page of each ad."""

from collections.abc import Iterable, Iterator

from crawler.listings.entries import MAX_FACTS, MAX_FIELD, MAX_LINKS, Entry, Listing, Problems, as_markup, line
from crawler.listings.json_values import JsonObject, read_values, strings
from crawler.listings.tables import column_name, read_records

# What the libraries' exports call the same thing; anything else is data about an ad, not its words.
IDENTITY = frozenset({"id", "ad_id", "ad_archive_id", "adarchiveid", "creative_id", "ad_creative_id", "library_id"})
HEADLINE = frozenset(
    {"headline", "headlines", "title", "titles", "ad_title", "ad_headline", "link_title", "ad_creative_link_title",
     "ad_creative_link_titles", "long_headline", "headline_1", "headline_2", "headline_3"}
)  # fmt: skip
BODY = frozenset(
    {"body", "bodies", "text", "ad_text", "ad_body", "message", "primary_text", "description", "descriptions",
     "ad_creative_body", "ad_creative_bodies", "ad_creative_link_description", "ad_creative_link_descriptions",
     "link_description", "description_1", "description_2", "long_description", "transcript", "markup"}
)  # fmt: skip
ADVERTISER = frozenset(
    {"advertiser", "advertiser_name", "page_name", "sponsor", "byline", "bylines", "paid_for_by", "funded_by", "brand",
     "business_name", "account_name"}
)  # fmt: skip
LANDING = frozenset(
    {"landing_url", "landing_page", "landing_page_url", "link_url", "final_url", "final_urls", "destination_url",
     "destination", "click_url", "target_url", "url", "link"}
)  # fmt: skip
FACTS = {
    "caption": "Shown address", "ad_creative_link_caption": "Shown address",
    "ad_creative_link_captions": "Shown address",
    "display_url": "Shown address", "cta_text": "Button", "call_to_action": "Button", "cta": "Button",
    "price": "Price", "currency": "Currency",
}  # fmt: skip
# Names of lists that hold ads, where an export wraps them.
WRAPPERS = ("data", "ads", "results", "items", "records", "search_results")


def read_ads(text: str) -> Listing:
    """Read an export; an ad without words of its own is left to its landing page."""
    problems = Problems()
    records = (
        _json_records(text, problems)
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
        else read_records(text, problems)
    )
    listing = Listing.of(_told(map(_ad, records), problems), problems)
    if not listing.entries and not listing.links and not listing.problems:
        return Listing(
            problems=("it holds no ad: no field such as headline, body, advertiser or landing_url was found",)
        )
    return listing


def _told(ads: Iterable[Entry], problems: Problems) -> Iterator[Entry]:
    for number, ad in enumerate(ads, start=1):
        if not ad.has_text and not ad.links:
            problems.add(f"record {number} has no headline, body, advertiser or landing page and was left out")
        else:
            if ad.cut:
                problems.add(f"record {number} has a text of more than {MAX_FIELD:,} characters; the rest was left out")
            yield ad


def _json_records(text: str, problems: Problems) -> Iterator[list[tuple[str, str]]]:
    for value in read_values(text, problems):
        for one in _ads_in(value, problems):
            yield [(column_name(name), words) for name, words in strings(one)]


def _ads_in(value: object, problems: Problems) -> Iterator[JsonObject]:
    """Give the records of a list, of the list that an object wraps, or the object itself."""
    wrapped = value
    if isinstance(value, dict):
        held = (value.get(name) for name in WRAPPERS)
        wrapped = next((one for one in held if isinstance(one, list | dict)), [value])
    if isinstance(wrapped, dict):
        wrapped = list(wrapped.values())
    for number, one in enumerate(wrapped if isinstance(wrapped, list) else [wrapped], start=1):
        if isinstance(one, dict):
            yield one
        elif isinstance(one, list):
            yield from (inner for inner in one if isinstance(inner, dict))
        else:
            problems.add(f"element {number} is no object and was left out")


def _ad(record: list[tuple[str, str]]) -> Entry:
    """Make an entry of what a record names; of several texts none is left out."""
    headline = next(iter(_distinct(record, HEADLINE)), "")
    advertisers = [("Advertiser", line(name)) for name in _distinct(record, ADVERTISER)]
    bodies = [text for text in _distinct(record, HEADLINE | BODY) if text != headline]
    facts = [(FACTS[name], line(value)) for name, value in record if name in FACTS and value.strip()]
    return Entry(
        identity=next(iter(_distinct(record, IDENTITY)), ""),
        title=line(headline),
        markup="\n".join(f"<p>{as_markup(text[:MAX_FIELD])}</p>" for text in bodies),
        links=tuple(link for text in _distinct(record, LANDING) if (link := _landing(text)))[:MAX_LINKS],
        facts=tuple(dict.fromkeys([*advertisers, *facts]))[:MAX_FACTS],
        cut=any(len(text) > MAX_FIELD for text in (headline, *bodies)),
    )


def _landing(text: str) -> str:
    """Give a landing page's URL; exports leave the scheme out, and some say nothing in many words."""
    link = line(text)
    if link.startswith(("http://", "https://")):
        return link
    return f"https://{link}" if "." in link.partition("/")[0] and " " not in link and ":" not in link else ""


def _distinct(record: list[tuple[str, str]], names: frozenset[str]) -> list[str]:
    return list(dict.fromkeys(value.strip() for name, value in record if name in names and value.strip()))
