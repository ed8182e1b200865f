"""Reads the console's pages the way a person or a screen reader would."""

import re

from bs4 import BeautifulSoup, Tag
from httpx import Response

NO_SPACE = re.compile(r" (?=[,.;:)])|(?<=\() ")


def soup(response: Response) -> BeautifulSoup:
    """Parse a page."""
    return BeautifulSoup(response.text, "lxml")


def one(page: BeautifulSoup | Tag, selector: str) -> Tag:
    """Give the one element that a selector finds."""
    found = page.select(selector)
    assert len(found) == 1, f"{selector} finds {len(found)} elements"
    return found[0]


def words(tag: Tag) -> str:
    """Give an element's text with single spaces, none before a mark that ends a phrase."""
    return NO_SPACE.sub("", " ".join(tag.get_text(" ").split()))


def fields(page: BeautifulSoup, selector: str = "form[data-decide]") -> dict[str, str]:
    """Give what a form would send as it stands."""
    form = one(page, selector)
    sent = {str(tag["name"]): str(tag.get("value", "")) for tag in form.select("input[type=hidden]")}
    sent |= {str(tag["name"]): str(tag["value"]) for tag in form.select("input[checked]")}
    sent |= {str(tag["name"]): tag.get_text() for tag in form.select("textarea")}
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.select("option")[0]
        sent[str(select["name"])] = str(chosen["value"])
    return sent
