"""A sale signal planted anywhere a reader, a machine or a curious visitor could find it is in the Document."""

import pytest

from crawler.extraction import flat, reference, walker
from crawler.extraction.blocks import BlockBuilder
from crawler.extraction.extract import extract_html

MARK = "zorvaline"
WALLET = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head><body><header>Lantern Row</header>
<main><p>A quiet page about lamps, their glass and the oil that they burn at night.</p>{main}</main>
{after}</body></html>"""

IN_HEAD = {
    "title": f"<title>{MARK}</title>",
    "meta description": f'<meta name="description" content="{MARK}">',
    "meta keywords": f'<meta name="keywords" content="lamp, {MARK}">',
    "og title": f'<meta property="og:title" content="{MARK}">',
    "og description": f'<meta property="og:description" content="{MARK}">',
    "twitter description": f'<meta name="twitter:description" content="{MARK}">',
    "refreshing meta": f'<meta http-equiv="refresh" content="5; url=https://t.me/{MARK}">',
    "json-ld": f'<script type="application/ld+json">{{"name": "{MARK}"}}</script>',
    "broken json-ld": f'<script type="application/ld+json">{{"name": "{MARK}",}}</script>',
    "noscript in head": f"<noscript><p>{MARK}</p></noscript>",
}
IN_MAIN = {
    "heading": f"<h1>{MARK}</h1>",
    "paragraph": f"<p>Lamps and {MARK}.</p>",
    "list item": f"<ul><li>{MARK}</li></ul>",
    "definition": f"<dl><dt>Oil</dt><dd>{MARK}</dd></dl>",
    "table cell": f"<table><tr><td>Oil</td><td>{MARK}</td></tr></table>",
    "table caption": f"<table><caption>{MARK}</caption><tr><td>Oil</td></tr></table>",
    "card title": f'<div class="card"><span class="product-title">{MARK}</span><span class="price">$9</span></div>',
    "card price": f'<div class="card"><span class="product-title">Oil</span><span class="price">{MARK}</span></div>',
    "button": f"<button>{MARK}</button>",
    "option": f"<select><option>one</option><option>{MARK}</option></select>",
    "option label": f'<select><option label="{MARK}"></option></select>',
    "option group": f'<select><optgroup label="{MARK}"><option>one</option></optgroup></select>',
    "label": f"<label>{MARK}</label>",
    "legend": f"<fieldset><legend>{MARK}</legend></fieldset>",
    "text area": f"<textarea>{MARK}</textarea>",
    "preformatted": f"<pre>lamp\n{MARK}</pre>",
    "summary": f"<details><summary>{MARK}</summary>Oil</details>",
    "figure caption": f"<figure><figcaption>{MARK}</figcaption></figure>",
    "review": f'<div class="review"><blockquote>{MARK}</blockquote></div>',
    "image alt": f'<img src="l.png" alt="{MARK}">',
    "area alt": f'<map><area href="/l" alt="{MARK}"></map>',
    "aria label": f'<div role="group" aria-label="{MARK}"></div>',
    "placeholder": f'<input placeholder="{MARK}">',
    "submit value": f'<input type="submit" value="{MARK}">',
    "field value": f'<input readonly value="{MARK}">',
    "microdata": f'<div itemscope><meta itemprop="name" content="{MARK}"></div>',
    "microdata in the text": f'<div itemscope><span itemprop="name">{MARK}</span></div>',
    "microdata description": f'<div itemscope><meta itemprop="description" content="{MARK}"></div>',
    "microdata ingredient": f'<div itemscope><meta itemprop="activeIngredient" content="{MARK}"></div>',
    "microdata price": f'<div itemscope><meta itemprop="price" content="{MARK}"></div>',
    "microdata form": f'<div itemscope><meta itemprop="dosageForm" content="{MARK}"></div>',
    "json-ld in the body": f'<script type="application/ld+json">[{{"offers": {{"description": "{MARK}"}}}}]</script>',
    "json-ld price": f'<script type="application/ld+json">{{"offers": [{{"price": "{MARK}"}}]}}</script>',
    "svg text": f"<svg><text>{MARK}</text></svg>",
    "svg title": f"<svg><title>{MARK}</title></svg>",
    "custom element": f"<lamp-card>{MARK}</lamp-card>",
    "object fallback": f"<object>{MARK}</object>",
    "iframe srcdoc": f"<iframe srcdoc='<p>{MARK}</p>'></iframe>",
    "iframe fallback": f"<iframe>{MARK}</iframe>",
    "template": f"<template><p>{MARK}</p></template>",
    "shadow root": f'<div><template shadowrootmode="open"><p>{MARK}</p></template></div>',
    "script template": f'<script type="text/x-template"><p>{MARK}</p></script>',
    "noscript": f"<noscript><p>{MARK}</p></noscript>",
    "comment with markup": f"<!-- <p>{MARK}</p> -->",
    "hidden": f"<p hidden>{MARK}</p>",
    "display none": f'<p style="display:none">{MARK}</p>',
    "telephone link": f'<a href="tel:{MARK}">call</a>',
    "mail link": f'<a href="mailto:{MARK}@lamp.example">write</a>',
    "messenger link": f'<a href="https://t.me/{MARK}">chat</a>',
}
AFTER = {
    "header": f"<header><p>{MARK}</p></header>",
    "banner role": f"<div role=banner>{MARK}</div>",
    "form": f"<form>{MARK}<input type=text></form>",
    "navigation": f"<nav><a href='/l'>{MARK}</a></nav>",
    "sidebar": f"<aside><p>{MARK}</p></aside>",
    "footer": f"<footer><small>{MARK}</small></footer>",
    "after the end": f"</body></html><p>{MARK}</p>",
    "second page": f"</body></html><html><body><p>{MARK}</p>",
    "unclosed comment": f"<!-- {MARK} ",
    "unclosed template": f"<template><p>{MARK}",
}
PLANTED = {
    **{name: PAGE.format(head=markup, main="", after="") for name, markup in IN_HEAD.items()},
    **{name: PAGE.format(head="", main=markup, after="") for name, markup in IN_MAIN.items()},
    **{name: PAGE.format(head="", main="", after=markup) for name, markup in AFTER.items()},
}
UNSEEN = {"template", "script template", "noscript", "noscript in head", "comment with markup", "unclosed comment"}
UNSEEN |= {"hidden", "display none", "iframe fallback", "unclosed template"}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_word_is_in_the_text_once_and_marked_when_no_browser_shows_it(name):
    document = extract_html(PLANTED[name])
    found = [block for block in document.blocks if MARK in document.text[block.start : block.end]]
    assert [block.hidden for block in found] == [name in UNSEEN]


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_wallet_is_a_signal_with_its_place(name):
    document = extract_html(PLANTED[name].replace(MARK, WALLET))
    found = [signal for signal in document.signals if signal.kind == "wallet"]
    assert [document.text[signal.start : signal.end] for signal in found] == [WALLET]


@pytest.mark.parametrize("walk", [walker.walk, reference.walk, flat.walk], ids=["walker", "reference", "flat"])
@pytest.mark.parametrize("name", sorted(PLANTED.keys() - {"unclosed comment"}))
def test_every_way_of_reading_finds_a_planted_word(name, walk):
    builder = BlockBuilder("")
    walk(PLANTED[name], builder)
    assert any(MARK in piece.text for piece in builder.finish())


def test_what_is_neither_shown_nor_said_is_not_text():
    page = PAGE.format(
        head=f"<style>.{MARK}{{}}</style>",
        main=f'<p class="{MARK}" data-x="{MARK}"></p><input type="hidden" value="{MARK}"><!-- {MARK} -->',
        after=f"<script>var {MARK};</script>",
    )
    assert MARK not in extract_html(page).text
