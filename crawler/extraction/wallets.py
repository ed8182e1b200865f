"""Addresses of cryptocurrencies: found by their shape, and believed where a checksum can be recomputed."""

import hashlib
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

SHORTEST: Final = 26
_MOST_TRIED: Final = 10_000

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE: Final = {letter: value for value, letter in enumerate(_BASE58)}
_BECH32: Final = {letter: value for value, letter in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_SUMS: Final = frozenset({1, 0x2BC830A3})
_VERSIONS: Final = {"1": (0x00, "btc"), "3": (0x05, "btc"), "L": (0x30, "ltc"), "M": (0x32, "ltc"), "T": (0x41, "trx")}

# A plain first character, then a look back at it: places where nothing can begin are passed over at once.
_ADDRESS: Final = re.compile(
    r"[01348BLMTbl](?<!\w.)(?:(?<=[13LM])[1-9A-HJ-NP-Za-km-z]{25,33}|(?<=T)[1-9A-HJ-NP-Za-km-z]{33}"
    r"|(?:(?<=b)c1|(?<=l)tc1|(?<=B)C1|(?<=L)TC1)[a-zA-Z0-9]{25,87}"
    r"|(?<=[48])[0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?:[1-9A-HJ-NP-Za-km-z]{11})?"
    r"|(?<=0)x[0-9a-fA-F]{40})\b"
)


def find_wallets(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every address in the text, by place; no more than _MOST_TRIED candidates are looked at."""
    for match in islice(_ADDRESS.finditer(text), _MOST_TRIED):
        if coin(match[0]):
            yield match.span()


def coin(address: str) -> str:
    """The coin (btc, ltc, trx, eth, xmr) of what looks like an address; "" when its checksum is wrong.

    The sums of eth and xmr need a hash that the standard library lacks: these two go by their shape.
    """
    if address.startswith("0x"):
        return "eth"
    if address[0] in "48":
        return "" if address.isdecimal() else "xmr"
    if address[:3].lower() == "bc1" or address[:4].lower() == "ltc1":
        return _bech32_coin(address)
    version, name = _VERSIONS[address[0]]
    return name if _base58_version(address) == version else ""


def _base58_version(address: str) -> int:
    """The first byte of a base58check address of 25 bytes; -1 when it is none."""
    number = 0
    for letter in address:
        number = number * 58 + _VALUE[letter]
    if number >> 200:
        return -1
    raw = number.to_bytes(25, "big")
    digest = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()
    return raw[0] if digest[:4] == raw[-4:] else -1


def _bech32_coin(address: str) -> str:
    if address not in (address.lower(), address.upper()):
        return ""
    name, _, data = address.lower().partition("1")
    values = [_BECH32.get(letter, -1) for letter in data]
    if -1 in values or len(address) > 90:
        return ""
    expanded = [ord(letter) >> 5 for letter in name] + [0] + [ord(letter) & 31 for letter in name]
    return {"bc": "btc", "ltc": "ltc"}[name] if _polymod([*expanded, *values]) in _BECH32_SUMS else ""


def _polymod(values: list[int]) -> int:
    """The checksum of BIP 173."""
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            total ^= generator if top >> bit & 1 else 0
    return total
