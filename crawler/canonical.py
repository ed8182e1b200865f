"""The lookup key of a URL: Safe Browsing canonical form, host and path expressions, SHA-256; never the URL to fetch."""

import hashlib
import ipaddress
import re
from functools import cache, lru_cache
from urllib.parse import quote_from_bytes

import idna
import tldextract

from crawler.exceptions import UrlInvalid

LONGEST_URL = 8192
LONGEST_HOST_NAME = 253
MOST_HOST_SUFFIXES = 4
MOST_DIRECTORIES = 4

SCHEME = re.compile(rb"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
PORT = re.compile(rb"[0-9]*")
BRACKETED = re.compile(rb"\[([^\]]*)\](?::[0-9]*)?")
NUMBER = re.compile(rb"0x[0-9a-f]{1,16}|[0-9]{1,16}")
DOTS = re.compile(rb"\.\.+")
PERCENT = ord("%")
HEX_DIGITS = b"0123456789abcdefABCDEF"
HEX_PAIRS = {bytes((high, low)): int(chr(high) + chr(low), 16) for high in HEX_DIGITS for low in HEX_DIGITS}
KEPT = bytes(byte for byte in range(0x21, 0x7F) if byte not in b"#%").decode()
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def canonicalize(url: str) -> str:
    """Give the canonical form, in ASCII, without fragment, user info and port; UrlInvalid where there is no host."""
    place, question, query = _unescape(_cleaned(url)).partition(b"?")
    # Browsers read a backslash before the query as a slash; a listed page must not hide behind one.
    scheme, rest = _split_scheme(place.replace(b"\\", b"/"))
    authority, _, path = rest.partition(b"/")
    return f"{scheme}://{_host(authority)}{_path(path)}{question.decode()}{_escape(query)}"


def lookup_key(url: str) -> str:
    """Give the exact expression of a URL, under which its page is kept; UrlInvalid where there is no host."""
    return exact_expression(canonicalize(url))


def exact_expression(canonical: str) -> str:
    """Give a canonical URL's whole expression, `host/path?query`; an empty query does not count."""
    host, path, query = _parts(canonical)
    return f"{host}{path}?{query}" if query else host + path


def expressions(canonical: str) -> tuple[str, ...]:
    """Give the 1 to 30 expressions a canonical URL is listed under, the most exact first; a public suffix is none."""
    host, path, query = _parts(canonical)
    exact = (f"{path}?{query}", path) if query else (path,)
    paths = dict.fromkeys((*exact, *reversed(_directories(path))))
    return tuple(name + place for name in (host, *_host_suffixes(host)) for place in paths)


def url_hash(expression: str) -> bytes:
    """Give the 32 bytes of SHA-256 under which an expression is looked up."""
    return hashlib.sha256(expression.encode("utf-8", "surrogatepass")).digest()


def site_of(host: str) -> str:
    """Give the name that somebody registered, which all hosts below it share; an IP address is its own."""
    if host.startswith("[") or _ipv4(host.encode()):
        return host
    return ".".join(host.split(".")[-_public_suffix_labels(host) - 1 :])


def _parts(canonical: str) -> tuple[str, str, str]:
    host, slash, rest = canonical.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    return host, slash + path, query


def _cleaned(url: str) -> bytes:
    try:
        # A byte that is not UTF-8 comes as a low surrogate of Python's own making and goes back to what it was.
        raw = url[: LONGEST_URL + 1].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise UrlInvalid("the URL holds half of a character; send it as valid Unicode") from None
    if len(raw) > LONGEST_URL:
        raise UrlInvalid(f"the URL is longer than {LONGEST_URL} bytes; send the address of one page")
    return raw.translate(None, b"\t\r\n").partition(b"#")[0].strip(b" ")


def _unescape(raw: bytes) -> bytes:
    """Undo percent escapes until none is left, in one pass: escapes never overlap, so the order does not matter."""
    start, *parts = raw.split(b"%")
    found = bytearray(start)
    for part in parts:
        found.append(PERCENT)
        for used, byte in enumerate(part, 1):
            found.append(byte)
            _decode_end(found)
            if PERCENT not in found[-2:]:
                found += part[used:]
                break
    return bytes(found)


def _decode_end(found: bytearray) -> None:
    while found[-3:-2] == b"%" and (value := HEX_PAIRS.get(bytes(found[-2:]))) is not None:
        found[-3:] = (value,)


def _split_scheme(raw: bytes) -> tuple[str, bytes]:
    """Give the scheme, `http` where there is none, and what follows the two slashes."""
    match = SCHEME.match(raw)
    if match and raw.startswith(b"//", match.end()):
        return match[1].decode().lower(), raw[match.end() + 2 :]
    if match and not _is_port(raw[match.end() :]):
        raise UrlInvalid(f"a {match[1].decode()[:20]}: address has no host; send an http or https URL")
    return "http", raw.removeprefix(b"//")


def _is_port(after_colon: bytes) -> bool:
    digits = PORT.match(after_colon)
    return digits is not None and digits.end() > 0 and after_colon[digits.end() : digits.end() + 1] in (b"", b"/")


def _host(authority: bytes) -> str:
    name = authority.rpartition(b"@")[2]
    if bracketed := BRACKETED.fullmatch(name):
        return _ipv6(bracketed[1])
    name, _, port = name.partition(b":")
    name = _ascii_name(DOTS.sub(b".", name).strip(b"."))
    if not name or not PORT.fullmatch(port):
        raise UrlInvalid("the URL has no host that can be looked up; send it as https://host/path")
    return _ipv4(name) or _escape(name)


def _ipv6(text: bytes) -> str:
    try:
        address = ipaddress.IPv6Address(text.partition(b"%")[0].decode("ascii"))
    except ValueError:
        raise UrlInvalid("the URL has brackets around what is no IPv6 address; correct the host") from None
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address in NAT64:
        return str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return f"[{address.compressed}]"


def _ascii_name(name: bytes) -> bytes:
    """Give the lower-case name with Unicode labels in punycode; bytes that make no name stay as they are."""
    if name.isascii() or len(name) > LONGEST_HOST_NAME:
        return name.lower()
    try:
        mapped = idna.uts46_remap(name.decode("utf-8"), std3_rules=False, transitional=False)
    except (UnicodeDecodeError, idna.IDNAError):
        return name.lower()
    # Full-width forms of delimiters would otherwise move the end of the host.
    if any(mark in mapped for mark in "/?#@:%[]\\"):
        return name.lower()
    labels = (label for label in mapped.split(".") if label)
    return b".".join(label.encode() if label.isascii() else b"xn--" + label.encode("punycode") for label in labels)


def _ipv4(name: bytes) -> str:
    """Give the dotted quad of any form inet_aton reads, each part cut to its bytes; empty for a name."""
    parts = name.split(b".", 4)
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) for part in parts):
        return ""
    try:
        values = [_number(part) for part in parts]
    except ValueError:
        return ""
    if max(values) > 0xFFFFFFFF:
        return ""
    last = values.pop()
    octets = [value & 0xFF for value in values] + [
        last >> shift & 0xFF for shift in range(24 - 8 * len(values), -1, -8)
    ]
    return ".".join(map(str, octets))


