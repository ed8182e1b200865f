"""RSS, Atom and product feeds in XML (Google Merchant): each item an entry, and the feed's own words one more."""

from dataclasses import dataclass, field, replace
from html import escape

from crawler.listings.entries import (
    MAX_ENTRIES,
    MAX_FACTS,
    MAX_FIELD,
    MAX_LINKS,
    Entry,
    Listing,
    Problems,
    as_markup,
    line,
    quoted,
)
from crawler.listings.xml_stream import Stop, local_name, parse_xml

ITEMS = frozenset({"item", "entry"})
WHOLE = frozenset({"channel", "feed"})
MAX_VALUES = 60
# RFC 5005: the next page of a feed, and the archive of what it no longer holds.
NEXT = frozenset({"next", "prev-archive"})
# In the order in which one outweighs the other.
IDENTITIES = ("guid", "g:id", "id", "link", "g:link")
TITLES = ("title", "g:title", "media:title")
TEXTS = ("content:encoded", "content", "description", "g:description", "summary", "media:description", "subtitle")
LINKS = ("link", "g:link", "g:mobile_link", "feedburner:origlink")
FACTS = {
    "g:price": "Price", "price": "Price", "g:sale_price": "Sale price", "sale_price": "Sale price",
    "g:availability": "Availability", "availability": "Availability", "g:brand": "Brand", "brand": "Brand",
    "g:condition": "Condition", "g:product_type": "Type", "g:google_product_category": "Category",
    "category": "Category", "g:size": "Size", "g:unit_pricing_measure": "Measure", "g:color": "Colour",
    "g:material": "Material", "g:gtin": "GTIN", "g:mpn": "MPN", "g:custom_label_0": "Label",
    "g:product_highlight": "Highlight", "author": "Author", "dc:creator": "Author", "media:credit": "Credit",
}  # fmt: skip


@dataclass
class _Record:
    """The fields of one item as they come in; markup beside text where elements stood inside a field."""

    depth: int
    is_item: bool
    is_atom: bool
    values: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False

    def all(self, *names: str) -> list[str]:
        """Give the values of these fields, those of the first name first."""
        return [value for name in names for key, value in self.values if key == name and value]


@dataclass
class _Field:
    name: str
    is_plain: bool
    texts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    room: int = MAX_FIELD
    has_markup: bool = False

    def take(self, text: str) -> bool:
        """Keep as much as there is room for; False when some is left out."""
        self.texts.append(text[: self.room])
        self.room -= len(self.texts[-1])
        return len(self.texts[-1]) == len(text)


