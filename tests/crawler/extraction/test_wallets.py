"""Addresses of wallets are believed where their checksum is right, and left alone where it is not."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.wallets import coin, find_wallets

# The documented examples of the formats (Bitcoin and Litecoin developers' pages, BIP 173 and 350, EIP-55, TRON's docs).
VALID = {
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2": "btc",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy": "btc",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq": "btc",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "btc",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": "btc",
    "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9": "ltc",
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t": "trx",
    "0x52908400098527886E0F7030069857D2E4169EE7": "eth",
    "4" + "8AbCdEfGhJkLmNpQrStUvWxYz1234567" * 2 + "8AbCdEfGhJkLmNpQrStUvWxYz12345": "xmr",
}
CHECKED = [address for address, name in VALID.items() if name in ("btc", "ltc", "trx")]


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_wallets(text)]


@pytest.mark.parametrize("address", VALID)
def test_an_address_is_found_and_its_coin_told(address):
    assert found(f"send to {address}, please") == [address]
    assert coin(address) == VALID[address]


@pytest.mark.parametrize("address", CHECKED)
@pytest.mark.parametrize("place", [5, 12, 20])
def test_an_address_with_one_wrong_letter_is_none(address, place):
    other = next(letter for letter in "q3Q" if letter.lower() != address[place].lower())
    assert found(address[:place] + other + address[place + 1 :]) == []


def test_a_long_number_is_no_address():
    assert found("4" * 95 + " " + "1" * 30) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=string.ascii_letters + string.digits + " .:0x13", max_size=300))
def test_what_is_found_stands_alone_and_passes_its_check(text):
    assert all(coin(address) and address in text for address in found(text))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CHECKED), st.text(alphabet=" ,.;()\n", min_size=1, max_size=3), st.text(max_size=40))
def test_an_address_is_found_whatever_stands_around_it(address, gap, around):
    assert address in found(around + gap + address + gap + around)