def _number(part: bytes) -> int:
    if part.startswith(b"0x"):
        return int(part, 16)
    return int(part, 8 if part.startswith(b"0") else 10)


def _path(path: bytes) -> str:
    names: list[bytes] = []
    steps = path.split(b"/")
    for step in steps:
        if step == b"..":
            del names[-1:]
        elif step not in (b"", b"."):
            names.append(step)
    ends_open = bool(names) and steps[-1] in (b"", b".", b"..")
    return "/" + _escape(b"/".join(names)) + ("/" if ends_open else "")


def _escape(raw: bytes) -> str:
    return quote_from_bytes(raw, safe=KEPT)


def _directories(path: str) -> tuple[str, ...]:
    names = path.split("/", MOST_DIRECTORIES)[:-1]
    return tuple("/".join((*names[:count], "")) for count in range(1, len(names) + 1))


def _host_suffixes(host: str) -> tuple[str, ...]:
    if host.startswith("[") or _ipv4(host.encode()):
        return ()
    labels = host.split(".")
    registrable = _public_suffix_labels(host) + 1
    return tuple(
        ".".join(labels[-count:])
        for count in range(registrable + MOST_HOST_SUFFIXES - 1, registrable - 1, -1)
        if count < len(labels)
    )


@lru_cache(maxsize=4096)
def _public_suffix_labels(host: str) -> int:
    # Of a suffix nobody registered the last label counts, as the list's own default rule says.
    suffix = _suffix_list()(host).suffix
    return suffix.count(".") + 1


@cache
def _suffix_list() -> tldextract.TLDExtract:
    """Give the bundled public suffix list with its private part: one seller on a shared host is not the whole host."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