class _Feed:
    """Collects the items of a feed and the words of the feed itself."""

    def __init__(self, problems: Problems) -> None:
        self.entries: list[Entry] = []
        self.following: list[str] = []
        self.is_feed = False
        self._problems = problems
        self._path: list[str] = []
        self._records: list[_Record] = []
        self._field: _Field | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an item, a field of it, or markup within a field."""
        self._path.append(name)
        local = local_name(name)
        if self._field is not None:
            self._open_markup(local, attributes)
        elif local in WHOLE or (local in ITEMS and not self._in_item()):
            self.is_feed = True
            self._records.append(_Record(len(self._path), local in ITEMS, local in ("entry", "feed")))
        elif self._records and len(self._path) == self._records[-1].depth + 1:
            self._open_field(name, local, attributes)

    def end(self) -> None:
        """Close what is innermost."""
        depth = len(self._path)
        name = self._path.pop()
        if not self._records:
            return
        record = self._records[-1]
        if depth == record.depth:
            self._records.pop()
            self._finish(record)
        elif self._field is not None and depth == record.depth + 1:
            self._close_field(record)
        elif self._field is not None and self._field.has_markup:
            self._keep(f"</{local_name(name)}>")

    def text(self, data: str) -> None:
        """Take text into the open field."""
        if self._field is not None:
            self._field.words.append(data[: self._field.room])
            self._keep(data)

    def finish(self) -> None:
        """Give out what a fault left open."""
        if self._field is not None:
            self._close_field(self._records[-1])
        while self._records:
            record = self._records.pop()
            record.cut = record.cut or record.is_item
            self._finish(record)

    def _in_item(self) -> bool:
        return bool(self._records) and self._records[-1].is_item

    def _open_field(self, name: str, local: str, attributes: dict[str, str]) -> None:
        record = self._records[-1]
        plain = record.is_atom and attributes.get("type", "text") == "text"
        self._field = _Field(name, is_plain=plain)
        if local == "link" and attributes.get("rel", "alternate") == "alternate" and "href" in attributes:
            self._add(record, "link", attributes["href"][:MAX_FIELD])
        if local == "link" and not record.is_item and attributes.get("rel") in NEXT and len(self.following) < MAX_LINKS:
            self.following.append(attributes.get("href", "")[:MAX_FIELD])

    def _open_markup(self, local: str, attributes: dict[str, str]) -> None:
        assert self._field is not None
        if not self._field.has_markup:
            self._field.has_markup = True
            self._field.texts = [escape("".join(self._field.texts))]
        told = "".join(f' {local_name(key)}="{escape(value[:2000])}"' for key, value in attributes.items())
        self._keep(f"<{local}{told}>", is_tag=True)

    def _keep(self, text: str, *, is_tag: bool = False) -> None:
        assert self._field is not None
        if self._field.has_markup and not is_tag and not text.startswith("</"):
            text = escape(text)
        if not self._field.take(text):
            self._records[-1].cut = True

    def _close_field(self, record: _Record) -> None:
        assert self._field is not None
        closed, self._field = self._field, None
        is_text = closed.name in TEXTS
        value = "".join(closed.texts if is_text else closed.words)
        if is_text and closed.is_plain and not closed.has_markup:
            value = as_markup(value)
        self._add(record, closed.name, value)

    def _add(self, record: _Record, name: str, value: str) -> None:
        if len(record.values) < MAX_VALUES:
            record.values.append((name, value.strip()))

    def _finish(self, record: _Record) -> None:
        if record.cut:
            title = next(iter(record.all(*TITLES)), "")
            self._problems.add(f"entry {quoted(line(title))}: some of its text is too long or broken and was left out")
        entry = _entry(record)
        if entry.has_text or entry.links:
            self.entries.append(entry)
        if len(self.entries) > MAX_ENTRIES:
            raise Stop


def read_xml_feed(body: bytes, content_type: str) -> Listing:
    """Read RSS, Atom, RDF or a product feed, up to the first fault in its XML."""
    problems = Problems()
    feed = _Feed(problems)
    fault = parse_xml(body, content_type, feed)
    try:
        feed.finish()
    except Stop as reason:
        fault = fault or str(reason)
    if fault:
        problems.add(fault)
    if not feed.is_feed and not fault:
        problems.add("it is XML, but neither RSS nor Atom nor a product feed: it has no item or entry")
    return replace(Listing.of(feed.entries, problems), following=tuple(dict.fromkeys(feed.following)))


def _entry(record: _Record) -> Entry:
    links = [*record.all(*LINKS), *(value for value in record.all("guid") if value.startswith(("http://", "https://")))]
    # Where the feed itself belongs to is not one of its entries.
    links = links if record.is_item else []
    facts = [(FACTS[name], line(value)) for name, value in record.values if name in FACTS and value]
    return Entry(
        identity=next(iter(record.all(*IDENTITIES)), "")[:MAX_FIELD],
        title=next((line(title) for title in record.all(*TITLES)), ""),
        markup="\n".join(dict.fromkeys(record.all(*TEXTS))),
        links=tuple(dict.fromkeys(map(line, links)))[:MAX_LINKS],
        facts=tuple(dict.fromkeys(facts))[:MAX_FACTS],
        cut=record.cut,
    )
