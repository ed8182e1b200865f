"""Product lists that are no XML: merchant tables (TSV, CSV) and schema.org Product and Offer in JSON-LD."""

import re
from collections.abc import Iterator
from dataclasses import replace

from crawler.listings.entries import MAX_FACTS, MAX_FIELD, MAX_LINKS, Entry, Listing, Problems, as_markup, line
from crawler.listings.json_values import JsonObject, objects, read_values
from crawler.listings.tables import Record, header_names, read_records

SCRIPT = re.compile("<script", re.IGNORECASE)
SCRIPT_END = re.compile("</script", re.IGNORECASE)
MAX_TAG = 2_000
KINDS = frozenset(
    {"product", "productgroup", "individualproduct", "productmodel", "offer", "aggregateoffer", "drug", "service"}
)
HOLDERS = frozenset({"offers", "itemoffered"})
PRICES = ("price", "lowPrice", "highPrice")
COLUMNS = {
    "price": "Price", "sale_price": "Sale price", "availability": "Availability", "brand": "Brand",
    "condition": "Condition", "product_type": "Type", "google_product_category": "Category", "category": "Category",
    "size": "Size", "unit_pricing_measure": "Measure", "color": "Colour", "material": "Material", "gtin": "GTIN",
    "mpn": "MPN", "product_highlight": "Highlight", "custom_label_0": "Label", "shipping": "Shipping",
}  # fmt: skip
LINK_COLUMNS = ("link", "url", "product_url", "mobile_link", "ads_redirect")
# A table without one of these is no product list.
TELLING = frozenset({"title", "name", "description", "product_name"})


def is_product_table(text: str) -> bool:
    """Whether the first line names columns of a product list."""
    names = set(header_names(text))
    return len(names) > 1 and bool(names & TELLING)


def read_product_table(text: str) -> Listing:
    """Read a table with a header line, a product a row."""
    problems = Problems()
    return Listing.of((_row_entry(record) for record in read_records(text, problems)), problems)


def read_json_ld(text: str) -> Listing:
    """Read the products and offers of a JSON-LD file."""
    problems = Problems()
    entries = [entry for value in read_values(text, problems) for entry in _products(value)]
    if not entries and not problems.told():
        problems.add("it is JSON, but holds no schema.org Product or Offer")
    return Listing.of(entries, problems)


def read_html_list(html: str) -> Listing:
    """Read the products and offers of the JSON-LD scripts in a page."""
    problems = Problems()
    entries = [
        entry for script in _scripts(html) for value in read_values(script, problems) for entry in _products(value)
    ]
    if not entries and not problems.told():
        problems.add("it is a page without a list of products in JSON-LD; watch it with the `site` spider instead")
    return replace(Listing.of(entries, problems), is_page=True)


def _scripts(html: str) -> Iterator[str]:
    """Give the insides of the JSON-LD scripts; found by searching on, so that no markup makes it slow."""
    at = 0
    while opened := SCRIPT.search(html, at):
        end = html.find(">", opened.end())
        if end < 0:
            return
        closed = SCRIPT_END.search(html, end)
        inside_end = closed.start() if closed else len(html)
        if end - opened.end() <= MAX_TAG and "ld+json" in html[opened.end() : end].lower():
            yield html[end + 1 : inside_end]
        if closed is None:
            return
        at = closed.end()


def _row_entry(record: Record) -> Entry:
    cells = {name: cell[:MAX_FIELD] for name, cell in reversed(record) if cell.strip()}
    facts = [(COLUMNS[name], line(cell)) for name, cell in record if name in COLUMNS and cell.strip()]
    names = ("title", "name", "product_name")
    return Entry(
        identity=cells.get("id") or cells.get("sku") or cells.get("link", ""),
        title=next((line(cells[name]) for name in names if name in cells), ""),
        markup=as_markup(cells.get("description") or cells.get("product_description", "")),
        links=tuple(dict.fromkeys(line(cells[name]) for name in LINK_COLUMNS if name in cells))[:MAX_LINKS],
        facts=tuple(dict.fromkeys(facts))[:MAX_FACTS],
        cut=any(len(cell) > MAX_FIELD for _, cell in record),
    )


def _products(value: object) -> Iterator[Entry]:
    """Give an entry for each product and offer, for one within another only the outer; list items give their link."""
    inner: set[int] = set()
    for one in objects(value):
        kinds = _kinds(one)
        if id(one) in inner:
            continue
        if kinds & KINDS:
            held = [item for key, part in one.items() if key.lower() in HOLDERS for item in objects(part)]
            inner |= {id(item) for item in held}
            yield _product(one, held)
        elif "listitem" in kinds and (link := _text(one, "url")):
            yield Entry(link, line(_text(one, "name")), links=(line(link),))


def _kinds(one: JsonObject) -> set[str]:
    kinds = one.get("@type")
    found = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].lower() for kind in found if isinstance(kind, str)}


def _product(one: JsonObject, held: list[JsonObject]) -> Entry:
    parts = [one, *held]
    described = [text for part in parts if (text := _text(part, "description"))]
    links = [line(link) for part in parts if (link := _text(part, "url"))]
    return Entry(
        identity=next((name for key in ("sku", "productID", "@id", "url") if (name := _text(one, key))), ""),
        title=next((line(name) for part in parts if (name := _text(part, "name"))), ""),
        markup="\n".join(f"<p>{as_markup(text[:MAX_FIELD])}</p>" for text in dict.fromkeys(described)),
        links=tuple(dict.fromkeys(links))[:MAX_LINKS],
        facts=tuple(dict.fromkeys(fact for part in parts for fact in _facts(part)))[:MAX_FACTS],
        cut=any(len(text) > MAX_FIELD for text in described),
    )


def _facts(part: JsonObject) -> Iterator[tuple[str, str]]:
    currency = _text(part, "priceCurrency")
    for key in PRICES:
        if price := _text(part, key):
            yield "Price", line(f"{price} {currency}")
    for key, name in (
        ("availability", "Availability"),
        ("category", "Category"),
        ("brand", "Brand"),
        ("seller", "Seller"),
    ):
        if value := _text(part, key):
            yield name, line(value.removeprefix("https://schema.org/").removeprefix("http://schema.org/"))


def _text(one: JsonObject, key: str) -> str:
    """Give the text of a field, the name of what stands there, or the first of several."""
    value = one.get(key)
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@id") or value.get("@value")
    return value.strip() if isinstance(value, str) else ""
