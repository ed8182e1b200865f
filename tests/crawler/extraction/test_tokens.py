"""The tokenizer follows the HTML standard where anything less would be fooled."""

import pytest

from crawler.extraction.tokens import attributes, tokens, unescape


def written(markup: str) -> list[str]:
    """Tokens as `kind name|source`, short enough to be read in a row."""
    return [f"{token.value} {name}|{source}".replace(" |", "|") for token, name, source in tokens(markup)]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a<b>c</b>", ["text|a", "start b|", "text|c", "end b|"]),
        ("1 < 2 <3", ["text|1 < 2 <3"]),
        ("<P CLASS='a>b'>x", ["start p| CLASS='a>b'", "text|x"]),
        ('<p a"b>x', ['start p| a"b', "text|x"]),
        ("<p title='open <b>x</b>", []),
        ("<!--a-->b<!-->c<!--->d", ["comment|a", "text|b", "comment|", "text|c", "comment|", "text|d"]),
        ("<!-- a --!>b", ["comment| a ", "text|b"]),
        ("<!-- open <b>", ["comment| open <b>"]),
        ("<!doctype html><?xml?></ x>y", ["comment|doctype html", "comment|xml?", "comment| x", "text|y"]),
        ("<script>a</b><!--</script>c", ["start script|", "raw script|a</b><!--", "end script|", "text|c"]),
        ("<title>a</titles></TITLE >b", ["start title|", "raw title|a</titles>", "end title|", "text|b"]),
        ("<style>open <p>", ["start style|", "raw style|open <p>"]),
        ("<plaintext><b></plaintext>", ["start plaintext|", "raw plaintext|<b></plaintext>"]),
    ],
)
def test_markup_gives_these_tokens(markup, expected):
    assert written(markup) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (" a=1 b = '2' C=\"3\" d", {"a": "1", "b": "2", "c": "3", "d": None}),
        (" href=/x/y/ /", {"href": "/x/y/"}),
        ("a=1a=2", {"a": "1a=2"}),
        (" a='1'a='2'", {"a": "1"}),
        (" =x=y", {"=x": "y"}),
        (" title='it&apos;s &euro;5'", {"title": "it's €5"}),
        (" a='open", {"a": "open"}),
    ],
)
def test_a_start_tag_has_these_attributes(source, expected):
    assert attributes(source) == expected


def test_a_reference_to_no_character_is_a_replacement_character():
    assert unescape("a &#99999999999; &#x110000; &#0; &amp; &nosuch;") == "a \ufffd \ufffd \ufffd & &nosuch;"
